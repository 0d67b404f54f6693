import { parameterMissing, parameterRepeated } from './errors.ts'
import type { ClientCredentials } from './client-authentication.ts'

/** The parameters of a form or a query; each may come once. */
export class RequestParameters {
  readonly #values: URLSearchParams

  constructor(values: URLSearchParams) {
    this.#values = values
    for (const name of new Set(values.keys())) {
      if (values.getAll(name).length > 1) throw parameterRepeated(name)
    }
  }

  /** A value, or `undefined` when it is missing or empty. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.trim() || undefined
  }

  /** A value as it came, with blanks: a password may begin with one. */
  exact(name: string): string | undefined {
    return this.#values.get(name) ?? undefined
  }

  require(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }
}

/** A request to the token endpoint. */
export interface TokenRequest {
  readonly parameters: RequestParameters
  readonly client: ClientCredentials
  /** Which of the two token endpoints was called: by `resource` (1) or by `scope` (2). */
  readonly endpointVersion: 1 | 2
  /** False for `common` and `organizations`. */
  readonly namesTenant: boolean
}

/** What a token request is answered with: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export interface TokenAnswer {
  readonly token_type: 'Bearer'
  readonly scope?: string
  readonly expires_in: number
  readonly ext_expires_in: number
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly client_info?: string
}

/** The credential of a request: in the form, or by HTTP Basic. */
export function readClientCredentials(
  parameters: RequestParameters,
  authorization: string | undefined,
): ClientCredentials {
  const basic = readBasic(authorization)
  const given = {
    clientId: parameters.get('client_id') ?? basic?.name,
    secret: (parameters.exact('client_secret') ?? basic?.password) || undefined,
    assertion: parameters.get('client_assertion'),
    assertionType: parameters.get('client_assertion_type'),
  }
  const { clientId, secret, assertion, assertionType } = given
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(secret === undefined ? {} : { secret }),
    ...(assertion === undefined ? {} : { assertion }),
    ...(assertionType === undefined ? {} : { assertionType }),
  }
}

/** Both halves are form-encoded before they are joined: RFC 6749, 2.3.1. */
function readBasic(header: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  const [name, password] = [text.slice(0, colon), text.slice(colon + 1)]
  return { name: decodeForm(name), password: decodeForm(password) }
}

function decodeForm(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? ''
}
