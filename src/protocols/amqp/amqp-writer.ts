import assert from 'node:assert/strict'
import { ArrayOf, Decimal, Described, Encoded, Exact, Uuid } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'

const emptyBytes = Buffer.alloc(0)
const initialBytes = 256
const intMin = -2_147_483_648
const intMax = 2_147_483_647

/** Writes values into bytes that grow as needed. */
export class AmqpWriter {
  #bytes = emptyBytes
  #nextBytes = initialBytes
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written so far; valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written, and an empty writer. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    // The next is likely to be as long: growing would copy it several times over.
    this.#bytes = emptyBytes
    this.#nextBytes = Math.max(initialBytes, this.#length)
    this.#length = 0
    return taken
  }

  byte(value: number): void {
    const at = this.#grow(1)
    this.#bytes[at] = value
  }

  /** Four bytes without a type: the size of a frame. */
  rawUint(value: number): void {
    const at = this.#grow(4)
    this.#bytes.writeUInt32BE(value >>> 0, at)
  }

  setRawUint(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at)
  }

  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
  }

  uint(value: number): void {
    if (value === 0) this.byte(0x43)
    else if (value < 256) this.#pair(0x52, value)
    else {
      this.byte(0x70)
      this.rawUint(value)
    }
  }

  boolean(value: boolean): void {
    this.byte(value ? 0x41 : 0x42)
  }

  null(): void {
    this.byte(0x40)
  }

  binary(bytes: Uint8Array): void {
    this.#sized(0xa0, bytes.length)
    this.raw(bytes)
  }

  string(text: string): void {
    this.#text(0xa1, text)
  }

  symbol(text: string): void {
    this.#text(0xa3, text)
  }

  /** The descriptor of one of the standard's types. */
  descriptor(code: number): void {
    this.byte(0)
    this.#pair(0x53, code)
  }

  /** Begins a list, to be ended with what this gives. */
  beginList(code = 0xd0): number {
    this.byte(code)
    const at = this.#grow(8)
    return at
  }

  endList(at: number, count: number): void {
    this.#bytes.writeUInt32BE(this.#length - at - 4, at)
    this.#bytes.writeUInt32BE(count, at + 4)
  }

  value(value: AmqpValue): void {
    if (typeof value === 'string') this.string(value)
    else if (typeof value === 'number') this.#number(value)
    else if (value === null) this.null()
    else if (typeof value === 'boolean') this.boolean(value)
    else if (typeof value === 'bigint') this.#long(value)
    else this.#object(value)
  }

  /** A described list without the nulls at its end. */
  composite(code: number, fields: readonly AmqpValue[]): void {
    this.descriptor(code)
    const last = fields.findLastIndex((field) => field !== null)
    if (last < 0) return this.byte(0x45)
    const at = this.beginList()
    for (let index = 0; index <= last; index += 1) this.value(fields[index] ?? null)
    this.endList(at, last + 1)
  }

  /** A map whose keys are symbols: annotations, properties of links. */
  symbolMap(map: ReadonlyMap<AmqpValue, AmqpValue>): void {
    const at = this.beginList(0xd1)
    for (const [key, value] of map) {
      if (typeof key === 'string') this.symbol(key)
      else this.value(key)
      this.value(value)
    }
    this.endList(at, map.size * 2)
  }

  timestamp(ms: number): void {
    this.byte(0x83)
    this.#wide(BigInt(Math.trunc(ms)))
  }

  long(value: number | bigint): void {
    this.#long(BigInt(value))
  }

  #object(value: Exclude<AmqpValue, string | number | boolean | bigint | null>): void {
    if (value instanceof Date) this.timestamp(value.getTime())
    else if (value instanceof Uint8Array) this.binary(value)
    else if (value instanceof Uuid) this.#uuid(value)
    else if (value instanceof Exact) this.#exact(value)
    else if (value instanceof Encoded) this.raw(value.bytes)
    else if (value instanceof ArrayOf) this.#array(value.values)
    else if (value instanceof Decimal) this.#decimal(value.bytes)
    else if (value instanceof Described) {
      this.byte(0)
      this.value(value.descriptor)
      this.value(value.value)
    } else if (value instanceof Map) this.#map(value)
    else if (Array.isArray(value)) this.#list(value)
    else assert.fail('not a value of AMQP')
  }

  #list(values: readonly AmqpValue[]): void {
    if (values.length === 0) return this.byte(0x45)
    const at = this.beginList()
    for (const value of values) this.value(value)
    this.endList(at, values.length)
  }

  #map(map: ReadonlyMap<AmqpValue, AmqpValue>): void {
    const at = this.beginList(0xd1)
    for (const [key, value] of map) {
      this.value(key)
      this.value(value)
    }
    this.endList(at, map.size * 2)
  }

  #uuid(uuid: Uuid): void {
    this.byte(0x98)
    this.raw(uuid.bytes)
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#double(value)
    if (value < intMin || value > intMax) return this.#long(BigInt(value))
    if (value >= -128 && value <= 127) return this.#pair(0x54, value & 0xff)
    this.byte(0x71)
    this.rawUint(value)
  }

  #exact(given: Exact): void {
    const { type, value } = given
    if (type === 'symbol') return this.symbol(String(value))
    if (type === 'long') return this.#long(BigInt(value))
    if (type === 'ulong') return this.#ulong(BigInt(value))
    const number = Number(value)
    switch (type) {
      case 'ubyte':
        return this.#pair(0x50, number)
      case 'ushort':
        return this.#ushort(number)
      case 'uint':
        return this.uint(number)
      case 'double':
        return this.#double(number)
      case 'int':
        return this.#number(number)
    }
  }

  #ushort(value: number): void {
    this.byte(0x60)
    const at = this.#grow(2)
    this.#bytes.writeUInt16BE(value, at)
  }

  #double(value: number): void {
    this.byte(0x82)
    const at = this.#grow(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  #long(value: bigint): void {
    if (value >= -128n && value <= 127n) return this.#pair(0x55, Number(value) & 0xff)
    this.byte(0x81)
    this.#wide(value)
  }

  #ulong(value: bigint): void {
    if (value === 0n) return this.byte(0x44)
    if (value < 256n) return this.#pair(0x53, Number(value))
    this.byte(0x80)
    const at = this.#grow(8)
    this.#bytes.writeBigUInt64BE(value, at)
  }

  #decimal(bytes: Uint8Array): void {
    this.byte(bytes.length === 4 ? 0x74 : bytes.length === 8 ? 0x84 : 0x94)
    this.raw(bytes)
  }

  // Elements of an array share one constructor, so each is written in the widest form of its type.
  #array(values: readonly AmqpValue[]): void {
    this.byte(0xf0)
    const at = this.#grow(8)
    const [first] = values
    const code = elementCode(first)
    this.byte(code)
    for (const value of values) {
      assert.equal(elementCode(value), code, 'elements of an array are of one type')
      this.#element(value)
    }
    this.endList(at, values.length)
  }

  #element(value: AmqpValue): void {
    if (value instanceof Uuid) this.raw(value.bytes)
    else if (value instanceof Date) this.#wide(BigInt(value.getTime()))
    else if (typeof value === 'bigint') this.#wide(value)
    else if (typeof value === 'number') this.rawUint(value)
    else {
      const text = value instanceof Exact ? value.value : value
      assert(typeof text === 'string', 'an array of this type is never written')
      const bytes = Buffer.from(text)
      this.rawUint(bytes.length)
      this.raw(bytes)
    }
  }

  #wide(value: bigint): void {
    const at = this.#grow(8)
    this.#bytes.writeBigInt64BE(value, at)
  }

  #text(code: number, text: string): void {
    // Most texts are short and plain: one byte a character.
    const length = Buffer.byteLength(text)
    this.#sized(code, length)
    const at = this.#grow(length)
    this.#bytes.write(text, at, length, 'utf8')
  }

  #sized(code: number, length: number): void {
    if (length < 256) return this.#pair(code, length)
    this.byte(code + 0x10)
    this.rawUint(length)
  }

  #pair(code: number, value: number): void {
    const at = this.#grow(2)
    this.#bytes[at] = code
    this.#bytes[at + 1] = value
  }

  #grow(by: number): number {
    const at = this.#length
    this.#length = at + by
    if (this.#length > this.#bytes.length) {
      const bigger = Buffer.allocUnsafe(
        Math.max(this.#bytes.length * 2, this.#length, this.#nextBytes),
      )
      this.#bytes.copy(bigger, 0, 0, at)
      this.#bytes = bigger
    }
    return at
  }
}

function elementCode(value: AmqpValue | undefined): number {
  if (value instanceof Uuid) return 0x98
  if (value instanceof Date) return 0x83
  if (value instanceof Exact) return 0xb3
  if (typeof value === 'bigint') return 0x81
  return typeof value === 'number' ? 0x71 : 0xb1
}
