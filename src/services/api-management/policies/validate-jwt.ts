import { X509Certificate, createPublicKey, createSecretKey } from 'node:crypto'
import { messageOf } from '../../../base/errors.ts'
import type { PolicyJwt } from '../../../languages/csharp/policy-context.ts'
import { InvalidToken, type TokenFault } from '../../../protocols/auth/invalid-token.ts'
import { type Jwt, type TokenRules, audiencesOf } from '../../../protocols/auth/jwt.ts'
import type { VerificationKey } from '../../../protocols/auth/key-set.ts'
import { signatureAlgorithms } from '../../../protocols/auth/signature-algorithm.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { MetadataUnavailable } from '../gateway/issuer-metadata.ts'

/** https://learn.microsoft.com/azure/api-management/validate-jwt-policy */
export const validateJwt: PolicyDefinition = {
  name: 'validate-jwt',
  sections: ['inbound'],
  attributes: [
    'header-name',
    'query-parameter-name',
    'token-value',
    'failed-validation-httpcode',
    'failed-validation-error-message',
    'require-expiration-time',
    'require-scheme',
    'require-signed-tokens',
    'clock-skew',
    'output-token-variable-name',
  ],
  elements: ['openid-config', 'issuer-signing-keys', 'audiences', 'issuers', 'required-claims'],
  compile(source) {
    const signed = source.flag('require-signed-tokens')
    if (signed && signed.constant !== true) {
      throw source.fault(
        "unsigned tokens are not supported: 'require-signed-tokens' must be true.",
        'require-signed-tokens',
      )
    }
    const readToken = compileTokenPlace(source)
    const metadata = source.children('openid-config').map((each) => each.requiredText('url'))
    const metadataUrls = compileList(metadata)
    const keys = listOf(source, 'issuer-signing-keys', 'key').map(compileKey)
    if (metadata.length === 0 && keys.length === 0) {
      throw source.fault(
        "'openid-config' or 'issuer-signing-keys' is needed to verify a signature.",
      )
    }
    const issuers = compileList(
      listOf(source, 'issuers', 'issuer').map((each) => each.contentText()),
    )
    const audiences = compileList(
      listOf(source, 'audiences', 'audience').map((each) => each.contentText()),
    )
    const claims = listOf(source, 'required-claims', 'claim').map(compileClaim)
    const skew = source.count('clock-skew')
    const requireExpiry = source.flag('require-expiration-time')
    const output = source.text('output-token-variable-name')
    const refuse = compileRefusal(source)
    return (call) => {
      const token = readToken(call)
      if (token === undefined) throw refuse(call, 'TokenNotPresent', 'JWT not present.')
      const accepted = audiences(call)
      const rules: TokenRules = {
        algorithms: signatureAlgorithms,
        ...(accepted.length > 0 ? { audiences: accepted } : {}),
        clockSkewMs: (skew?.read(call) ?? 0) * 1000,
        allowEndless: requireExpiry?.read(call) === false,
      }
      const sources = { metadataUrls: metadataUrls(call), keys, issuers: issuers(call) }
      const accept = (jwt: Jwt): void => {
        for (const check of claims) {
          const fault = check(jwt, call)
          if (fault) throw refuse(call, fault.reason, fault.message)
        }
        if (output) call.variables.set(output.read(call), toPolicyJwt(jwt))
      }
      const jwt = verified(call, { token, sources, rules, refuse })
      return jwt instanceof Promise ? jwt.then(accept) : accept(jwt)
    }
  },
}

/** Texts without the space around them; read once where they are the same for each call. */
function compileList(values: readonly Value<string>[]): (call: GatewayCall) => readonly string[] {
  const constants = values.flatMap(({ constant }) =>
    constant === undefined ? [] : constant.trim(),
  )
  if (constants.length === values.length) return () => constants
  return (call) => values.map((each) => each.read(call).trim())
}

type Refusal = (call: GatewayCall, reason: string, message: string) => PolicyError

/** The verified token; a bad one is refused in the words of the policy. */
export function verified(
  call: GatewayCall,
  options: {
    token: string
    sources: Parameters<GatewayCall['parts']['tokens']['verify']>[1]
    rules: TokenRules
    refuse: Refusal
  },
): Jwt | Promise<Jwt> {
  const { token, sources, rules, refuse } = options
  try {
    const jwt = call.parts.tokens.verify(token, sources, { rules, trace: call.trace })
    if (!(jwt instanceof Promise)) return jwt
    return jwt.catch((error: unknown) => {
      throw refusalOf(call, refuse, error)
    })
  } catch (error) {
    throw refusalOf(call, refuse, error)
  }
}

function refusalOf(call: GatewayCall, refuse: Refusal, error: unknown): Error {
  if (error instanceof InvalidToken) {
    return refuse(call, reasonOf[error.fault], `${error.message} Access denied.`)
  }
  if (error instanceof MetadataUnavailable || error instanceof PolicyError) return error
  return new MetadataUnavailable(messageOf(error), { cause: error })
}

/** https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies#predefined-errors-for-policies */
const reasonOf: Readonly<Record<TokenFault, string>> = {
  malformed: 'JwtInvalid',
  type: 'JwtInvalid',
  algorithm: 'TokenSignatureInvalid',
  unsigned: 'TokenSignatureInvalid',
  key: 'TokenSignatureKeyNotFound',
  signature: 'TokenSignatureInvalid',
  'expiry-missing': 'JwtInvalid',
  expired: 'TokenExpired',
  'not-yet-valid': 'JwtInvalid',
  issuer: 'TokenIssuerNotAllowed',
  audience: 'TokenAudienceNotAllowed',
}

