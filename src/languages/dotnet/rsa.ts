import {
  constants,
  privateEncrypt,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
  generateKeyPairSync,
  createPrivateKey,
  type KeyObject,
} from 'node:crypto'
import { argumentNull, cryptographicError } from './exceptions.ts'
import { digest, isHashName, type HashName } from './hash.ts'
import type { DotnetObject } from './value.ts'

/** `RSASignaturePadding`. */
export type SignaturePadding = 'Pkcs1' | 'Pss'
/** `RSAEncryptionPadding`. */
export type EncryptionPadding = 'Pkcs1' | 'OaepSHA1' | 'OaepSHA256' | 'OaepSHA384' | 'OaepSHA512'

/** System.Security.Cryptography.RSA. https://learn.microsoft.com/dotnet/api/system.security.cryptography.rsa */
export class Rsa implements DotnetObject {
  readonly typeName = 'System.Security.Cryptography.RSACng'
  #public: KeyObject
  #private: KeyObject | null

  constructor(keys: { publicKey: KeyObject; privateKey: KeyObject | null }) {
    this.#public = keys.publicKey
    this.#private = keys.privateKey
  }

  /** `RSA.Create()`: a new pair of keys. */
  static create(bits = 2048): Rsa {
    return new Rsa(generateKeyPairSync('rsa', { modulusLength: bits }))
  }

  get keySize(): number {
    return this.#public.asymmetricKeyDetails?.modulusLength ?? 0
  }

  get signatureAlgorithm(): string {
    return 'RSA'
  }

  get keyExchangeAlgorithm(): string {
    return 'RSA'
  }

  /** `ImportParameters`, by the Base64url numbers of a JSON web key. */
  importJwk(jwk: {
    n: string
    e: string
    d?: string
    p?: string
    q?: string
    dp?: string
    dq?: string
    qi?: string
  }): void {
    this.#public = createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e }, format: 'jwk' })
    this.#private =
      jwk.d === undefined ? null : createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' })
  }

  /** `SignData(bytes, hash, padding)`. */
  signData(bytes: Uint8Array | null, hash: string, padding: SignaturePadding): Uint8Array {
    if (bytes === null) throw argumentNull('data')
    return Uint8Array.from(
      sign(hashOf(hash).toLowerCase(), bytes, { key: this.#secret(), ...signing(padding) }),
    )
  }

  /** `SignHash(hash, name, padding)`. */
  signHash(hash: Uint8Array | null, name: string, padding: SignaturePadding): Uint8Array {
    if (hash === null) throw argumentNull('hash')
    if (padding === 'Pss')
      throw cryptographicError('A hash can only be signed with PKCS #1 padding here.')
    const content = digestInfo(hashOf(name), hash)
    return guarded(() =>
      privateEncrypt({ key: this.#secret(), padding: constants.RSA_PKCS1_PADDING }, content),
    )
  }

  /** `VerifyData(bytes, signature, hash, padding)`. */
  verifyData(
    bytes: Uint8Array | null,
    signature: Uint8Array | null,
    hash: string,
    padding: SignaturePadding,
  ): boolean {
    if (bytes === null) throw argumentNull('data')
    if (signature === null) throw argumentNull('signature')
    return verify(
      hashOf(hash).toLowerCase(),
      bytes,
      { key: this.#public, ...signing(padding) },
      signature,
    )
  }

  encrypt(bytes: Uint8Array | null, padding: EncryptionPadding): Uint8Array {
    if (bytes === null) throw argumentNull('data')
    return guarded(() => publicEncrypt({ key: this.#public, ...encryption(padding) }, bytes))
  }

  decrypt(bytes: Uint8Array | null, padding: EncryptionPadding): Uint8Array {
    if (bytes === null) throw argumentNull('data')
    const key = this.#secret()
    if (padding === 'Pkcs1') {
      // Node refuses to take this padding off itself.
      const padded = guarded(() =>
        privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes),
      )
      return withoutPadding(padded)
    }
    return guarded(() => privateDecrypt({ key, ...encryption(padding) }, bytes))
  }

  /** The public key in PEM form. */
  get publicPem(): string {
    return this.#public.export({ type: 'spki', format: 'pem' }).toString()
  }

  dispose(): void {
    this.#private = null
  }

  #secret(): KeyObject {
    if (this.#private === null) throw cryptographicError('Key does not exist.')
    return this.#private
  }
}

function hashOf(name: string): HashName {
  if (isHashName(name)) return name
  throw cryptographicError(`'${name}' is not a known hash algorithm.`)
}

function signing(padding: SignaturePadding): { padding: number; saltLength?: number } {
  if (padding === 'Pkcs1') return { padding: constants.RSA_PKCS1_PADDING }
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}

function encryption(padding: EncryptionPadding): { padding: number; oaepHash?: string } {
  if (padding === 'Pkcs1') return { padding: constants.RSA_PKCS1_PADDING }
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: padding.slice(4).toLowerCase() }
}

function guarded(run: () => Buffer): Uint8Array {
  try {
    return Uint8Array.from(run())
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw cryptographicError('The parameter is incorrect.')
    throw error
  }
}

/** `HashAlgorithmName` of a digest that was computed already needs the digest's own prefix (RFC 8017, 9.2). */
const digestPrefixes: Readonly<Record<HashName, string>> = {
  MD5: '3020300c06082a864886f70d020505000410',
  SHA1: '3021300906052b0e03021a05000414',
  SHA256: '3031300d060960864801650304020105000420',
  SHA384: '3041300d060960864801650304020205000430',
  SHA512: '3051300d060960864801650304020305000440',
}

function digestInfo(name: HashName, hash: Uint8Array): Uint8Array {
  if (hash.length !== digest(name, new Uint8Array()).length)
    throw cryptographicError('Bad hash length.')
  return Buffer.concat([Buffer.from(digestPrefixes[name], 'hex'), hash])
}

/** The message behind `00 02`, at least eight random bytes and `00`: PKCS #1 v1.5. */
function withoutPadding(padded: Uint8Array): Uint8Array {
  const end = padded.indexOf(0, 2)
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10)
    throw cryptographicError('The parameter is incorrect.')
  return Uint8Array.from(padded.subarray(end + 1))
}
