import { argumentError, argumentNull, argumentOutOfRange } from './exceptions.ts'
import { integerOf, toDouble } from './numbers.ts'
import { charOf, DotnetChar, DotnetNumber, doubleOf, type DotnetChar as Char } from './value.ts'

// System.BitConverter on a little-endian machine. https://learn.microsoft.com/dotnet/api/system.bitconverter

/** `BitConverter.GetBytes(value)`. */
export function bytesOfValue(value: unknown): Uint8Array {
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
  if (value instanceof DotnetNumber && value.kind === 'Double')
    return written(8, (bytes) => bytes.writeDoubleLE(toDouble(value)))
  if (value instanceof DotnetNumber && value.kind === 'Single')
    return written(4, (bytes) => bytes.writeFloatLE(toDouble(value)))
  const width = widthOf(value)
  const whole = BigInt.asUintN(64, integerOf(value) ?? 0n)
  return written(8, (bytes) => bytes.writeBigUInt64LE(whole)).slice(0, width)
}

function widthOf(value: unknown): number {
  if (typeof value === 'bigint') return 8
  if (value instanceof DotnetChar) return 2
  if (!(value instanceof DotnetNumber)) return 4
  if (value.kind === 'UInt64') return 8
  return value.kind === 'UInt32' ? 4 : 2
}

function written(width: number, write: (bytes: Buffer) => unknown): Uint8Array {
  const bytes = Buffer.alloc(width)
  write(bytes)
  return Uint8Array.from(bytes)
}

/** The types that `BitConverter.ToX` reads. */
export type BitKind =
  | 'Boolean'
  | 'Char'
  | 'Int16'
  | 'UInt16'
  | 'Int32'
  | 'UInt32'
  | 'Int64'
  | 'UInt64'
  | 'Single'
  | 'Double'

const widths: Readonly<Record<BitKind, number>> = {
  Boolean: 1,
  Char: 2,
  Int16: 2,
  UInt16: 2,
  Int32: 4,
  UInt32: 4,
  Int64: 8,
  UInt64: 8,
  Single: 4,
  Double: 8,
}

/** `BitConverter.ToInt32(bytes, start)` and its kin. */
export function valueOfBytes(
  bytes: Uint8Array | null,
  start: number,
  kind: BitKind,
): boolean | number | bigint | DotnetNumber | Char {
  if (bytes === null) throw argumentNull('value')
  if (start < 0 || start >= bytes.length) throw argumentOutOfRange('startIndex')
  if (start + widths[kind] > bytes.length) {
    throw argumentError(
      'Destination array is not long enough to copy all the items in the collection. Check array index and length.',
    )
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, widths[kind])
  switch (kind) {
    case 'Boolean':
      return view[0] !== 0
    case 'Char':
      return charOf(view.readUInt16LE())
    case 'Int16':
      return new DotnetNumber('Int16', view.readInt16LE())
    case 'UInt16':
      return new DotnetNumber('UInt16', view.readUInt16LE())
    case 'Int32':
      return view.readInt32LE()
    case 'UInt32':
      return new DotnetNumber('UInt32', view.readUInt32LE())
    case 'Int64':
      return view.readBigInt64LE()
    case 'UInt64':
      return new DotnetNumber('UInt64', view.readBigUInt64LE())
    case 'Single':
      return new DotnetNumber('Single', view.readFloatLE())
    case 'Double':
      return doubleOf(view.readDoubleLE())
  }
}

/** `BitConverter.ToString(bytes, start, length)`: `0A-FF`. */
export function hexadecimalText(bytes: Uint8Array | null, start = 0, length?: number): string {
  if (bytes === null) throw argumentNull('value')
  const count = length ?? bytes.length - start
  if (start < 0 || (start >= bytes.length && start > 0)) throw argumentOutOfRange('startIndex')
  if (count < 0) throw argumentOutOfRange('length')
  if (start + count > bytes.length)
    throw argumentError('Offset and length were out of bounds for the array.')
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, count)
  return (part.toString('hex').toUpperCase().match(/../g) ?? []).join('-')
}

/** `BitConverter.DoubleToInt64Bits`. */
export function doubleToBits(value: number): bigint {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes.readBigInt64LE()
}

/** `BitConverter.Int64BitsToDouble`. */
export function bitsToDouble(bits: bigint): number {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(bits)
  return bytes.readDoubleLE()
}
