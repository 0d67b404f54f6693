import { X509Certificate, createPublicKey, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isJsonObject, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { keyCountMax } from './limits.ts'
import { signatureAlgorithm, suits } from './signature-algorithm.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** A key that verifies signatures: public, or a secret that both sides know. */
export interface VerificationKey {
  readonly key: KeyObject
  /** What a token calls it; a key without a name is tried for tokens that name none. */
  readonly kid?: string
  /** The only algorithm it may be used with, where its owner says so. */
  readonly algorithm?: SignatureAlgorithm
}

/** Keys that verify the tokens of an issuer. */
export class KeySet {
  readonly keys: readonly VerificationKey[]

  constructor(keys: readonly VerificationKey[]) {
    this.keys = keys
  }

  /** The keys a token may have been signed with: those of its `kid`, or all of the right kind when it names none. */
  candidates(token: { kid?: string; algorithm: SignatureAlgorithm }): readonly VerificationKey[] {
    return this.keys.filter(
      ({ key, kid, algorithm }) =>
        (token.kid === undefined || kid === token.kid) &&
        (algorithm === undefined || algorithm === token.algorithm) &&
        suits(key, token.algorithm),
    )
  }
}

/**
 * Reads a JWK set; keys for encryption and of unknown kinds are left out, as the standard asks. Throws
 * `SyntaxError` for what is not a key set at all: https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function parseKeySet(value: JsonValue): KeySet {
  const keys = isJsonObject(value) ? value['keys'] : undefined
  if (!Array.isArray(keys)) throw new SyntaxError('a key set is an object with an array "keys"')
  if (keys.length > keyCountMax) {
    throw new SyntaxError(`a key set has at most ${keyCountMax} keys, not ${keys.length}`)
  }
  return new KeySet(keys.filter(isJsonObject).flatMap((jwk) => readKey(jwk) ?? []))
}

function readKey(jwk: JsonObject): VerificationKey | undefined {
  const use = stringMember(jwk, 'use')
  if (use !== undefined && use !== 'sig') return undefined
  const key = keyOf(jwk)
  if (!key) return undefined
  const kid = stringMember(jwk, 'kid')
  const algorithm = signatureAlgorithm(jwk['alg'])
  if (jwk['alg'] !== undefined && !algorithm) return undefined
  return {
    key,
    ...(kid === undefined ? {} : { kid }),
    ...(algorithm === undefined ? {} : { algorithm }),
  }
}

function keyOf(jwk: JsonObject): KeyObject | undefined {
  try {
    const { kty, k, x5c } = jwk
    if (kty === 'oct' && typeof k === 'string') return createSecretKey(k, 'base64url')
    const [certificate] = Array.isArray(x5c) ? x5c : []
    if (jwk['n'] === undefined && typeof certificate === 'string') {
      return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
    }
    return createPublicKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    // A key this program cannot read verifies nothing; the others of the set still do.
    return undefined
  }
}
