import { isJsonObject, tryParseJson, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { PolicyBasicCredentials, PolicyJwt } from '../policy-context.ts'

/** The credentials of `Basic ...`, or null; https://datatracker.ietf.org/doc/html/rfc7617 */
export function basicOf(text: string | null): PolicyBasicCredentials | null {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(text?.trim() ?? '')?.[1]
  if (encoded === undefined || encoded.length % 4 !== 0) return null
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon === -1) return null
  return {
    typeName: 'BasicAuthCredentials',
    userId: pair.slice(0, colon),
    password: pair.slice(colon + 1),
  }
}

/** A compact token, or null; its signature is not checked. A `Bearer` in front is passed over. */
export function jwtOf(text: string | null): PolicyJwt | null {
  const compact = (text ?? '').trim().replace(/^Bearer +/i, '')
  const parts = compact.split('.')
  if (parts.length !== 3) return null
  const header = section(parts[0])
  const claims = section(parts[1])
  return header && claims ? jwtFromClaims(header, claims) : null
}

/** The `Jwt` of a header and its claims. */
function jwtFromClaims(header: JsonObject, claims: JsonObject): PolicyJwt {
  const found = new Map(Object.entries(claims).map(([name, value]) => [name, claimTexts(value)]))
  const one = (name: string): string | null => found.get(name)?.[0] ?? null
  return {
    typeName: 'Jwt',
    id: one('jti'),
    issuer: one('iss'),
    subject: one('sub'),
    algorithm: textMember(header['alg']),
    type: textMember(header['typ']),
    audiences: found.get('aud') ?? [],
    notBeforeMs: timeMember(claims['nbf']),
    issuedAtMs: timeMember(claims['iat']),
    expirationTimeMs: timeMember(claims['exp']),
    claims: found,
  }
}

function section(text: string | undefined): JsonObject | undefined {
  if (text === undefined || !/^[\w-]+$/.test(text)) return undefined
  const value = tryParseJson(Buffer.from(text, 'base64url').toString('utf8'))
  return isJsonObject(value) ? value : undefined
}

function claimTexts(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(claimTexts)
  return [typeof value === 'string' ? value : JSON.stringify(value)]
}

function textMember(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function timeMember(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value * 1000 : null
}
