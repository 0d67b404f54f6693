import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { argumentNull, cryptographicError } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

const namespace = 'System.Security.Cryptography'

/** `CipherMode`. */
export type CipherMode = 'CBC' | 'ECB' | 'CFB'
/** `PaddingMode`. */
export type PaddingMode = 'None' | 'PKCS7' | 'Zeros' | 'ANSIX923' | 'ISO10126'

type CipherName = 'AES' | 'DES' | 'TripleDES'

interface CipherTraits {
  readonly blockBits: number
  readonly keyBits: readonly number[]
  readonly typeName: string
}

const traits: Readonly<Record<CipherName, CipherTraits>> = {
  AES: { blockBits: 128, keyBits: [256, 128, 192], typeName: 'RijndaelManaged' },
  DES: { blockBits: 64, keyBits: [64], typeName: 'DESCryptoServiceProvider' },
  TripleDES: { blockBits: 64, keyBits: [192, 128], typeName: 'TripleDESCryptoServiceProvider' },
}

const cipherNames = new Map<string, CipherName>([
  ['AES', 'AES'],
  ['AESCRYPTOSERVICEPROVIDER', 'AES'],
  ['AESMANAGED', 'AES'],
  ['RIJNDAEL', 'AES'],
  ['RIJNDAELMANAGED', 'AES'],
  ['TRIPLEDES', 'TripleDES'],
  ['3DES', 'TripleDES'],
  ['DES', 'DES'],
])

/** `SymmetricAlgorithm`. https://learn.microsoft.com/dotnet/api/system.security.cryptography.symmetricalgorithm */
export class SymmetricAlgorithm implements DotnetObject {
  readonly typeName: string
  readonly #name: CipherName
  #keySize: number
  #key: Uint8Array | undefined
  #iv: Uint8Array | undefined
  mode: CipherMode = 'CBC'
  padding: PaddingMode = 'PKCS7'

  constructor(name: CipherName = 'AES', typeName = traits[name].typeName) {
    this.#name = name
    this.#keySize = traits[name].keyBits[0] ?? 256
    this.typeName = `${namespace}.${typeName}`
  }

  /** `SymmetricAlgorithm.Create(name)`, `Aes.Create()`; null for an unknown name. */
  static create(name: string | null = 'AES'): SymmetricAlgorithm | null {
    if (name === null) throw argumentNull('algName')
    const short = name.replace(/^.*\./, '').replace(/-\d+$/, '').toUpperCase()
    const cipher = cipherNames.get(short)
    return cipher === undefined ? null : new SymmetricAlgorithm(cipher)
  }

