import { randomBytes, randomUUID } from 'node:crypto'

/** A random version 4 UUID in lower case. */
export function newUuid(): string {
  return randomUUID()
}

const poolBytes = 4096
const pool = { buffer: Buffer.alloc(0), offset: 0 }

/** Random bytes as lower-case hexadecimal; drawn from a pool, since one system call per id is slow. */
export function randomHex(bytes: number): string {
  if (pool.offset + bytes > pool.buffer.length) {
    pool.buffer = randomBytes(Math.max(poolBytes, bytes))
    pool.offset = 0
  }
  const text = pool.buffer.toString('hex', pool.offset, pool.offset + bytes)
  pool.offset += bytes
  return text
}

/** A random number from 0 up to, not including, 1. */
export function randomFraction(): number {
  return Number.parseInt(randomHex(6), 16) / 2 ** 48
}
