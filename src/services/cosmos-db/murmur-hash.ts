const mask = 0xffff_ffff_ffff_ffffn
const first = 0x87c3_7b91_1142_53d5n
const second = 0x4cf5_ad43_2745_937fn

/** MurmurHash3 for 64-bit machines, 128 bits, seed 0, lowest byte first: https://github.com/aappleby/smhasher */
export function murmurHash128(bytes: Buffer): Buffer {
  let low = 0n
  let high = 0n
  const blocksEnd = bytes.length - (bytes.length % 16)
  for (let offset = 0; offset < blocksEnd; offset += 16) {
    low ^= mixLow(bytes.readBigUInt64LE(offset))
    low = product(sum(rotate(low, 27n), high), 5n, 0x52dc_e729n)
    high ^= mixHigh(bytes.readBigUInt64LE(offset + 8))
    high = product(sum(rotate(high, 31n), low), 5n, 0x3849_5ab5n)
  }
  const tail = Buffer.alloc(16)
  bytes.copy(tail, 0, blocksEnd)
  high ^= mixHigh(tail.readBigUInt64LE(8))
  low ^= mixLow(tail.readBigUInt64LE(0))
  return finished(low ^ BigInt(bytes.length), high ^ BigInt(bytes.length))
}

function finished(low: bigint, high: bigint): Buffer {
  const mixedLow = finalMix(sum(low, high))
  const mixedHigh = finalMix(sum(high, sum(low, high)))
  const result = Buffer.alloc(16)
  const endLow = sum(mixedLow, mixedHigh)
  result.writeBigUInt64LE(endLow, 0)
  result.writeBigUInt64LE(sum(mixedHigh, endLow), 8)
  return result
}

function mixLow(block: bigint): bigint {
  return product(rotate(product(block, first), 31n), second)
}

function mixHigh(block: bigint): bigint {
  return product(rotate(product(block, second), 33n), first)
}

function finalMix(value: bigint): bigint {
  const once = product(value ^ (value >> 33n), 0xff51_afd7_ed55_8ccdn)
  const twice = product(once ^ (once >> 33n), 0xc4ce_b9fe_1a85_ec53n)
  return twice ^ (twice >> 33n)
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & mask
}

function sum(left: bigint, right: bigint): bigint {
  return (left + right) & mask
}

function product(left: bigint, right: bigint, addend = 0n): bigint {
  return (left * right + addend) & mask
}
