import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** The algorithms of https://www.rfc-editor.org/rfc/rfc7518#section-3.1 that sign anything. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
] as const

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** The algorithm of that name, or `undefined` for one that is not known: names are exact in JOSE. */
export function signatureAlgorithm(name: unknown): SignatureAlgorithm | undefined {
  return signatureAlgorithms.find((algorithm) => algorithm === name)
}

/**
 * Whether a key is of the kind that the algorithm needs. Without this question a public RSA key, which
 * everybody has, would serve as the secret of an HMAC.
 */
export function suits(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  switch (familyOf(algorithm)) {
    case 'HS':
      return key.type === 'secret'
    case 'ES':
      return (
        key.asymmetricKeyType === 'ec' &&
        key.asymmetricKeyDetails?.namedCurve === curves[bitsOf(algorithm)]
      )
    case 'RS':
      return key.asymmetricKeyType === 'rsa'
    case 'PS':
      return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss'
  }
}

/** Signs a text with a private or secret key. */
export function signText(text: string, algorithm: SignatureAlgorithm, key: KeyObject): Buffer {
  const hash = `sha${bitsOf(algorithm)}`
  if (familyOf(algorithm) === 'HS') return createHmac(hash, key).update(text).digest()
  return sign(hash, Buffer.from(text), { key, ...paddingOf(algorithm) })
}

/** Whether the signature of a text was made with the key. */
export function isSignedBy(
  text: string,
  signature: Buffer,
  algorithm: SignatureAlgorithm,
  key: KeyObject,
): boolean {
  if (!suits(key, algorithm)) return false
  if (familyOf(algorithm) === 'HS') {
    const expected = signText(text, algorithm, key)
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  }
  const hash = `sha${bitsOf(algorithm)}`
  return verify(hash, Buffer.from(text), { key, ...paddingOf(algorithm) }, signature)
}

const curves = { 256: 'prime256v1', 384: 'secp384r1', 512: 'secp521r1' } as const

function familyOf(algorithm: SignatureAlgorithm): 'RS' | 'PS' | 'ES' | 'HS' {
  if (algorithm.startsWith('RS')) return 'RS'
  if (algorithm.startsWith('PS')) return 'PS'
  return algorithm.startsWith('ES') ? 'ES' : 'HS'
}

function bitsOf(algorithm: SignatureAlgorithm): 256 | 384 | 512 {
  if (algorithm.endsWith('256')) return 256
  return algorithm.endsWith('384') ? 384 : 512
}

function paddingOf(algorithm: SignatureAlgorithm): {
  readonly padding?: number
  readonly saltLength?: number
  readonly dsaEncoding?: 'ieee-p1363'
} {
  const family = familyOf(algorithm)
  if (family === 'ES') return { dsaEncoding: 'ieee-p1363' }
  if (family === 'RS') return {}
  return {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }
}
