import type { ClientAuthentication } from '../client-authentication.ts'
import type { Directory } from '../directory.ts'
import type { Tenant } from '../tenant.ts'
import type { TokenIssuer } from '../token-issuer.ts'

/** What the grants work with. */
export interface GrantContext {
  readonly tenant: Tenant
  readonly directory: Directory
  readonly authentication: ClientAuthentication
  readonly issuer: TokenIssuer
}
