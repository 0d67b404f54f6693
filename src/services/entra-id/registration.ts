import { X509Certificate, randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import type {
  AppRole,
  Application,
  ClientCertificate,
  ClientSecret,
  OauthScope,
  RedirectUris,
  RequiredAccess,
  ServicePrincipal,
  User,
} from './application.ts'
import type { Directory } from './directory.ts'
import { definitionInvalid, objectNotFound } from './errors.ts'
import { redirectUriCountMax, secretCountMax, secretLifeMs } from './limits.ts'
import { hashPassword } from './passwords.ts'
import { findResource } from './resource-scope.ts'
import { stableId } from './stable-id.ts'
import type { Tenant } from './tenant.ts'

/** What an app registration shall be. Registering the same unique name again changes it and keeps its secrets. */
export interface ApplicationDefinition {
  readonly displayName: string
  /** Default the display name. */
  readonly uniqueName?: string
  /** `api://orders`: what tokens for it are asked by. */
  readonly identifierUris?: readonly string[]
  readonly tokenVersion?: 1 | 2
  readonly appRoles?: readonly (Partial<AppRole> & { readonly value: string })[]
  /** Delegated permissions, by name or with the ids that a template gives them. */
  readonly scopes?: readonly (string | OauthScope)[]
  /** PEM certificates that it signs assertions with. */
  readonly certificates?: readonly string[]
  readonly redirectUris?: Partial<RedirectUris>
  readonly isFallbackPublicClient?: boolean
  readonly requiredAccess?: readonly RequiredAccess[]
  /** Only who has a role gets a token for it. */
  readonly appRoleAssignmentRequired?: boolean
}

/** A person who may sign in. */
export interface UserDefinition {
  readonly userPrincipalName: string
  readonly displayName?: string
  readonly givenName?: string
  readonly surname?: string
  /** Without one the sign-in page asks for none. */
  readonly password?: string
}

/** Makes and changes the objects of the directory: https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals */
export class Registrations {
  readonly #directory: Directory
  readonly #tenant: Tenant
  readonly #clock: Clock

  constructor(options: { directory: Directory; tenant: Tenant; clock: Clock }) {
    this.#directory = options.directory
    this.#tenant = options.tenant
    this.#clock = options.clock
  }

  /** Creates or changes an app registration and its service principal. */
  async registerApplication(definition: ApplicationDefinition): Promise<Application> {
    const application = await this.putApplication(definition)
    await this.putServicePrincipal(application.appId, definition)
    return application
  }

  /** Creates or changes an app registration alone. Its ids follow from its unique name. */
  async putApplication(definition: ApplicationDefinition): Promise<Application> {
    const { displayName, uniqueName = displayName } = definition
    if (displayName.trim() === '') throw definitionInvalid("Property 'displayName' is required.")
    const appId = stableId(this.#tenant.id, 'application', uniqueName)
    const known = this.#directory.application(appId)
    const application = {
      appId,
      objectId: stableId(this.#tenant.id, 'application object', uniqueName),
      uniqueName,
      displayName,
      identifierUris: this.#checkIdentifierUris(definition.identifierUris ?? [], appId),
      tokenVersion: definition.tokenVersion ?? 1,
      appRoles: rolesOf(definition, appId),
      scopes: (definition.scopes ?? []).map((scope) =>
        typeof scope === 'string' ? { id: stableId(appId, 'scope', scope), value: scope } : scope,
      ),
      secrets: known?.secrets ?? [],
      certificates: (definition.certificates ?? []).map(toCertificate),
      redirectUris: toRedirectUris(definition.redirectUris ?? {}),
      isFallbackPublicClient: definition.isFallbackPublicClient ?? false,
      requiredAccess: definition.requiredAccess ?? [],
    }
    await this.#directory.putApplication(application)
    return application
  }

  /** Makes an application one of this tenant: only then it gets tokens, and others get tokens for it. */
  async putServicePrincipal(
    appId: string,
    definition: { readonly appRoleAssignmentRequired?: boolean },
  ): Promise<ServicePrincipal> {
    const { uniqueName, displayName } = this.#application(appId)
    const principal = {
      objectId: stableId(this.#tenant.id, 'service principal', uniqueName),
      appId,
      displayName,
      appRoleAssignmentRequired: definition.appRoleAssignmentRequired ?? false,
    }
    await this.#directory.putServicePrincipal(principal)
    return principal
  }

  /** A new secret of an application; the value is in the answer and stays readable here. */
  async addSecret(
    appId: string,
    options: { displayName?: string; lifeMs?: number } = {},
  ): Promise<ClientSecret> {
    const application = this.#application(appId)
    if (application.secrets.length >= secretCountMax) {
      throw definitionInvalid(`An application has at most ${secretCountMax} secrets.`)
    }
    const secret = {
      keyId: newUuid(),
      displayName: options.displayName ?? 'local',
      // The shape of Azure's: 40 characters, a tilde in fourth place.
      value: newSecretValue(),
      endMs: this.#clock.now() + (options.lifeMs ?? secretLifeMs),
    }
    await this.#directory.putApplication({
      ...application,
      secrets: [...application.secrets, secret],
    })
    return secret
  }

  /** A secret that is valid now; made when there is none. */
  async ensureSecret(appId: string): Promise<ClientSecret> {
    const nowMs = this.#clock.now()
    const known = this.#application(appId).secrets.findLast(({ endMs }) => endMs > nowMs)
    return known ?? this.addSecret(appId)
  }

  async removeSecret(appId: string, keyId: string): Promise<void> {
    const application = this.#application(appId)
    const secrets = application.secrets.filter((secret) => secret.keyId !== keyId)
    if (secrets.length === application.secrets.length) throw objectNotFound(keyId)
    await this.#directory.putApplication({ ...application, secrets })
  }

  /** Creates or changes a person; the id follows from the principal name. */
  async registerUser(definition: UserDefinition): Promise<User> {
    const { userPrincipalName, displayName, givenName, surname, password } = definition
    if (!/^[^\s@]+@[^\s@]+$/.test(userPrincipalName)) {
      throw definitionInvalid("Property 'userPrincipalName' is invalid.")
    }
    const user = {
      objectId: stableId(this.#tenant.id, 'user', userPrincipalName),
      userPrincipalName,
      displayName: displayName ?? userPrincipalName,
      ...(givenName === undefined ? {} : { givenName }),
      ...(surname === undefined ? {} : { surname }),
      ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
    }
    await this.#directory.putUser(user)
    return user
  }

  /** Gives a user, an application or a managed identity a role of an application. */
  async assignRole(assignment: {
    /** Object id of the user or service principal. */
    principalId: string
    /** Client id or application ID URI of whose role it is: a registration, or `https://graph.microsoft.com`. */
    resource: string
    /** The value of the role. */
    role: string
  }): Promise<void> {
    const { resource, role: value } = assignment
    const { appId: resourceAppId, application } = findResource(
      this.#directory,
      resource,
      this.#tenant.displayName,
    )
    const role = application?.appRoles.find((each) => each.value === value)
    if (application && !role) throw objectNotFound(value)
    await this.#directory.putAssignment({
      principalId: assignment.principalId.toLowerCase(),
      resourceAppId,
      // The roles of Microsoft's services are not listed here: they are taken at their names.
      appRoleId: role?.id ?? stableId(resourceAppId, 'role', value),
      value,
    })
  }

  #application(appId: string): Application {
    const application = this.#directory.application(appId)
    if (!application) throw objectNotFound(appId)
    return application
  }

  #checkIdentifierUris(uris: readonly string[], appId: string): readonly string[] {
    for (const uri of uris) {
      if (!/^(?:api|https|urn|ms-appx):\S+$/.test(uri) || !URL.canParse(uri)) {
        throw definitionInvalid(`The value '${uri}' of property 'identifierUris' is not valid.`)
      }
      const holder = this.#directory.findApplication(uri)
      if (holder && holder.appId !== appId) {
        throw definitionInvalid(
          `Another object with the same value for property identifierUris already exists: '${uri}' of '${holder.displayName}'.`,
        )
      }
    }
    return [...uris]
  }
}

