import type { JsonObject } from '../../base/json.ts'
import { toJwk } from './signing-keys.ts'
import type { SigningKey } from './signing-keys.ts'
import { issuerHost, issuerOf } from './tenant.ts'

/** Which description is asked for. */
export interface DiscoveryRequest {
  /** Where the client reaches this instance: `https://localhost:8443`. */
  readonly origin: string
  /** As the address has it: an id, a domain, `common`. */
  readonly tenantSegment: string
  /** The issuer of tokens; a placeholder where the address names no tenant. */
  readonly tenantId: string
  readonly version: 1 | 2
}

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document */
export function openIdConfiguration(request: DiscoveryRequest): JsonObject {
  const { origin, tenantSegment, tenantId, version } = request
  const base = `${origin}/${tenantSegment}`
  const oauth = version === 2 ? `${base}/oauth2/v2.0` : `${base}/oauth2`
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: version === 2 ? `${base}/discovery/v2.0/keys` : `${origin}/common/discovery/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: version === 2 ? ['openid', 'profile', 'email', 'offline_access'] : ['openid'],
    issuer: issuerOf(tenantId, version),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${userInfoOrigin(origin)}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: false,
    end_session_endpoint: `${oauth}/logout`,
    code_challenge_methods_supported: ['S256', 'plain'],
    claims_supported: [...claims],
    tenant_region_scope: null,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  }
}

/** At Azure's names it is another host's; by its own address this instance is all of them. */
function userInfoOrigin(origin: string): string {
  return entraHosts.includes(new URL(origin).host) ? 'https://graph.microsoft.com' : origin
}

/** The keys that tokens are signed with. */
export function keyDocument(keys: readonly SigningKey[], tenantId: string): JsonObject {
  return { keys: keys.map((key) => toJwk(key, issuerOf(tenantId, 2))) }
}

/** Tells clients which hosts are one cloud, and where a tenant describes itself. */
export function instanceDiscovery(origin: string, tenantSegment: string): JsonObject {
  const host = new URL(origin).host
  const aliases = [...entraHosts]
  const known = aliases.includes(host)
  return {
    tenant_discovery_endpoint: `${origin}/${tenantSegment}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      { preferred_network: issuerHost, preferred_cache: 'login.windows.net', aliases },
      ...(known ? [] : [{ preferred_network: host, preferred_cache: host, aliases: [host] }]),
    ],
  }
}

const entraHosts = [issuerHost, 'login.windows.net', 'login.microsoft.com', 'sts.windows.net']

const claims = [
  'sub',
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'nonce',
  'name',
  'oid',
  'preferred_username',
  'roles',
  'tid',
  'ver',
] as const