  get blockSize(): number {
    return traits[this.#name].blockBits
  }

  set blockSize(bits: number) {
    if (bits !== this.blockSize) {
      throw cryptographicError('Specified block size is not valid for this algorithm.')
    }
  }

  get keySize(): number {
    return this.#keySize
  }

  /** A new size forgets the key. */
  set keySize(bits: number) {
    this.#checkKeyBits(bits)
    this.#keySize = bits
    this.#key = undefined
  }

  get key(): Uint8Array {
    this.#key ??= Uint8Array.from(randomBytes(this.#keySize / 8))
    return Uint8Array.from(this.#key)
  }

  set key(value: Uint8Array | null) {
    if (value === null) throw argumentNull('value')
    this.#checkKeyBits(value.length * 8)
    this.#key = Uint8Array.from(value)
    this.#keySize = value.length * 8
  }

  get iv(): Uint8Array {
    this.#iv ??= Uint8Array.from(randomBytes(this.blockSize / 8))
    return Uint8Array.from(this.#iv)
  }

  set iv(value: Uint8Array | null) {
    if (value === null) throw argumentNull('value')
    this.#checkIv(value)
    this.#iv = Uint8Array.from(value)
  }

  generateKey(): void {
    this.#key = Uint8Array.from(randomBytes(this.#keySize / 8))
  }

  generateIv(): void {
    this.#iv = Uint8Array.from(randomBytes(this.blockSize / 8))
  }

  validKeySize(bits: number): boolean {
    return traits[this.#name].keyBits.includes(bits)
  }

  /** `CreateEncryptor(key, iv)`. */
  createEncryptor(key: Uint8Array = this.key, iv: Uint8Array = this.iv): CryptoTransform {
    return new CryptoTransform((bytes) => this.#transform(bytes, { key, iv, encrypts: true }))
  }

  /** `CreateDecryptor(key, iv)`. */
  createDecryptor(key: Uint8Array = this.key, iv: Uint8Array = this.iv): CryptoTransform {
    return new CryptoTransform((bytes) => this.#transform(bytes, { key, iv, encrypts: false }))
  }

  /** `bytes.Encrypt(algorithm)` of policy expressions. */
  encrypt(bytes: Uint8Array): Uint8Array {
    return this.#transform(bytes, { key: this.key, iv: this.iv, encrypts: true })
  }

  /** `bytes.Decrypt(algorithm)` of policy expressions. */
  decrypt(bytes: Uint8Array): Uint8Array {
    return this.#transform(bytes, { key: this.key, iv: this.iv, encrypts: false })
  }

  dispose(): void {
    this.#key = undefined
  }

  #checkKeyBits(bits: number): void {
    if (!this.validKeySize(bits)) {
      throw cryptographicError('Specified key is not a valid size for this algorithm.')
    }
  }

  #checkIv(iv: Uint8Array): void {
    if (iv.length * 8 !== this.blockSize) {
      throw cryptographicError(
        'Specified initialization vector (IV) does not match the block size for this algorithm.',
      )
    }
  }

  #transform(
    bytes: Uint8Array,
    how: { key: Uint8Array; iv: Uint8Array; encrypts: boolean },
  ): Uint8Array {
    this.#checkKeyBits(how.key.length * 8)
    if (this.mode !== 'ECB') this.#checkIv(how.iv)
    const cipher = how.encrypts ? createCipheriv : createDecipheriv
    const iv = this.mode === 'ECB' ? null : how.iv
    try {
      const run = cipher(this.#opensslName(how.key), how.key, iv)
      run.setAutoPadding(false)
      const input = how.encrypts ? padded(bytes, this.padding, this.blockSize / 8) : bytes
      const output = Uint8Array.from(Buffer.concat([run.update(input), run.final()]))
      return how.encrypts ? output : unpadded(output, this.padding)
    } catch (error) {
      if (error instanceof Error && 'code' in error) {
        throw cryptographicError('Length of the data to decrypt is invalid.')
      }
      throw error
    }
  }

  #opensslName(key: Uint8Array): string {
    const mode = this.mode === 'CFB' ? 'cfb8' : this.mode.toLowerCase()
    if (this.#name === 'AES') return `aes-${key.length * 8}-${mode}`
    if (this.#name === 'DES') return `des-${mode}`
    return `${key.length === 16 ? 'des-ede' : 'des-ede3'}-${mode}`
  }
}

function padded(bytes: Uint8Array, padding: PaddingMode, block: number): Uint8Array {
  const rest = bytes.length % block
  if (padding === 'None') {
    if (rest !== 0) throw cryptographicError('Length of the data to encrypt is invalid.')
    return bytes
  }
  if (padding === 'Zeros')
    return Buffer.concat([bytes, Buffer.alloc(rest === 0 ? 0 : block - rest)])
  const count = block - rest
  const filling =
    padding === 'ISO10126'
      ? randomBytes(count)
      : Buffer.alloc(count, padding === 'PKCS7' ? count : 0)
  filling[count - 1] = count
  return Buffer.concat([bytes, filling])
}

function unpadded(bytes: Uint8Array, padding: PaddingMode): Uint8Array {
  if (padding === 'None' || padding === 'Zeros' || bytes.length === 0) return bytes
  const count = bytes.at(-1) ?? 0
  const tail = bytes.subarray(bytes.length - count)
  const wrong =
    count === 0 ||
    count > bytes.length ||
    (padding === 'PKCS7' && tail.some((byte) => byte !== count))
  if (wrong) throw cryptographicError('Padding is invalid and cannot be removed.')
  return bytes.slice(0, bytes.length - count)
}

/** `ICryptoTransform`: all bytes at once. */
export class CryptoTransform implements DotnetObject {
  readonly typeName = `${namespace}.CryptoTransform`
  readonly #transform: (bytes: Uint8Array) => Uint8Array

  constructor(transform: (bytes: Uint8Array) => Uint8Array) {
    this.#transform = transform
  }

  transformFinalBlock(bytes: Uint8Array | null, offset: number, count: number): Uint8Array {
    if (bytes === null) throw argumentNull('inputBuffer')
    return this.#transform(bytes.subarray(offset, offset + count))
  }

  dispose(): void {
    return undefined
  }
}