function rolesOf(definition: ApplicationDefinition, appId: string): AppRole[] {
  const roles = definition.appRoles ?? []
  const values = new Set(roles.map(({ value }) => value))
  if (values.size < roles.length) {
    throw definitionInvalid("Property 'appRoles' has two roles of the same value.")
  }
  return roles.map(({ value, id, displayName, allowedMemberTypes }) => {
    if (!/^[^\s.][^\s]{0,119}$/.test(value)) {
      throw definitionInvalid(`The value '${value}' of an app role is not valid.`)
    }
    return {
      id: id ?? stableId(appId, 'role', value),
      value,
      displayName: displayName ?? value,
      allowedMemberTypes: allowedMemberTypes ?? ['Application', 'User'],
    }
  })
}

function toCertificate(pem: string): ClientCertificate {
  try {
    const { fingerprint256, subject } = new X509Certificate(pem)
    return { keyId: stableId(fingerprint256), displayName: subject, certificate: pem }
  } catch (cause) {
    throw definitionInvalid(`A certificate cannot be read: ${String(cause)}`)
  }
}

function toRedirectUris(uris: Partial<RedirectUris>): RedirectUris {
  const { web = [], spa = [], publicClient = [] } = uris
  const all = [...web, ...spa, ...publicClient]
  if (all.length > redirectUriCountMax) {
    throw definitionInvalid(`An application has at most ${redirectUriCountMax} redirect URIs.`)
  }
  for (const uri of all) checkRedirectUri(uri)
  return { web: [...web], spa: [...spa], publicClient: [...publicClient] }
}

/** https://learn.microsoft.com/entra/identity-platform/reply-url#supported-schemes */
function checkRedirectUri(uri: string): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  const isLocal = url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const isScript = url && ['javascript:', 'data:', 'vbscript:'].includes(url.protocol)
  if (!url || isScript || url.hash !== '' || (url.protocol === 'http:' && !isLocal)) {
    throw definitionInvalid(`The redirect URI '${uri}' is not valid: https, or http on localhost.`)
  }
}

function newSecretValue(): string {
  const text = randomBytes(30).toString('base64url')
  return `${text.slice(0, 3)}8Q~${text.slice(3, 37)}`
}
