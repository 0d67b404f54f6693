import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../base/json.ts'
import type { SignInAnswer } from './authorization-request.ts'
import type { Browser } from './browser-sessions.ts'
import { instanceDiscovery, keyDocument, openIdConfiguration } from './discovery.ts'
import type { EntraId } from './service.ts'
import type { TenantAddress } from './tenant.ts'
import { readClientCredentials } from './token-request.ts'
import type { RequestParameters, TokenAnswer, TokenRequest } from './token-request.ts'
import { userInfo } from './user-info.ts'

/** A request as the operations see it. */
export interface EntraRequest {
  /** Where the client reaches this instance: `https://localhost:8443`. */
  readonly origin: string
  readonly tenantSegment: string
  readonly address: TenantAddress
  readonly parameters: RequestParameters
  readonly headers: IncomingHttpHeaders
  readonly browser: Browser
}

/** What an operation answers with. */
export type EntraAnswer =
  | { readonly kind: 'json'; readonly body: object; readonly isPublic?: boolean }
  | SignInAnswer

/** One address of Entra ID. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST'
  /** `{tenant}` is an id, a domain, `common` or `organizations`; what has none is at the host of Microsoft Graph. */
  readonly path: string
  /** A person in a browser reads its faults, not a program. */
  readonly isForPeople?: boolean
  readonly isTraced?: boolean
  handle(entra: EntraId, request: EntraRequest): Promise<EntraAnswer> | EntraAnswer
}

/** Every address that is answered: https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints */
export const operations: readonly Operation[] = [
  {
    name: 'OpenID configuration (v2)',
    method: 'GET',
    path: '/{tenant}/v2.0/.well-known/openid-configuration',
    handle: (entra, request) => configuration(entra, request, 2),
  },
  {
    name: 'OpenID configuration (v1)',
    method: 'GET',
    path: '/{tenant}/.well-known/openid-configuration',
    handle: (entra, request) => configuration(entra, request, 1),
  },
  {
    name: 'Signing keys (v2)',
    method: 'GET',
    path: '/{tenant}/discovery/v2.0/keys',
    handle: keys,
  },
  { name: 'Signing keys (v1)', method: 'GET', path: '/{tenant}/discovery/keys', handle: keys },
  {
    name: 'Instance discovery',
    method: 'GET',
    path: '/{tenant}/discovery/instance',
    handle: (entra, { origin }) => published(instanceDiscovery(origin, entra.tenant.id)),
  },
  {
    name: 'Token (v2)',
    method: 'POST',
    path: '/{tenant}/oauth2/v2.0/token',
    isTraced: true,
    handle: async (entra, request) => ({ kind: 'json', body: await token(entra, request, 2) }),
  },
  {
    name: 'Token (v1)',
    method: 'POST',
    path: '/{tenant}/oauth2/token',
    isTraced: true,
    handle: async (entra, request) => ({
      kind: 'json',
      body: toVersion1(await token(entra, request, 1), entra, request),
    }),
  },
  {
    name: 'Device code (v2)',
    method: 'POST',
    path: '/{tenant}/oauth2/v2.0/devicecode',
    handle: (entra, request) => deviceCode(entra, request, 2),
  },
  {
    name: 'Device code (v1)',
    method: 'POST',
    path: '/{tenant}/oauth2/devicecode',
    handle: (entra, request) => deviceCode(entra, request, 1),
  },
  {
    name: 'Enter a device code',
    method: 'GET',
    path: '/{tenant}/oauth2/deviceauth',
    isForPeople: true,
    handle: (entra, request) => entra.signIn.beginWithCode(deviceAddress(request)),
  },
  {
    name: 'Enter a device code (posted)',
    method: 'POST',
    path: '/{tenant}/oauth2/deviceauth',
    isForPeople: true,
    handle: (entra, request) =>
      entra.signIn.chooseForCode(request.parameters.require('user_code'), {
        action: deviceAddress(request),
        signInAction: signInAddress(request),
      }),
  },
  {
    name: 'Authorize (v2)',
    method: 'GET',
    path: '/{tenant}/oauth2/v2.0/authorize',
    isForPeople: true,
    handle: (entra, request) => authorize(entra, request, 2),
  },
  {
    name: 'Authorize (v1)',
    method: 'GET',
    path: '/{tenant}/oauth2/authorize',
    isForPeople: true,
    handle: (entra, request) => authorize(entra, request, 1),
  },
  {
    name: 'Sign in',
    method: 'POST',
    path: '/{tenant}/login',
    isForPeople: true,
    handle: (entra, request) =>
      entra.signIn.complete(request.parameters, {
        action: signInAddress(request),
        browser: request.browser,
      }),
  },
  {
    name: 'Sign out (v2)',
    method: 'GET',
    path: '/{tenant}/oauth2/v2.0/logout',
    isForPeople: true,
    handle: signOut,
  },
  {
    name: 'Sign out (v1)',
    method: 'GET',
    path: '/{tenant}/oauth2/logout',
    isForPeople: true,
    handle: signOut,
  },
  { name: 'User info', method: 'GET', path: '/oidc/userinfo', handle: tellUser },
  { name: 'User info (posted)', method: 'POST', path: '/oidc/userinfo', handle: tellUser },
]

