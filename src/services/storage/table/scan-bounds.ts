import type { Filter } from '../../../languages/odata-filter/filter.ts'
import { rangeOf } from '../../../languages/odata-filter/key-range.ts'
import { idOfEntity, type EntityKey } from './entity.ts'

// After every id that begins with what stands before it.
const lastCharacter = '\u{10ffff}'

/** The ids between which all entities lie for which a condition can hold. */
export function scanBounds(
  filter: Filter | undefined,
  from: EntityKey | undefined,
): { readonly from: string; readonly before?: string | undefined } {
  const first = from ? idOfEntity(from) : ''
  if (!filter) return { from: first }
  const partitions = rangeOf(filter, 'PartitionKey')
  const rows = rangeOf(filter, 'RowKey')
  const isOne = partitions.from !== undefined && partitions.from === partitions.to
  const rowFrom = isOne ? (rows.from ?? '') : ''
  const start =
    partitions.from === undefined
      ? ''
      : idOfEntity({ partitionKey: partitions.from, rowKey: rowFrom })
  const rowTo = isOne && rows.to !== undefined ? `${rows.to}\u0001` : lastCharacter
  const before =
    partitions.to === undefined
      ? undefined
      : idOfEntity({ partitionKey: partitions.to, rowKey: rowTo })
  return { from: isAfter(start, first) ? start : first, before }
}

// As the store orders ids: by their bytes.
function isAfter(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) > 0
}
