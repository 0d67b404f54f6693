/**
 * A value of AMQP's type system as our code has it. Whole numbers of up to 32 bits and floating-point numbers
 * are `number`, 64-bit ones `bigint`, symbols and characters `string`, binaries `Uint8Array`, timestamps `Date`.
 * https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html
 */
export type AmqpValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | Uuid
  | Described
  | Exact
  | ArrayOf
  | Decimal
  | Encoded
  | readonly AmqpValue[]
  | ReadonlyMap<AmqpValue, AmqpValue>

/** A value with a descriptor that is not one of the standard's own. */
export class Described {
  readonly descriptor: AmqpValue
  readonly value: AmqpValue

  constructor(descriptor: AmqpValue, value: AmqpValue) {
    this.descriptor = descriptor
    this.value = value
  }
}

/** 16 bytes in the order in which they are written as text. */
export class Uuid {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  static parse(text: string): Uuid {
    return new Uuid(Buffer.from(text.replaceAll('-', ''), 'hex'))
  }

  toString(): string {
    const hex = Buffer.from(this.bytes).toString('hex')
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
    return [...parts, hex.slice(20)].join('-')
  }
}

export type ExactType = 'ubyte' | 'ushort' | 'uint' | 'int' | 'ulong' | 'long' | 'double'

/** A value to be written as a type that JavaScript does not tell from others. */
export class Exact {
  readonly type: ExactType | 'symbol'
  readonly value: number | bigint | string

  constructor(type: ExactType | 'symbol', value: number | bigint | string) {
    this.type = type
    this.value = value
  }
}

/** An array: all elements are of one type. Arrays that were read are lists. */
export class ArrayOf {
  readonly values: readonly AmqpValue[]

  constructor(values: readonly AmqpValue[]) {
    this.values = values
  }
}

/** A decimal number of 4, 8 or 16 bytes, which nobody here computes with. */
export class Decimal {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** Bytes that are a value already. */
export class Encoded {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

export function exact(type: ExactType, value: number | bigint): Exact {
  return new Exact(type, value)
}

export function symbol(text: string): Exact {
  return new Exact('symbol', text)
}

/** The value of a key of a map, or undefined where this is no map. */
export function entry(value: AmqpValue | undefined, key: string): AmqpValue | undefined {
  return value instanceof Map ? value.get(key) : undefined
}

export function isMap(value: AmqpValue | undefined): value is ReadonlyMap<AmqpValue, AmqpValue> {
  return value instanceof Map
}

export function isList(value: AmqpValue | undefined): value is readonly AmqpValue[] {
  return Array.isArray(value)
}

/** A number of any width, or undefined. */
export function numberOf(value: AmqpValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : undefined
}

export function textOf(value: AmqpValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
