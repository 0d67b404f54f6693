import type { Application, User } from './application.ts'
import type { Directory } from './directory.ts'
import { scopeNotFound } from './errors.ts'
import { firstPartyScopes } from './first-party-roles.ts'
import { refreshTokenLifeMs, singlePageRefreshTokenLifeMs } from './limits.ts'
import { findResource } from './resource-scope.ts'
import type { RequestedScopes, TokenResource } from './resource-scope.ts'
import type { SealedGrants } from './sealed-grants.ts'
import type { Tenant } from './tenant.ts'
import type { TokenIssuer } from './token-issuer.ts'
import type { ClientProof } from './token-issuer.ts'
import type { TokenAnswer } from './token-request.ts'

/** What a signed-in user gives an application. */
export interface UserGrant {
  readonly application: Application
  readonly proof: ClientProof
  readonly user: User
  readonly requested: RequestedScopes
  /** Which endpoint was called; it decides the version of the ID token. */
  readonly version: 1 | 2
  readonly nonce?: string
  /** In a single-page application refresh tokens end after a day. */
  readonly singlePageSinceMs?: number
  /** The request asked for `client_info=1`, as MSAL does. */
  readonly wantsClientInfo: boolean
}

const graph = 'https://graph.microsoft.com'

/** Makes the tokens of a user: access, and where asked for, ID and refresh token. */
export class UserTokens {
  readonly #directory: Directory
  readonly #tenant: Tenant
  readonly #issuer: TokenIssuer
  readonly #sealed: SealedGrants
  readonly #now: () => number

  constructor(options: {
    directory: Directory
    tenant: Tenant
    issuer: TokenIssuer
    sealed: SealedGrants
    now: () => number
  }) {
    this.#directory = options.directory
    this.#tenant = options.tenant
    this.#issuer = options.issuer
    this.#sealed = options.sealed
    this.#now = options.now
  }

  /** Finds what is asked for, and that it exists; a sign-in without a resource is one for Microsoft Graph. */
  checkScopes(application: Application, requested: RequestedScopes): TokenResource {
    const resource = findResource(
      this.#directory,
      requested.resource ?? graph,
      this.#tenant.displayName,
    )
    const known = resource.application?.scopes.map(({ value }) => value.toLowerCase())
    const unknown = requested.scopes.find(
      (scope) => scope !== '.default' && known?.includes(scope.toLowerCase()) === false,
    )
    if (unknown !== undefined) {
      throw scopeNotFound(application.displayName, unknown, resource.displayName)
    }
    return resource
  }

  issue(grant: UserGrant): TokenAnswer {
    const { application, user, requested, proof, version } = grant
    const resource = this.checkScopes(application, requested)
    const client = { appId: application.appId, proof }
    const scopes = grantedScopes(application, resource, requested)
    const roles = this.#directory.rolesOf(user.objectId, resource.appId)
    const access = this.#issuer.forUser({ client, resource, user, scopes, roles })
    const openId = requested.openId
    return {
      token_type: 'Bearer',
      scope: answeredScope(requested, scopes),
      expires_in: access.lifeSeconds,
      ext_expires_in: access.lifeSeconds,
      access_token: access.token,
      ...(openId.includes('offline_access') || version === 1
        ? { refresh_token: this.#refreshToken(grant) }
        : {}),
      ...(openId.includes('openid') ? { id_token: this.#idToken(grant) } : {}),
      ...(grant.wantsClientInfo ? { client_info: this.#clientInfo(user) } : {}),
    }
  }

  #idToken({ application, proof, user, version, nonce }: UserGrant): string {
    const client = { appId: application.appId, proof }
    const roles = this.#directory.rolesOf(user.objectId, application.appId)
    const request = { client, user, version, roles }
    return this.#issuer.idToken(nonce === undefined ? request : { ...request, nonce }).token
  }

  #refreshToken({ application, user, requested, singlePageSinceMs }: UserGrant): string {
    const { resource, scopes, openId } = requested
    const lifeMs =
      singlePageSinceMs === undefined
        ? refreshTokenLifeMs
        : singlePageSinceMs + singlePageRefreshTokenLifeMs - this.#now()
    return this.#sealed.seal(
      'refresh-token',
      {
        clientId: application.appId,
        userId: user.objectId,
        resource: resource ?? '',
        scopes: [...scopes],
        openId: [...openId],
        ...(singlePageSinceMs === undefined ? {} : { singlePageSinceMs }),
      },
      lifeMs,
    )
  }

  #clientInfo(user: User): string {
    const text = JSON.stringify({ uid: user.objectId, utid: this.#tenant.id })
    return Buffer.from(text).toString('base64url')
  }
}

function grantedScopes(
  client: Application,
  resource: TokenResource,
  requested: RequestedScopes,
): readonly string[] {
  const granted = requested.scopes.includes('.default')
    ? defaultScopes(client, resource)
    : requested.scopes
  if (requested.resource !== undefined && requested.resource !== graph) return granted
  return [...granted, ...requested.openId.filter((scope) => scope !== 'offline_access')]
}

/** `.default` stands for the permissions that the application requires; where it names none, for every one there is. */
function defaultScopes(
  client: Application,
  { appId, application }: TokenResource,
): readonly string[] {
  const ids = client.requiredAccess.find(({ resourceAppId }) => resourceAppId === appId)
  const known = application?.scopes ?? firstPartyScopes(appId)
  const required = known.filter(({ id }) => ids?.permissionIds.includes(id))
  if (required.length > 0) return required.map(({ value }) => value)
  if (application) return known.map(({ value }) => value)
  return [known.length > 0 ? 'User.Read' : 'user_impersonation']
}

/** The scopes as the client wrote them: clients look their tokens up by these names. */
function answeredScope(requested: RequestedScopes, granted: readonly string[]): string {
  const { resource, scopes, openId } = requested
  const names = new Set([...granted, ...scopes])
  const isGraph = resource === undefined || resource === graph
  const full = [...names].map((scope) => (isGraph ? scope : `${resource}/${scope}`))
  const signIn = openId.filter((scope) => scope !== 'offline_access')
  return [...new Set([...full, ...signIn])].join(' ')
}
