import type { JsonObject } from '../../base/json.ts'
import { unsupportedGrantType } from './errors.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import { authorizationCode } from './grants/authorization-code.ts'
import { beginDeviceSignIn, deviceCode } from './grants/device-code.ts'
import type { GrantContext } from './grants/grant-context.ts'
import { onBehalfOf } from './grants/on-behalf-of.ts'
import { refreshToken } from './grants/refresh-token.ts'
import type { TokenAnswer, TokenRequest } from './token-request.ts'

type Grant = (context: GrantContext, request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>

const grants: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  device_code: deviceCode,
  'urn:ietf:params:oauth:grant-type:device_code': deviceCode,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': onBehalfOf,
}

/** Answers token requests of every kind of grant. */
export class TokenEndpoint {
  readonly #context: GrantContext

  constructor(context: GrantContext) {
    this.#context = context
  }

  async answer(request: TokenRequest): Promise<TokenAnswer> {
    const name = request.parameters.require('grant_type')
    const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
    if (!grant) throw unsupportedGrantType(name)
    return grant(this.#context, request)
  }

  /** Begins a sign-in by code; `page` is where the person types it. */
  beginDeviceSignIn(request: TokenRequest, page: string): Promise<JsonObject> {
    return beginDeviceSignIn(this.#context, request, page)
  }
}
