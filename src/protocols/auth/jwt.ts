import type { KeyObject } from 'node:crypto'
import { isJsonObject, stringMember, tryParseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { InvalidToken } from './invalid-token.ts'
import type { KeySet } from './key-set.ts'
import { tokenCharactersMax } from './limits.ts'
import { isSignedBy, signText, signatureAlgorithm } from './signature-algorithm.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** A JSON Web Token taken apart: https://www.rfc-editor.org/rfc/rfc7519 */
export interface Jwt {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** What the signature covers. */
  readonly signedText: string
  readonly signature: Buffer
}

/** What a token must fulfil. Without `issuers` or `audiences` any is accepted. */
export interface TokenRules {
  /** The algorithms that are accepted; never taken from the token alone. */
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly issuers?: readonly string[]
  readonly audiences?: readonly string[]
  /** The accepted values of `typ`, in any case and without `application/`; a token without `typ` passes. */
  readonly types?: readonly string[]
  /** Whether a token without `exp` is accepted. Default false. */
  readonly allowEndless?: boolean
  /** How far the clocks of issuer and receiver may differ. Default 0. */
  readonly clockSkewMs?: number
}

/** Makes a signed token. */
export function signJwt(options: {
  header?: JsonObject
  claims: JsonObject
  algorithm: SignatureAlgorithm
  key: KeyObject
}): string {
  const header = { typ: 'JWT', alg: options.algorithm, ...options.header }
  const text = `${encode(header)}.${encode(options.claims)}`
  return `${text}.${signText(text, options.algorithm, options.key).toString('base64url')}`
}

/** Takes a token apart without believing it; throws `InvalidToken` for what is none. */
export function decodeJwt(token: string): Jwt {
  if (token.length > tokenCharactersMax) throw malformed('it is too long')
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(token)
  const [, header = '', claims = '', signature = ''] = match ?? []
  if (!match) throw malformed('it is not three base64url parts joined by dots')
  return {
    header: decodePart(header, 'header'),
    claims: decodePart(claims, 'payload'),
    signedText: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** Throws `InvalidToken` unless one of the keys made the signature with an accepted algorithm. */
export function checkSignature(
  token: Jwt,
  keys: KeySet,
  algorithms: readonly SignatureAlgorithm[],
): void {
  // A critical extension that is not understood must be refused: RFC 7515, 4.1.11.
  if (token.header['crit'] !== undefined) throw malformed('it has a critical header parameter')
  const name = token.header['alg']
  if (typeof name === 'string' && name.toLowerCase() === 'none') {
    throw new InvalidToken('unsigned', 'The token is not signed.')
  }
  const algorithm = signatureAlgorithm(name)
  if (!algorithm || !algorithms.includes(algorithm)) {
    throw new InvalidToken('algorithm', 'The signature algorithm of the token is not accepted.')
  }
  const kid = stringMember(token.header, 'kid')
  const candidates = keys.candidates(kid === undefined ? { algorithm } : { kid, algorithm })
  if (candidates.length === 0) {
    throw new InvalidToken('key', 'No key of the issuer fits the token.')
  }
  const isGood = candidates.some(({ key }) =>
    isSignedBy(token.signedText, token.signature, algorithm, key),
  )
  if (!isGood) throw new InvalidToken('signature', 'The signature of the token is not valid.')
}

/** Throws `InvalidToken` unless time, issuer, audience and type are as the rules say. */
export function checkClaims(token: Jwt, rules: TokenRules, nowMs: number): void {
  checkType(token.header, rules)
  checkTimes(token.claims, rules, nowMs)
  const { iss } = token.claims
  if (rules.issuers && !rules.issuers.some((issuer) => issuer === iss)) {
    throw new InvalidToken('issuer', 'The issuer of the token is not accepted.')
  }
  const audiences = audiencesOf(token.claims)
  if (rules.audiences && !rules.audiences.some((audience) => audiences.includes(audience))) {
    throw new InvalidToken('audience', 'The token was issued for another audience.')
  }
}

/** `aud` is one string or several. */
export function audiencesOf(claims: JsonObject): readonly string[] {
  const { aud } = claims
  const list = Array.isArray(aud) ? aud : [aud]
  return list.filter((audience) => typeof audience === 'string')
}

function checkType(header: JsonObject, rules: TokenRules): void {
  const { typ } = header
  if (!rules.types || typ === undefined) return
  const name = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  if (!rules.types.some((type) => type.toLowerCase() === name)) {
    throw new InvalidToken('type', 'The token is of another type.')
  }
}

function checkTimes(claims: JsonObject, rules: TokenRules, nowMs: number): void {
  const { exp, nbf } = claims
  const skewMs = rules.clockSkewMs ?? 0
  if (exp === undefined && !rules.allowEndless) {
    throw new InvalidToken('expiry-missing', 'The token has no expiration time.')
  }
  for (const time of [exp, nbf]) {
    if (time !== undefined && typeof time !== 'number') throw malformed('a time is not a number')
  }
  if (typeof exp === 'number' && exp * 1000 + skewMs <= nowMs) {
    throw new InvalidToken('expired', 'The token is expired.')
  }
  if (typeof nbf === 'number' && nbf * 1000 - skewMs > nowMs) {
    throw new InvalidToken('not-yet-valid', 'The token is not valid yet.')
  }
}

function encode(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function decodePart(text: string, name: string): JsonObject {
  const value = tryParseJson(Buffer.from(text, 'base64url').toString('utf8'))
  if (!isJsonObject(value)) throw malformed(`its ${name} is not a JSON object`)
  return value
}

function malformed(why: string): InvalidToken {
  return new InvalidToken('malformed', `The token cannot be read: ${why}.`)
}
