import { createHash, createHmac, randomBytes } from 'node:crypto'
import { argumentError, argumentNull, argumentOutOfRange, systemException } from './exceptions.ts'
import type { DotnetObject } from './value.ts'
import { countWork, unitsOf } from './work-limit.ts'

const namespace = 'System.Security.Cryptography'

/** The hash algorithms by their .NET names. */
export type HashName = 'MD5' | 'SHA1' | 'SHA256' | 'SHA384' | 'SHA512'

const hashBits: Readonly<Record<HashName, number>> = {
  MD5: 128,
  SHA1: 160,
  SHA256: 256,
  SHA384: 384,
  SHA512: 512,
}

/** True for a hash algorithm. */
export function isHashName(name: string): name is HashName {
  return Object.hasOwn(hashBits, name)
}

/** The digest of bytes. */
export function digest(name: HashName, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash(name.toLowerCase()).update(bytes).digest())
}

/**
 * `HashAlgorithm`, and `HMAC` when it has a key.
 * https://learn.microsoft.com/dotnet/api/system.security.cryptography.hashalgorithm
 */
export class HashAlgorithm implements DotnetObject {
  readonly typeName: string
  readonly hashName: HashName
  #key: Uint8Array | null
  #disposed = false
  #hash: Uint8Array | null = null
  #pending: Uint8Array[] = []

  /** `typeName` without its namespace: `SHA256`, `SHA1Managed`, `HMACSHA512`. */
  constructor(typeName: string, hashName: HashName, key: Uint8Array | null = null) {
    this.typeName = `${namespace}.${typeName}`
    this.hashName = hashName
    this.#key = key
  }

  /** `SHA256.Create()`, `new SHA1Managed()`. */
  static plain(hashName: HashName, typeName: string = hashName): HashAlgorithm {
    return new HashAlgorithm(typeName, hashName)
  }

  /** `new HMACSHA256(key)`; without a key a random one. */
  static keyed(hashName: HashName, key?: Uint8Array | null): HashAlgorithm {
    if (key === null) throw argumentNull('key')
    const random = Uint8Array.from(
      randomBytes(hashName === 'SHA384' || hashName === 'SHA512' ? 128 : 64),
    )
    return new HashAlgorithm(`HMAC${hashName}`, hashName, key ? Uint8Array.from(key) : random)
  }

  /** `HashAlgorithm.Create(name)`, `HMAC.Create(name)`; null for an unknown name. */
  static byName(name: string | null): HashAlgorithm | null {
    if (name === null) throw argumentNull('hashName')
    const short = name
      .replace(`${namespace}.`, '')
      .replace('SHA-', 'SHA')
      .toUpperCase()
      .replace(/(?:MANAGED|CRYPTOSERVICEPROVIDER|CNG)$/, '')
    const keyed = short.startsWith('HMAC')
    const hashName = keyed ? short.slice(4) : short === 'SHA' ? 'SHA1' : short
    if (!isHashName(hashName)) return null
    return keyed ? HashAlgorithm.keyed(hashName) : HashAlgorithm.plain(hashName)
  }

  get isKeyed(): boolean {
    return this.#key !== null
  }

  get key(): Uint8Array | null {
    return this.#key && Uint8Array.from(this.#key)
  }

  set key(value: Uint8Array | null) {
    if (value === null) throw argumentNull('value')
    this.#key = Uint8Array.from(value)
  }

  /** Bits. */
  get hashSize(): number {
    return hashBits[this.hashName]
  }

  /** `Hash`: of the last computation. */
  get hash(): Uint8Array | null {
    return this.#hash && Uint8Array.from(this.#hash)
  }

  /** `ComputeHash(bytes)` and `(bytes, offset, count)`. */
  computeHash(bytes: Uint8Array | null, offset = 0, count?: number): Uint8Array {
    this.#check()
    if (bytes === null) throw argumentNull('buffer')
    const length = count ?? bytes.length - offset
    if (offset < 0) throw argumentOutOfRange('offset', 'Non-negative number required.')
    if (length < 0 || offset + length > bytes.length) throw argumentError('Value was invalid.')
    countWork(unitsOf(length))
    this.#hash = this.#digest(bytes.subarray(offset, offset + length))
    return Uint8Array.from(this.#hash)
  }

  /** `TransformBlock`: adds to what `TransformFinalBlock` hashes. */
  transformBlock(bytes: Uint8Array | null, offset: number, count: number): number {
    this.#check()
    if (bytes === null) throw argumentNull('inputBuffer')
    this.#pending.push(bytes.slice(offset, offset + count))
    return count
  }

  transformFinalBlock(bytes: Uint8Array | null, offset: number, count: number): Uint8Array {
    this.transformBlock(bytes, offset, count)
    this.#hash = this.#digest(Buffer.concat(this.#pending))
    this.#pending = []
    return bytes?.slice(offset, offset + count) ?? new Uint8Array()
  }

  initialize(): void {
    this.#pending = []
  }

  dispose(): void {
    this.#disposed = true
  }

  #check(): void {
    if (this.#disposed) {
      throw systemException('ObjectDisposedException', 'Cannot access a disposed object.')
    }
  }

  #digest(bytes: Uint8Array): Uint8Array {
    if (this.#key === null) return digest(this.hashName, bytes)
    return Uint8Array.from(
      createHmac(this.hashName.toLowerCase(), this.#key).update(bytes).digest(),
    )
  }
}

/** `RNGCryptoServiceProvider` and `RandomNumberGenerator`. */
export class RandomNumberGenerator implements DotnetObject {
  readonly typeName = `${namespace}.RNGCryptoServiceProvider`

  getBytes(target: Uint8Array | null): void {
    if (target === null) throw argumentNull('data')
    target.set(randomBytes(target.length))
  }

  getNonZeroBytes(target: Uint8Array | null): void {
    this.getBytes(target)
    for (let index = 0; target && index < target.length; index += 1) {
      while (target[index] === 0) target.set(randomBytes(1), index)
    }
  }

  dispose(): void {
    return undefined
  }
}
