import { isIPv4, isIPv6 } from 'node:net'
import { argumentError, argumentNull, formatError } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

/** System.Net.IPAddress. https://learn.microsoft.com/dotnet/api/system.net.ipaddress */
export class IPAddress implements DotnetObject {
  readonly typeName = 'System.Net.IPAddress'
  readonly #bytes: Uint8Array

  /** `new IPAddress(bytes)`: 4 or 16 bytes. */
  constructor(bytes: Uint8Array | null) {
    if (bytes === null) throw argumentNull('address')
    if (bytes.length !== 4 && bytes.length !== 16) {
      throw argumentError('An invalid IP address was specified.\nParameter name: address')
    }
    this.#bytes = Uint8Array.from(bytes)
  }

  static parse(text: string | null): IPAddress {
    if (text === null) throw argumentNull('ipString')
    const address = IPAddress.tryParse(text)
    if (address === undefined) throw formatError('An invalid IP address was specified.')
    return address
  }

  static tryParse(text: string | null): IPAddress | undefined {
    if (text === null) return undefined
    const bytes = text.includes(':') ? bytesOfV6(text) : bytesOfV4(text)
    return bytes && new IPAddress(bytes)
  }

  static isLoopback(address: IPAddress): boolean {
    const bytes = address.#bytes
    if (bytes.length === 4) return bytes[0] === 127
    return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))
  }

  get addressFamily(): 'InterNetwork' | 'InterNetworkV6' {
    return this.#bytes.length === 4 ? 'InterNetwork' : 'InterNetworkV6'
  }

  get isIPv4MappedToIPv6(): boolean {
    return this.#bytes.length === 16 && hex(this.#bytes).startsWith('00000000000000000000ffff')
  }

  getAddressBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  mapToIPv4(): IPAddress {
    return this.#bytes.length === 4 ? this : new IPAddress(this.#bytes.slice(12))
  }

  mapToIPv6(): IPAddress {
    if (this.#bytes.length === 16) return this
    return new IPAddress(Uint8Array.from([...Array<number>(10).fill(0), 255, 255, ...this.#bytes]))
  }

  equals(other: unknown): boolean {
    return other instanceof IPAddress && hex(other.#bytes) === hex(this.#bytes)
  }

  hashKey(): string {
    return `IPAddress ${hex(this.#bytes)}`
  }

  toString(): string {
    return this.#bytes.length === 4 ? this.#bytes.join('.') : textOfV6(this.#bytes)
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

// One to four numbers, decimal, octal or hexadecimal; the last one fills what is left.
function bytesOfV4(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  const parts = text.split('.')
  if (parts.length > 4 || !parts.every((part) => /^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(part)))
    return undefined
  const numbers = parts.map((part) =>
    /^0\d+$/.test(part) ? Number.parseInt(part, 8) : Number(part),
  )
  const last = numbers.pop() ?? 0
  const left = 4 - numbers.length
  if (numbers.some((number) => !(number <= 255)) || !(last < 256 ** left)) return undefined
  const tail = Array.from(
    { length: left },
    (_, index) => Math.floor(last / 256 ** (left - 1 - index)) % 256,
  )
  return Uint8Array.from([...numbers, ...tail])
}

function bytesOfV6(text: string): Uint8Array | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  if (!isIPv6(bare)) return undefined
  const plain = bare.replace(/(\d+\.\d+\.\d+\.\d+)$/, (v4) => {
    const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = Array<string>(8 - before.length - after.length).fill('0')
  const groups = [...before, ...middle, ...after].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]))
}

function textOfV6(bytes: Uint8Array): string {
  const mapped = hex(bytes).startsWith('00000000000000000000ffff')
  if (mapped) return `::ffff:${bytes.slice(12).join('.')}`
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  )
  const [start, length] = longestZeros(groups)
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

function longestZeros(groups: readonly string[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0]
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0
    while (groups[start + length] === '0') length += 1
    if (length > best[1]) best = [start, length]
  }
  return best
}