function configuration(entra: EntraId, request: EntraRequest, version: 1 | 2): EntraAnswer {
  const { origin, tenantSegment } = request
  const tenantId = issuingTenant(entra, request)
  return published(openIdConfiguration({ origin, tenantSegment, tenantId, version }))
}

function keys(entra: EntraId, request: EntraRequest): EntraAnswer {
  return published(keyDocument(entra.keys.published(), issuingTenant(entra, request)))
}

/** An address for all tenants describes an issuer that has yet to be filled in. */
function issuingTenant(entra: EntraId, { address }: EntraRequest): string {
  return address === 'tenant' ? entra.tenant.id : '{tenantid}'
}

function published(body: JsonObject): EntraAnswer {
  return { kind: 'json', body, isPublic: true }
}

function token(entra: EntraId, request: EntraRequest, version: 1 | 2): Promise<TokenAnswer> {
  return entra.tokens.answer(tokenRequest(request, version))
}

async function deviceCode(
  entra: EntraId,
  request: EntraRequest,
  version: 1 | 2,
): Promise<EntraAnswer> {
  const page = `${request.origin}${deviceAddress(request)}`
  const begun = await entra.tokens.beginDeviceSignIn(tokenRequest(request, version), page)
  return { kind: 'json', body: begun }
}

function authorize(entra: EntraId, request: EntraRequest, version: 1 | 2): EntraAnswer {
  const { parameters, browser } = request
  return entra.signIn.begin(parameters, { version, action: signInAddress(request), browser })
}

function signOut(entra: EntraId, { parameters, browser }: EntraRequest): EntraAnswer {
  return entra.signIn.signOut(parameters, browser)
}

function tellUser(entra: EntraId, { headers }: EntraRequest): EntraAnswer {
  return { kind: 'json', body: userInfo(entra, headers.authorization) }
}

function tokenRequest(request: EntraRequest, version: 1 | 2): TokenRequest {
  const { parameters, headers, address } = request
  return {
    parameters,
    client: readClientCredentials(parameters, headers.authorization),
    endpointVersion: version,
    namesTenant: address === 'tenant',
  }
}

function signInAddress({ tenantSegment }: EntraRequest): string {
  return `/${tenantSegment}/login`
}

function deviceAddress({ tenantSegment }: EntraRequest): string {
  return `/${tenantSegment}/oauth2/deviceauth`
}

/** The older address writes numbers as text, and says what the token is for. */
function toVersion1(answer: TokenAnswer, entra: EntraId, { parameters }: EntraRequest): object {
  const nowSeconds = Math.floor(entra.clock.now() / 1000)
  const resource = parameters.get('resource')
  return {
    ...answer,
    expires_in: String(answer.expires_in),
    ext_expires_in: String(answer.ext_expires_in),
    expires_on: String(nowSeconds + answer.expires_in),
    not_before: String(nowSeconds),
    ...(resource === undefined ? {} : { resource }),
  }
}
