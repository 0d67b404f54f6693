// Nothing here survives a crash: whoever starts an application says again which identities it has.
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Directory } from './directory.ts'
import { identityHeaderInvalid, managedIdentityNotFound, roleRequired } from './errors.ts'
import { managedIdentityTokenLifeMs, rememberedTokenCountMax } from './limits.ts'
import { findResource } from './resource-scope.ts'
import type { SigningKeys } from './signing-keys.ts'
import { stableId } from './stable-id.ts'
import type { Tenant } from './tenant.ts'
import type { IssuedToken, TokenIssuer } from './token-issuer.ts'

/** An identity that a resource acts with. */
export interface ManagedIdentity {
  /** Object id of its service principal. */
  readonly principalId: string
  readonly clientId: string
  /** The resource whose identity it is, or the user-assigned identity itself. */
  readonly resourceId: string
}

/** The identities of one resource, as its `identity` says in ARM. */
export interface AssignedIdentities {
  readonly systemAssigned?: { readonly principalId: string; readonly clientId?: string }
  readonly userAssigned?: readonly ManagedIdentity[]
}

/** Which of its identities an application asks a token for; without any, the one that the system assigned. */
export interface IdentityChoice {
  readonly clientId?: string
  readonly principalId?: string
  readonly resourceId?: string
}

interface Holder {
  readonly resourceId: string
  readonly header: string
  readonly system?: ManagedIdentity
  readonly user: readonly ManagedIdentity[]
}

/** Tokens without secrets for what runs here: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview */
export class ManagedIdentities {
  readonly #tenant: Tenant
  readonly #directory: Directory
  readonly #issuer: TokenIssuer
  readonly #keys: SigningKeys
  readonly #clock: Clock
  readonly #issued = new Map<string, { readonly token: IssuedToken; readonly kid: string }>()
  readonly #byResource = new Map<string, Holder>()
  /** By the hash of the header: a lookup tells nothing about how much of a guess was right. */
  readonly #byHeader = new Map<string, Holder>()

  constructor(options: {
    tenant: Tenant
    directory: Directory
    issuer: TokenIssuer
    keys: SigningKeys
    clock: Clock
  }) {
    this.#tenant = options.tenant
    this.#directory = options.directory
    this.#issuer = options.issuer
    this.#keys = options.keys
    this.#clock = options.clock
  }

  /** Says which identities a resource has, and gives the `IDENTITY_HEADER` of its program. */
  assign(resourceId: string, identities: AssignedIdentities): string {
    const id = resourceId.toLowerCase()
    const header = this.#byResource.get(id)?.header ?? randomBytes(24).toString('hex')
    const { systemAssigned, userAssigned = [] } = identities
    const system = systemAssigned && {
      resourceId,
      principalId: systemAssigned.principalId,
      clientId: systemAssigned.clientId ?? stableId(systemAssigned.principalId, 'client'),
    }
    const holder = { resourceId, header, user: userAssigned, ...(system ? { system } : {}) }
    this.#byResource.set(id, holder)
    this.#byHeader.set(hashOf(header), holder)
    return header
  }

  /** Takes the identities of a resource away. */
  unassign(resourceId: string): void {
    const id = resourceId.toLowerCase()
    const holder = this.#byResource.get(id)
    if (!holder) return
    this.#byResource.delete(id)
    this.#byHeader.delete(hashOf(holder.header))
  }

  /** A token for the program that knows the header. */
  token(
    header: string,
    resource: string,
    choice: IdentityChoice = {},
  ): IssuedToken & { readonly identity: ManagedIdentity } {
    const holder = this.#byHeader.get(hashOf(header))
    if (!holder) throw identityHeaderInvalid()
    return this.#issue(chooseIdentity(holder, choice), resource)
  }

  /** A token for a resource that the platform itself acts for: a gateway, a workflow. */
  tokenOf(resourceId: string, resource: string, choice: IdentityChoice = {}): IssuedToken {
    const holder = this.#byResource.get(resourceId.toLowerCase())
    if (!holder) throw managedIdentityNotFound()
    return this.#issue(chooseIdentity(holder, choice), resource)
  }

  #issue(
    identity: ManagedIdentity,
    identifier: string,
  ): IssuedToken & { readonly identity: ManagedIdentity } {
    const resource = findResource(this.#directory, identifier, this.#tenant.displayName)
    const { principalId, clientId, resourceId } = identity
    const roles = this.#directory.rolesOf(principalId, resource.appId)
    const key = [clientId, identifier, ...roles].join(' ')
    const known = this.#known(key)
    if (known) return { ...known, identity }
    const isGuarded =
      this.#directory.servicePrincipal(resource.appId)?.appRoleAssignmentRequired === true
    if (isGuarded && !this.#directory.isAssigned(principalId, resource.appId))
      throw roleRequired(clientId, resource.displayName)
    const issued = this.#issuer.forApplication({
      client: { appId: clientId, proof: 'certificate' },
      resource,
      principalId,
      roles,
      lifeMs: managedIdentityTokenLifeMs,
      managedResourceId: resourceId,
    })
    this.#remember(key, issued)
    return { ...issued, identity }
  }

  /** A token that was issued before and is good for half its life yet: programs ask at every call. */
  #known(key: string): IssuedToken | undefined {
    const issued = this.#issued.get(key)
    const aheadMs = managedIdentityTokenLifeMs / 2
    const isGood = issued && issued.token.expiresOnSeconds * 1000 - aheadMs > this.#clock.now()
    return isGood && issued.kid === this.#keys.current().kid ? issued.token : undefined
  }

  #remember(key: string, token: IssuedToken): void {
    this.#issued.delete(key)
    this.#issued.set(key, { token, kid: this.#keys.current().kid })
    const [oldest] = this.#issued.keys()
    if (this.#issued.size > rememberedTokenCountMax && oldest !== undefined) {
      this.#issued.delete(oldest)
    }
  }
}

function chooseIdentity({ system, user }: Holder, choice: IdentityChoice): ManagedIdentity {
  const { clientId, principalId, resourceId } = choice
  const isAny = clientId === undefined && principalId === undefined && resourceId === undefined
  const all = system ? [system, ...user] : user
  const chosen = isAny
    ? system
    : all.find(
        (identity) =>
          isSameId(clientId, identity.clientId) &&
          isSameId(principalId, identity.principalId) &&
          isSameId(resourceId, identity.resourceId),
      )
  if (!chosen) throw managedIdentityNotFound()
  return chosen
}

function isSameId(asked: string | undefined, id: string): boolean {
  return asked === undefined || asked.toLowerCase() === id.toLowerCase()
}

function hashOf(header: string): string {
  return createHash('sha256').update(header).digest('base64')
}
