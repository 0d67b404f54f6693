/** The hosts that Entra ID itself is reached at. */
export const issuerHost = 'login.microsoftonline.com'

/** A directory with its names: https://learn.microsoft.com/entra/identity-platform/developer-glossary#tenant */
export interface Tenant {
  readonly id: string
  readonly displayName: string
  /** The domain that may stand for the id in addresses. */
  readonly domain: string
}

/** Which directory an address means: this tenant, or whichever the person or application belongs to. */
export type TenantAddress = 'tenant' | 'common' | 'organizations'

/** The tenant of the first segment of a path, or `undefined` for one that is not here. */
export function tenantAddress(tenant: Tenant, segment: string): TenantAddress | undefined {
  const name = segment.toLowerCase()
  if (name === tenant.id || name === tenant.domain) return 'tenant'
  return name === 'common' || name === 'organizations' ? name : undefined
}

/** The `iss` of tokens: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
export function issuerOf(tenantId: string, version: 1 | 2): string {
  return version === 2
    ? `https://${issuerHost}/${tenantId}/v2.0`
    : `https://sts.windows.net/${tenantId}/`
}
