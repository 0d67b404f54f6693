import { tenantInvalid, tenantNotFound } from './errors.ts'

/** The hosts that Entra ID itself is reached at. */
export const issuerHost = 'login.microsoftonline.com'

/** Where bots of several tenants get their tokens: there is one tenant here, so it is that one. */
const botTenant = 'botframework.com'

/** A directory with its names: https://learn.microsoft.com/entra/identity-platform/developer-glossary#tenant */
export interface Tenant {
  readonly id: string
  readonly displayName: string
  /** The domain that may stand for the id in addresses. */
  readonly domain: string
}

/** Which directory an address means: this tenant, or whichever the person or application belongs to. */
export type TenantAddress = 'tenant' | 'common' | 'organizations'

/** What the first segment of a path means. */
export function tenantAddress(tenant: Tenant, segment: string): TenantAddress {
  const name = segment.toLowerCase()
  if (name === tenant.id || name === tenant.domain || name === botTenant) return 'tenant'
  if (name === 'common' || name === 'organizations') return name
  const isName = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$|^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(name)
  throw isName ? tenantNotFound(segment) : tenantInvalid(segment)
}

/** The `iss` of tokens: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
export function issuerOf(tenantId: string, version: 1 | 2): string {
  return version === 2
    ? `https://${issuerHost}/${tenantId}/v2.0`
    : `https://sts.windows.net/${tenantId}/`
}
