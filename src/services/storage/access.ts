import { isSignature, sign } from '../../protocols/auth/shared-key.ts'
import type { StorageSas } from '../../protocols/auth/storage-sas.ts'
import type { StorageRequest } from './storage-request.ts'

/** A stored access policy, which service SAS refer to by its id. */
export interface AccessPolicy {
  readonly id: string
  readonly start?: string | undefined
  readonly expiry?: string | undefined
  readonly permission?: string | undefined
}

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
  /** What a role must allow, after `.../blobServices/`, `queueServices/` or `tableServices/`. */
  readonly action: string
  /** What a role may allow instead. */
  readonly otherAction?: string
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
  /** By what signature. */
  readonly sas?: StorageSas
  /** Whether the caller may do something else too. */
  may(permission: Permission): Promise<boolean>
}

/** What a request is of, as far as its authorization goes; each service of an account has its own kind. */
export interface AccessTarget {
  /** The service in `ss` of account signatures. */
  readonly serviceLetter: 'b' | 'q' | 't'
  /** Service, container or object in `srt` of account signatures. */
  readonly level: 's' | 'c' | 'o'
  /** Where roles are looked for: on it, or on what holds it. */
  readonly resourceId: string
  /** What the actions of roles begin with. */
  readonly actionPrefix: string
  readonly policies: readonly AccessPolicy[]
  /** What anybody may read. */
  readonly publicAccess?: 'container' | 'blob' | undefined
  /** What may have been signed, for a signature that is not the account's. */
  textsToSign(sas: StorageSas): readonly string[]
  /** Refuses a signature of something else. */
  checkSas(sas: StorageSas): void
}

export interface AuthorizationParts {
  readonly request: StorageRequest
  readonly permission: Permission
  readonly identity: StorageIdentity
  readonly target: AccessTarget
  readonly nowMs: number
}

/** Whether a principal has a role for what an operation needs, on the target or on what holds it. */
export async function hasPermission(
  { identity, target }: Pick<AuthorizationParts, 'identity' | 'target'>,
  caller: TokenIdentity,
  { action, otherAction }: Permission,
): Promise<boolean> {
  const hasAction = (each: string) =>
    identity.hasRole({
      principalId: caller.objectId,
      resourceId: target.resourceId,
      action: `Microsoft.Storage/storageAccounts/${target.actionPrefix}/${each}`,
    })
  return (await hasAction(action)) || (otherAction !== undefined && (await hasAction(otherAction)))
}

/** True when one of the keys made the signature of a text. */
export function isMadeBy(keys: readonly string[], signature: string, text: string): boolean {
  return keys.some((key) => isSignature(signature, sign(key, text)))
}
