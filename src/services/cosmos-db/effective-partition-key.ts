import { murmurHash128 } from './murmur-hash.ts'
import type { PartitionKeyComponent, PartitionKeyDefinition } from './partition-key.ts'

/**
 * Where Azure's hash puts a partition key, in hexadecimal. Containers of version 1 hash otherwise: they get the place of
 * version 2, which is as good for telling parts of one container apart.
 * https://learn.microsoft.com/azure/cosmos-db/partitioning-overview
 */
export function effectivePartitionKey(
  components: readonly PartitionKeyComponent[],
  { kind }: Pick<PartitionKeyDefinition, 'kind'>,
): string {
  if (kind === 'Hash') return placeOf(Buffer.concat(components.map(encode)))
  // Each level of a hierarchical key has a place of its own, so that the keys below a prefix lie together.
  return components.map((component) => placeOf(encode(component))).join('')
}

function placeOf(bytes: Buffer): string {
  const hash = murmurHash128(bytes).reverse()
  // The two highest bits are always zero.
  hash.writeUInt8(hash.readUInt8(0) & 0x3f, 0)
  return hash.toString('hex').toUpperCase()
}

const marks = { undefined: 0, null: 1, false: 2, true: 3, number: 5, string: 8 } as const

function encode(component: PartitionKeyComponent): Buffer {
  if (component === undefined) return Buffer.of(marks.undefined)
  if (component === null) return Buffer.of(marks.null)
  if (typeof component === 'boolean') return Buffer.of(component ? marks.true : marks.false)
  if (typeof component === 'string') {
    return Buffer.concat([Buffer.of(marks.string), Buffer.from(component), Buffer.of(0xff)])
  }
  const bytes = Buffer.alloc(9)
  bytes.writeUInt8(marks.number, 0)
  bytes.writeDoubleLE(component, 1)
  return bytes
}
