import { newUuid } from '../../base/ids.ts'
import { argumentError, argumentNull, formatError } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

const hex = '[0-9a-fA-F]'
const dashed = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`
const anyForm = new RegExp(`^(?:${hex}{32}|${dashed}|\\{${dashed}\\}|\\(${dashed}\\))$`)
const fields =
  /^\{0x([0-9a-f]{1,8}),0x([0-9a-f]{1,4}),0x([0-9a-f]{1,4}),\{((?:0x[0-9a-f]{1,2},?){8})\}\}$/i

/** System.Guid. https://learn.microsoft.com/dotnet/api/system.guid */
export class Guid implements DotnetObject {
  static get empty(): Guid {
    return new Guid('00000000000000000000000000000000')
  }

  readonly typeName = 'System.Guid'
  /** 32 lower-case hexadecimal digits. */
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }

  static newGuid(): Guid {
    return new Guid(newUuid().replaceAll('-', ''))
  }

  /** `Guid.Parse`, and `new Guid(text)`. */
  static parse(text: string | null): Guid {
    if (text === null) throw argumentNull('input')
    const guid = Guid.tryParse(text)
    if (guid === undefined) {
      throw formatError(
        'Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).',
      )
    }
    return guid
  }

  static tryParse(text: string | null): Guid | undefined {
    const trimmed = text?.trim() ?? ''
    if (anyForm.test(trimmed))
      return new Guid(trimmed.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase())
    const parts = fields.exec(trimmed.replaceAll(/\s/g, ''))
    if (parts === null) return undefined
    const [, a = '', b = '', c = '', rest = ''] = parts
    const bytes = rest.split(',').map((byte) => byte.slice(2).padStart(2, '0'))
    const digits = a.padStart(8, '0') + b.padStart(4, '0') + c.padStart(4, '0') + bytes.join('')
    return new Guid(digits.toLowerCase())
  }

  /** `Guid.ParseExact`. */
  static parseExact(text: string | null, format: string): Guid {
    const guid = Guid.parse(text)
    if (guid.format(format).toLowerCase() !== text?.trim().toLowerCase()) throw formatError()
    return guid
  }

  /** `new Guid(bytes)`: the first three fields are little-endian. */
  static fromBytes(bytes: Uint8Array | null): Guid {
    if (bytes === null) throw argumentNull('b')
    if (bytes.length !== 16) {
      throw argumentError('Byte array for GUID must be exactly 16 bytes long.\nParameter name: b')
    }
    return new Guid(Buffer.from(swapped(bytes)).toString('hex'))
  }

  toByteArray(): Uint8Array {
    return swapped(Buffer.from(this.digits, 'hex'))
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    if (!(other instanceof Guid)) throw argumentError('Object must be of type GUID.')
    return this.digits < other.digits ? -1 : this.digits > other.digits ? 1 : 0
  }

  equals(other: unknown): boolean {
    return other instanceof Guid && other.digits === this.digits
  }

  hashKey(): string {
    return `Guid ${this.digits}`
  }

  format(format: string | null): string {
    switch ((format || 'D').toUpperCase()) {
      case 'N':
        return this.digits
      case 'D':
        return this.toString()
      case 'B':
        return `{${this.toString()}}`
      case 'P':
        return `(${this.toString()})`
      case 'X':
        return this.#fields()
      default:
        throw formatError(
          'Format String can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".',
        )
    }
  }

  #fields(): string {
    const bytes = this.digits.slice(16).match(/../g) ?? []
    const rest = bytes.map((byte) => `0x${byte}`).join(',')
    const [a, b, c] = [this.digits.slice(0, 8), this.digits.slice(8, 12), this.digits.slice(12, 16)]
    return `{0x${a},0x${b},0x${c},{${rest}}}`
  }

  toString(): string {
    const { digits } = this
    const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16)]
    return [...groups, digits.slice(16, 20), digits.slice(20)].join('-')
  }
}

const byteOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

function swapped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(byteOrder, (index) => bytes[index] ?? 0)
}
