import { AmqpError } from './amqp-error.ts'
import { Decimal, Described, Uuid } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { depthMax, emptyElementsMax } from './limits.ts'

/** A described list that the standard defines, its descriptor as a number. */
export interface Composite {
  readonly code: number
  readonly fields: readonly AmqpValue[]
}

/** Reads values one after the other; throws `amqp:decode-error` for bytes that are none. */
export class AmqpReader {
  readonly #bytes: Buffer
  #at: number
  #depth = 0

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get position(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** The bytes from a position up to here. */
  since(position: number): Buffer {
    return this.#bytes.subarray(position, this.#at)
  }

  read(): AmqpValue {
    return this.#value(this.#byte())
  }

  /** The descriptor before a value, as the number of the standard's types; -1 for one of others. */
  readDescriptor(): number {
    if (this.#byte() !== 0) throw malformed('a described value was expected')
    return descriptorCode(this.read())
  }

  /** A described list: a performative, a terminus, a state. */
  readComposite(): Composite {
    const code = this.readDescriptor()
    const fields = this.read()
    if (!Array.isArray(fields)) throw malformed('a described list was expected')
    return { code, fields }
  }

  /** The constructor and the size of a list, so that its fields can be read one by one; gives their count. */
  readListHead(): number {
    switch (this.#byte()) {
      case 0x45:
        return 0
      case 0xc0:
        this.#take(1)
        return this.#count(this.#byte())
      case 0xd0:
        this.#take(4)
        return this.#count(this.#uint())
      default:
        throw malformed('a list was expected')
    }
  }

  #value(code: number): AmqpValue {
    switch (code) {
      case 0x00:
        return this.#described()
      case 0x40:
        return null
      case 0x41:
        return true
      case 0x42:
        return false
      case 0x43:
        return 0
      case 0x44:
        return 0n
      case 0x45:
        return []
      default:
        return code < 0xa0 ? this.#fixed(code) : this.#sized(code)
    }
  }

  #fixed(code: number): AmqpValue {
    const bytes = this.#bytes
    switch (code) {
      case 0x50:
      case 0x52:
        return this.#byte()
      case 0x51:
      case 0x54:
        return bytes.readInt8(this.#take(1))
      case 0x53:
        return BigInt(this.#byte())
      case 0x55:
        return BigInt(bytes.readInt8(this.#take(1)))
      case 0x56:
        return this.#byte() !== 0
      case 0x60:
        return bytes.readUInt16BE(this.#take(2))
      case 0x61:
        return bytes.readInt16BE(this.#take(2))
      case 0x70:
        return this.#uint()
      case 0x71:
        return bytes.readInt32BE(this.#take(4))
      case 0x72:
        return bytes.readFloatBE(this.#take(4))
      case 0x73:
        return this.#character()
      default:
        return this.#wide(code)
    }
  }

  #wide(code: number): AmqpValue {
    const bytes = this.#bytes
    switch (code) {
      case 0x80:
        return bytes.readBigUInt64BE(this.#take(8))
      case 0x81:
        return bytes.readBigInt64BE(this.#take(8))
      case 0x82:
        return bytes.readDoubleBE(this.#take(8))
      case 0x83:
        return new Date(Number(bytes.readBigInt64BE(this.#take(8))))
      case 0x74:
        return new Decimal(this.#slice(4))
      case 0x84:
        return new Decimal(this.#slice(8))
      case 0x94:
        return new Decimal(this.#slice(16))
      case 0x98:
        return new Uuid(this.#slice(16))
      default:
        throw malformed(`there is no type 0x${code.toString(16)}`)
    }
  }

  #sized(code: number): AmqpValue {
    switch (code) {
      case 0xa0:
        return this.#slice(this.#byte())
      case 0xb0:
        return this.#slice(this.#uint())
      case 0xa1:
        return this.#slice(this.#byte()).toString('utf8')
      case 0xb1:
        return this.#slice(this.#uint()).toString('utf8')
      case 0xa3:
        return this.#slice(this.#byte()).toString('latin1')
      case 0xb3:
        return this.#slice(this.#uint()).toString('latin1')
      case 0xc0:
      case 0xd0:
        return this.#inside(() =>
          this.#list(code === 0xc0 ? this.#sizeAndCount8() : this.#sizeAndCount32()),
        )
      case 0xc1:
      case 0xd1:
        return this.#inside(() =>
          this.#map(code === 0xc1 ? this.#sizeAndCount8() : this.#sizeAndCount32()),
        )
      case 0xe0:
      case 0xf0:
        return this.#inside(() =>
          this.#array(code === 0xe0 ? this.#sizeAndCount8() : this.#sizeAndCount32()),
        )
      default:
        throw malformed(`there is no type 0x${code.toString(16)}`)
    }
  }

  #inside<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > depthMax) throw malformed(`values are nested deeper than ${depthMax}`)
    const value = read()
    this.#depth -= 1
    return value
  }

  #described(): AmqpValue {
    return this.#inside(() => {
      const descriptor = this.read()
      return new Described(descriptor, this.read())
    })
  }

  #list(count: number): readonly AmqpValue[] {
    const values: AmqpValue[] = []
    for (let index = 0; index < this.#count(count); index += 1) values.push(this.read())
    return values
  }

  #map(count: number): ReadonlyMap<AmqpValue, AmqpValue> {
    const map = new Map<AmqpValue, AmqpValue>()
    if (count % 2 !== 0) throw malformed('a map has a key without a value')
    this.#count(count)
    for (let index = 0; index < count; index += 2) {
      const key = this.read()
      map.set(key, this.read())
    }
    return map
  }

  #array(count: number): readonly AmqpValue[] {
    const code = this.#byte()
    const values: AmqpValue[] = []
    if (code === 0) {
      const descriptor = this.read()
      const inner = this.#byte()
      this.#elements(inner, count, (value) => values.push(new Described(descriptor, value)))
      return values
    }
    this.#elements(code, count, (value) => values.push(value))
    return values
  }

  #elements(code: number, count: number, add: (value: AmqpValue) => void): void {
    const isEmpty = code >= 0x40 && code < 0x50
    if (count > (isEmpty ? emptyElementsMax : this.remaining)) {
      throw malformed(`an array cannot have ${count} elements`)
    }
    for (let index = 0; index < count; index += 1) add(this.#value(code))
  }

  #sizeAndCount8(): number {
    this.#take(1)
    return this.#byte()
  }

  #sizeAndCount32(): number {
    this.#take(4)
    return this.#uint()
  }

  #count(count: number): number {
    // Each value takes a byte at least: a count that cannot be true must not make us reserve memory.
    if (count > this.#bytes.length) throw malformed(`there are no ${count} values`)
    return count
  }

  #character(): string {
    const code = this.#uint()
    if (code > 0x10_ffff) throw malformed('there is no such character')
    return String.fromCodePoint(code)
  }

  #byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw malformed('a value is cut off')
    this.#at += 1
    return value
  }

  #uint(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  #slice(length: number): Buffer {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  #take(length: number): number {
    const start = this.#at
    if (length > this.#bytes.length - start) throw malformed('a value is cut off')
    this.#at = start + length
    return start
  }
}

function malformed(description: string): AmqpError {
  return new AmqpError('amqp:decode-error', `The bytes are not AMQP: ${description}.`)
}

/** The descriptors that some peers write as symbols. */
const codes: ReadonlyMap<string, number> = new Map([
  ['amqp:open:list', 0x10],
  ['amqp:begin:list', 0x11],
  ['amqp:attach:list', 0x12],
  ['amqp:flow:list', 0x13],
  ['amqp:transfer:list', 0x14],
  ['amqp:disposition:list', 0x15],
  ['amqp:detach:list', 0x16],
  ['amqp:end:list', 0x17],
  ['amqp:close:list', 0x18],
  ['amqp:error:list', 0x1d],
  ['amqp:received:list', 0x23],
  ['amqp:accepted:list', 0x24],
  ['amqp:rejected:list', 0x25],
  ['amqp:released:list', 0x26],
  ['amqp:modified:list', 0x27],
  ['amqp:source:list', 0x28],
  ['amqp:target:list', 0x29],
  ['amqp:coordinator:list', 0x30],
  ['amqp:declare:list', 0x31],
  ['amqp:discharge:list', 0x32],
  ['amqp:declared:list', 0x33],
  ['amqp:transactional-state:list', 0x34],
  ['amqp:sasl-mechanisms:list', 0x40],
  ['amqp:sasl-init:list', 0x41],
  ['amqp:sasl-challenge:list', 0x42],
  ['amqp:sasl-response:list', 0x43],
  ['amqp:sasl-outcome:list', 0x44],
  ['amqp:header:list', 0x70],
  ['amqp:delivery-annotations:map', 0x71],
  ['amqp:message-annotations:map', 0x72],
  ['amqp:properties:list', 0x73],
  ['amqp:application-properties:map', 0x74],
  ['amqp:data:binary', 0x75],
  ['amqp:amqp-sequence:list', 0x76],
  ['amqp:amqp-value:*', 0x77],
  ['amqp:footer:map', 0x78],
])

/** The standard's number of a descriptor, or -1. */
export function descriptorCode(descriptor: AmqpValue): number {
  if (typeof descriptor === 'bigint') return Number(descriptor)
  return typeof descriptor === 'string' ? (codes.get(descriptor) ?? -1) : -1
}
