import { systemException } from '../dotnet/exceptions.ts'
import { byteOf, DotnetArray, DotnetNumber, type DotnetObject } from '../dotnet/value.ts'
import { elementCountMax } from './limits.ts'
import { LimitError } from '../dotnet/work-limit.ts'

/** An array of two or more dimensions. */
export class DotnetGrid implements DotnetObject {
  readonly typeName: string
  readonly lengths: readonly number[]
  readonly items: unknown[]

  constructor(elementType: string, lengths: readonly number[], items: unknown[]) {
    this.typeName = `${elementType}[${','.repeat(lengths.length - 1)}]`
    this.lengths = lengths
    this.items = items
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this.items[Symbol.iterator]()
  }

  offset(indexes: readonly number[]): number {
    let at = 0
    for (const [dimension, length] of this.lengths.entries()) {
      const index = indexes[dimension] ?? 0
      if (index < 0 || index >= length) throw systemException('IndexOutOfRangeException')
      at = at * length + index
    }
    return at
  }
}

/** An array of an element type; bytes become a `Uint8Array`. */
export function arrayOf(elementType: string, items: unknown[]): DotnetArray | Uint8Array {
  if (elementType !== 'System.Byte') return new DotnetArray(elementType, items)
  return Uint8Array.from(items, (item) =>
    item instanceof DotnetNumber ? Number(item.value) : Number(item),
  )
}

/** A new array of a length, filled with one value. */
export function filledArray(
  elementType: string,
  length: number,
  value: unknown,
): DotnetArray | Uint8Array {
  if (length < 0) throw systemException('OverflowException')
  if (length > elementCountMax)
    throw new LimitError(`An array of ${length} elements is over the limit.`)
  if (elementType === 'System.Byte') return new Uint8Array(length)
  return new DotnetArray(elementType, Array.from<unknown>({ length }).fill(value))
}

/** The element at an index. */
export function elementAt(array: unknown, index: number): unknown {
  if (array instanceof DotnetArray) {
    if (index < 0 || index >= array.items.length) throw systemException('IndexOutOfRangeException')
    return array.items[index]
  }
  if (!(array instanceof Uint8Array)) throw systemException('NullReferenceException')
  const byte = array[index]
  if (byte === undefined) throw systemException('IndexOutOfRangeException')
  return byteOf(byte)
}

/** Sets the element at an index. */
export function setElement(array: unknown, index: number, value: unknown): void {
  if (array === null || array === undefined) throw systemException('NullReferenceException')
  const length = lengthOf(array)
  if (index < 0 || index >= length) throw systemException('IndexOutOfRangeException')
  if (array instanceof DotnetArray) array.items[index] = value
  else if (array instanceof Uint8Array)
    array[index] = value instanceof DotnetNumber ? Number(value.value) : Number(value)
}

/** The number of elements of any array. */
export function lengthOf(array: unknown): number {
  if (array instanceof Uint8Array) return array.length
  if (array instanceof DotnetArray || array instanceof DotnetGrid) return array.items.length
  throw systemException('NullReferenceException')
}
