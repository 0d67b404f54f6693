import { unsupportedGrantType } from './errors.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import type { GrantContext } from './grants/grant-context.ts'
import type { TokenAnswer, TokenRequest } from './token-request.ts'

type Grant = (context: GrantContext, request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>

const grants: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
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
}