/** The error of a token that is not accepted. */
export function compileRefusal(source: PolicySource): Refusal {
  const status = source.count('failed-validation-httpcode', { min: 100, max: 599 })
  const message = source.text('failed-validation-error-message')
  return (call, reason, detail) =>
    new PolicyError({
      source: source.policy,
      reason,
      message: detail,
      status: status?.read(call) ?? 401,
      answer: message?.read(call) ?? detail,
    })
}

/** Where the token of a call is. */
export function compileTokenPlace(source: PolicySource): (call: GatewayCall) => string | undefined {
  const places = ['header-name', 'query-parameter-name', 'token-value'].filter((name) =>
    source.has(name),
  )
  if (places.length > 1) {
    throw source.fault(
      "only one of 'header-name', 'query-parameter-name' and 'token-value' may be set.",
    )
  }
  const header = source.text('header-name')
  const query = source.text('query-parameter-name')
  const value = source.text('token-value')
  const scheme = source.text('require-scheme')
  return (call) => {
    if (value) return present(value.read(call).replace(/^Bearer\s+/i, ''))
    if (query) return present(call.request.originalUrl.query.get(query.read(call))?.[0])
    const name = header?.read(call) ?? 'Authorization'
    const text = call.request.headers.text(name)
    if (text === undefined) return undefined
    const [, given, token] = /^(\S+)\s+(.+)$/.exec(text) ?? []
    // A header of another name has no scheme to look at.
    if (name.toLowerCase() !== 'authorization') return present(token ?? text)
    const wanted = scheme?.read(call)
    if (wanted !== undefined && given?.toLowerCase() !== wanted.toLowerCase()) return undefined
    return present(token ?? text)
  }
}

function present(token: string | undefined): string | undefined {
  return token === undefined || token.trim() === '' ? undefined : token.trim()
}

/** The items of a list that a policy may contain. */
export function listOf(source: PolicySource, list: string, item: string): readonly PolicySource[] {
  const found = source.child(list)
  if (!found) return []
  const [unknown] = found.children().filter((each) => each.name !== item)
  if (unknown) throw unknown.fault(`'${list}' may contain only '${item}'.`)
  return found.children(item)
}

function compileKey(source: PolicySource): VerificationKey {
  const kid = source.literal('id')
  const named = kid === undefined ? {} : { kid }
  const modulus = source.literal('n')
  const exponent = source.literal('e')
  if (source.has('certificate-id')) {
    throw source.fault("keys by 'certificate-id' are not supported.", 'certificate-id')
  }
  if (modulus !== undefined && exponent !== undefined) {
    const jwk = { kty: 'RSA', n: toBase64Url(modulus), e: toBase64Url(exponent) }
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), ...named }
  }
  const text = source.contentText().constant?.trim()
  if (!text) throw source.fault('the key must be a literal in base64.')
  const bytes = Buffer.from(text, 'base64')
  return { key: certificateKey(bytes) ?? createSecretKey(bytes), ...named }
}

function certificateKey(bytes: Buffer): VerificationKey['key'] | undefined {
  try {
    return new X509Certificate(bytes).publicKey
  } catch {
    // Not a certificate: the bytes are a secret that both sides know.
    return undefined
  }
}

function toBase64Url(text: string): string {
  return text.trim().replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

type ClaimCheck = (
  jwt: Jwt,
  call: GatewayCall,
) => { readonly reason: string; readonly message: string } | undefined

/** A claim that a token must have, with its values. */
export function compileClaim(source: PolicySource): ClaimCheck {
  const name = source.requiredText('name')
  const match = source.choice('match', ['all', 'any'])
  const separator = source.text('separator')
  const values: readonly Value<string>[] = source
    .children('value')
    .map((each) => each.contentText())
  return (jwt, call) => {
    const claim = name.read(call)
    const given = claimTexts(jwt.claims[claim], separator?.read(call))
    if (given.length === 0) {
      const message = `JWT token is missing the following claims: ${claim}. Access denied.`
      return { reason: 'TokenClaimNotFound', message }
    }
    if (values.length === 0) return undefined
    const wanted = values.map((each) => each.read(call).trim())
    const isMet =
      match?.read(call) === 'any'
        ? wanted.some((each) => given.includes(each))
        : wanted.every((each) => given.includes(each))
    if (isMet) return undefined
    const message = `Claim ${claim} value of ${given.join(', ')} is not allowed. Access denied.`
    return { reason: 'TokenClaimValueNotAllowed', message }
  }
}

function claimTexts(value: unknown, separator?: string): readonly string[] {
  if (value === undefined || value === null) return []
  const texts = (Array.isArray(value) ? value : [value]).map((each) =>
    typeof each === 'object' ? JSON.stringify(each) : String(each),
  )
  return separator === undefined ? texts : texts.flatMap((each) => each.split(separator))
}

/** The token as expressions see it in the variable of `output-token-variable-name`. */
export function toPolicyJwt(jwt: Jwt): PolicyJwt {
  const { claims, header } = jwt
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  const timeMs = (value: unknown): number | null =>
    typeof value === 'number' ? value * 1000 : null
  return {
    typeName: 'Jwt',
    id: text(claims['jti']),
    issuer: text(claims['iss']),
    subject: text(claims['sub']),
    algorithm: text(header['alg']),
    type: text(header['typ']),
    audiences: audiencesOf(claims),
    notBeforeMs: timeMs(claims['nbf']),
    issuedAtMs: timeMs(claims['iat']),
    expirationTimeMs: timeMs(claims['exp']),
    claims: new Map(Object.entries(claims).map(([name, value]) => [name, claimTexts(value)])),
  }
}
