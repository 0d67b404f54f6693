import { randomHex } from '../../base/ids.ts'

/** Numbers of a container, as its `_rid` carries them; drawn once when it is created. */
export interface ContainerNumbers {
  readonly database: number
  readonly container: number
}

/** A random number for a new database or container: positive and below 2^31. */
export function newResourceNumber(): number {
  return (Number.parseInt(randomHex(4), 16) & 0x7fffffff) | 1
}

/** The `_rid` of a database: 4 bytes. */
export function databaseRid(database: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(database)
  return encode(bytes)
}

/** The `_rid` of a container: its database's 4 bytes, then 4 of its own with the highest bit set. */
export function containerRid(numbers: ContainerNumbers): string {
  return encode(containerBytes(numbers))
}

/** What a container has besides items; the highest half byte of the last 8 tells. */
export type ScriptKind = 'sprocs' | 'triggers' | 'udfs'

const kindMarks = { docs: 0x00, sprocs: 0x80, triggers: 0x70, udfs: 0x60 } as const

/** Writes the `_rid` of what is in a container: 16 bytes, the last 8 count it, lowest byte first. */
export function itemRidEncoder(
  numbers: ContainerNumbers,
  kind: ScriptKind | 'docs' = 'docs',
): (item: number) => string {
  const bytes = Buffer.alloc(16)
  containerBytes(numbers).copy(bytes)
  const mark = kindMarks[kind]
  return (item) => {
    bytes.writeUInt32LE(item % 0x1_0000_0000, 8)
    bytes.writeUInt32LE(Math.floor(item / 0x1_0000_0000), 12)
    if (mark > 0) bytes.writeUInt8(mark, 15)
    return encode(bytes)
  }
}

/** The `_rid` of a user: its database's 4 bytes, then 4 of its own. */
export function userRid(database: number, user: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(database, 0)
  bytes.writeUInt32BE(user % 0x8000_0000, 4)
  return encode(bytes)
}

/** The `_rid` of a permission: its user's 8 bytes, then 8 of its own. */
export function permissionRid(user: string, permission: number): string {
  const bytes = Buffer.alloc(16)
  Buffer.from(user.replaceAll('-', '/'), 'base64').copy(bytes)
  bytes.writeBigUInt64LE(BigInt(permission), 8)
  return encode(bytes)
}

function containerBytes(numbers: ContainerNumbers): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(numbers.database, 0)
  bytes.writeUInt32BE(numbers.container + 0x8000_0000, 4)
  return bytes
}

// A rid is a segment of a path (`_self`), so the slash of base64 is written as a hyphen.
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-')
}
