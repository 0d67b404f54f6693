import { isSignature, sign } from '../../protocols/auth/shared-key.ts'
import type { Account } from './account.ts'
import type { ContainerRecord } from './container.ts'
import type { StorageRequest } from './storage-request.ts'

/** Who a bearer token is of. */
export interface TokenIdentity {
  readonly objectId: string
  readonly tenantId: string
}

/** What the service asks of whoever joins it to identities. */
export interface StorageIdentity {
  /** Who a token for `https://storage.azure.com` is of; throws `tokenInvalid` for a bad one. */
  verifyToken(token: string): TokenIdentity
  /** Whether a principal has a role on the resource, or on what holds it, that allows the action. */
  hasRole(request: {
    readonly principalId: string
    readonly resourceId: string
    /** `Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read` */
    readonly action: string
  }): Promise<boolean>
}

/** What an operation needs of its caller. */
export interface Permission {
  /** Letters of a shared access signature, of which one will do. */
  readonly sas: string
  /** Letters of an account's signature where they differ. */
  readonly accountSas?: string
  /** What a role must allow, after `.../blobServices/`. */
  readonly action: string
  /** What a container must be open for, so that anybody may. */
  readonly publicAccess?: 'blob' | 'container'
}

/** Who calls, and what else he may. */
export interface Caller {
  readonly kind: 'key' | 'sas' | 'token' | 'anonymous'
  readonly identity?: TokenIdentity
  /** Headers that a signature says the answer has. */
  readonly overrides: Readonly<Record<string, string>>
  /** True where the caller may create, and not replace, what is written. */
  readonly isCreator: boolean
  /** Whether the caller may do something else too. */
  may(permission: Permission): Promise<boolean>
}

export interface AuthorizationParts {
  readonly request: StorageRequest
  readonly permission: Permission
  readonly identity: StorageIdentity
  readonly container: ContainerRecord | undefined
  readonly nowMs: number
}

/** Whether a principal has a role for the action on the container, or on what holds it. */
export async function hasAction(
  parts: Pick<AuthorizationParts, 'identity' | 'request'>,
  caller: TokenIdentity,
  action: string,
): Promise<boolean> {
  const { account, container } = parts.request
  return parts.identity.hasRole({
    principalId: caller.objectId,
    resourceId: resourceIdOf(account, container),
    action: `Microsoft.Storage/storageAccounts/blobServices/${action}`,
  })
}

function resourceIdOf(account: Account, container: string): string {
  const service = `${account.resourceId}/blobServices/default`
  return container === '' ? service : `${service}/containers/${container}`
}

/** True when one of the keys made the signature of a text. */
export function isMadeBy(keys: readonly string[], signature: string, text: string): boolean {
  return keys.some((key) => isSignature(signature, sign(key, text)))
}
