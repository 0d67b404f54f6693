import { createHash } from 'node:crypto'

/**
 * The 13 letters that ARM makes of its arguments: a 64-bit Murmur hash, five bits a letter.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#uniquestring
 */
export function uniqueString(parts: readonly string[]): string {
  let bits = murmurHash64(Buffer.from(parts.join('-'), 'utf8'))
  let text = ''
  for (let index = 0; index < 13; index++) {
    text += alphabet.charAt(Number(bits >> 59n))
    bits = BigInt.asUintN(64, bits << 5n)
  }
  return text
}

/**
 * The version 5 UUID that ARM makes of its arguments, in ARM's own namespace.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#guid
 */
export function templateGuid(parts: readonly string[]): string {
  const hash = createHash('sha1').update(guidNamespace).update(parts.join('-'), 'utf8').digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return [...groups, hex.slice(20)].join('-')
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const guidNamespace = Buffer.from('11fb06fb712d4ddd98c7e71bbd588830', 'hex')
const factor1 = 0x239b961b
const factor2 = 0xab0e9789

function murmurHash64(bytes: Buffer): bigint {
  let low = 0
  let high = 0
  let offset = 0
  for (; offset + 8 <= bytes.length; offset += 8) {
    low = rotate(low ^ scrambleLow(bytes.readUInt32LE(offset)), 19) + high
    low = (Math.imul(low, 5) + 0x561ccd1b) >>> 0
    high = rotate(high ^ scrambleHigh(bytes.readUInt32LE(offset + 4)), 13) + low
    high = (Math.imul(high, 5) + 0x0bcaa747) >>> 0
  }
  const rest = Buffer.alloc(8)
  bytes.copy(rest, 0, offset)
  const left = bytes.length - offset
  if (left > 0) low ^= scrambleLow(rest.readUInt32LE(0))
  if (left > 4) high ^= scrambleHigh(rest.readUInt32LE(4))
  low = ((low ^ bytes.length) + (high ^ bytes.length)) >>> 0
  high = ((high ^ bytes.length) + low) >>> 0
  low = finish(low)
  high = finish(high)
  low = (low + high) >>> 0
  high = (high + low) >>> 0
  return (BigInt(high) << 32n) | BigInt(low)
}

function scrambleLow(block: number): number {
  return Math.imul(rotate(Math.imul(block, factor1), 15), factor2)
}

function scrambleHigh(block: number): number {
  return Math.imul(rotate(Math.imul(block, factor2), 17), factor1)
}

function rotate(value: number, by: number): number {
  return ((value << by) | (value >>> (32 - by))) >>> 0
}

function finish(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
