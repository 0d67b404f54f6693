/**
 * How .NET values are held: every value says its own type, so that `object`, collections and generic code need no
 * static type beside it. Int32 is a number, Int64 a bigint, Boolean and String are JavaScript's own, null is `null`;
 * other primitives are the small classes here; all else is an instance of a class with a `typeName`.
 */
export interface DotnetObject {
  /** The full .NET name, `System.DateTime` or `System.Collections.Generic.List<System.Int32>`. */
  readonly typeName: string
}

/** The numeric types that a JavaScript number or bigint alone could not tell apart. */
export type WrappedNumberKind =
  | 'Byte'
  | 'SByte'
  | 'Int16'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'Single'
  | 'Double'

/** A number of a type other than Int32, Int64 and Decimal; `value` is a bigint only for UInt64. */
export class DotnetNumber implements DotnetObject {
  readonly typeName: string
  readonly kind: WrappedNumberKind
  readonly value: number | bigint

  constructor(kind: WrappedNumberKind, value: number | bigint) {
    this.typeName = `System.${kind}`
    this.kind = kind
    this.value = value
  }
}

/** A UTF-16 code unit; one instance a code, so that equal characters are identical. */
export class DotnetChar implements DotnetObject {
  readonly typeName = 'System.Char'
  readonly code: number
  readonly text: string

  constructor(code: number) {
    this.code = code
    this.text = String.fromCharCode(code)
  }
}

/** A value of an enum; `name` is the member's name, or the number where no member has it. */
export class DotnetEnum implements DotnetObject {
  readonly typeName: string
  readonly name: string
  readonly value: number

  constructor(typeName: string, name: string, value: number) {
    this.typeName = typeName
    this.name = name
    this.value = value
  }
}

/** A one-dimensional array of anything but bytes, which are a `Uint8Array`. */
export class DotnetArray implements DotnetObject {
  readonly elementType: string
  readonly items: unknown[]

  constructor(elementType: string, items: unknown[]) {
    this.elementType = elementType
    this.items = items
  }

  get typeName(): string {
    return `${this.elementType}[]`
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this.items[Symbol.iterator]()
  }
}

const chars: DotnetChar[] = []
const bytes: DotnetNumber[] = []

/** The one instance of a character. */
export function charOf(code: number): DotnetChar {
  return (chars[code] ??= new DotnetChar(code))
}

/** The one instance of a byte. */
export function byteOf(value: number): DotnetNumber {
  return (bytes[value] ??= new DotnetNumber('Byte', value))
}

/** A Double. */
export function doubleOf(value: number): DotnetNumber {
  return new DotnetNumber('Double', value)
}
