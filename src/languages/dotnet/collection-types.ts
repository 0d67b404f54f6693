import { DotnetArray } from './value.ts'

/** The name of a closed generic collection: `collectionName('List', ['System.Int32'])`. */
export function collectionName(name: string, types: readonly string[]): string {
  return `System.Collections.Generic.${name}<${types.join(',')}>`
}

/** An array of .NET of an element type: bytes as a `Uint8Array`. */
export function arrayOf(elementType: string, items: readonly unknown[]): DotnetArray | Uint8Array {
  if (elementType !== 'System.Byte') return new DotnetArray(elementType, [...items])
  return Uint8Array.from(items, byteValue)
}

function byteValue(item: unknown): number {
  return typeof item === 'object' && item !== null && 'value' in item ? Number(item.value) : 0
}
