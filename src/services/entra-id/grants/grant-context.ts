import type { Clock } from '../../../base/clock.ts'
import type { ClientAuthentication } from '../client-authentication.ts'
import type { DeviceCodes } from '../device-codes.ts'
import type { Directory } from '../directory.ts'
import type { SealedGrants } from '../sealed-grants.ts'
import type { SigningKeys } from '../signing-keys.ts'
import type { Tenant } from '../tenant.ts'
import type { TokenIssuer } from '../token-issuer.ts'
import type { UserTokens } from '../user-tokens.ts'

/** What the grants work with. */
export interface GrantContext {
  readonly clock: Clock
  readonly tenant: Tenant
  readonly directory: Directory
  readonly keys: SigningKeys
  readonly authentication: ClientAuthentication
  readonly issuer: TokenIssuer
  readonly sealed: SealedGrants
  readonly deviceCodes: DeviceCodes
  readonly userTokens: UserTokens
}
