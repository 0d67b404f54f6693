import { DateTime } from './date-time.ts'
import { parseDateTime } from './date-parse.ts'
import { Decimal, decimalRound, decimalToInteger } from './decimal.ts'
import {
  argumentError,
  argumentNull,
  argumentOutOfRange,
  formatError,
  invalidCast,
  overflow,
} from './exceptions.ts'
import { displayText } from './format.ts'
import {
  castNumber,
  checkInteger,
  integerOf,
  isIntegerKind,
  isNumeric,
  makeNumber,
  toDouble,
  type NumericValue,
} from './numbers.ts'
import { overflowMessage, parseNumber } from './number-parse.ts'
import { isNumericName, typeNameOf, type IntegerKind, type NumericKind } from './types.ts'
import { DotnetChar, DotnetEnum, charOf } from './value.ts'

/** What stands for another value in conversions: a JValue for its content. */
export interface Convertible {
  readonly convertibleValue: unknown
}

function isConvertible(value: unknown): value is Convertible {
  return typeof value === 'object' && value !== null && 'convertibleValue' in value
}

/** The value that conversions look at. */
function contentOf(value: unknown): unknown {
  return isConvertible(value) ? value.convertibleValue : value
}

/**
 * `Convert.ToInt32` and its kin for every numeric type: reals round half to even, text is parsed, null is 0.
 * https://learn.microsoft.com/dotnet/api/system.convert
 */
export function convertToNumber(value: unknown, kind: NumericKind): NumericValue {
  const content = contentOf(value)
  if (content === null || content === undefined) return makeNumber(kind, 0)
  if (typeof content === 'string') return parseNumber(kind, content)
  if (typeof content === 'boolean') return makeNumber(kind, content ? 1 : 0)
  if (content instanceof DotnetChar) return convertChar(content, kind)
  if (content instanceof DotnetEnum) return convertToNumber(content.value, kind)
  if (!isNumeric(content)) throw noConversion(content, kind)
  if (!isIntegerKind(kind)) return numericCast(content, kind)
  return checkInteger(kind, roundedWhole(content, kind), overflowMessage(kind))
}

function convertChar(value: DotnetChar, kind: NumericKind): NumericValue {
  if (!isIntegerKind(kind)) throw noConversion(value, kind)
  return checkInteger(kind, BigInt(value.code), overflowMessage(kind))
}

function numericCast(value: NumericValue, kind: 'Single' | 'Double' | 'Decimal'): NumericValue {
  const converted = castNumber(value, kind)
  if (converted instanceof DotnetChar) throw invalidCast()
  return converted
}

function roundedWhole(value: NumericValue, kind: IntegerKind): bigint {
  const whole = integerOf(value)
  if (whole !== undefined) return whole
  if (value instanceof Decimal) return decimalToInteger(decimalRound(value))
  const rounded = roundHalfEven(toDouble(value))
  if (!Number.isFinite(rounded)) throw overflow(overflowMessage(kind))
  return BigInt(rounded)
}

/** The nearest whole number; a half goes to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** `Convert.ToBoolean`. */
export function convertToBoolean(value: unknown): boolean {
  const content = contentOf(value)
  if (content === null || content === undefined) return false
  if (typeof content === 'boolean') return content
  if (typeof content === 'string') return parseBoolean(content)
  if (!isNumeric(content)) throw noConversion(content, 'Boolean')
  return content instanceof Decimal ? content.coefficient !== 0n : toDouble(content) !== 0
}

/** `bool.Parse`. */
export function parseBoolean(text: string | null): boolean {
  const value = tryParseBoolean(text)
  if (text === null) throw argumentNull('value')
  if (value === undefined) throw formatError('String was not recognized as a valid Boolean.')
  return value
}

/** `bool.TryParse`. */
export function tryParseBoolean(text: string | null): boolean | undefined {
  const trimmed = text?.replaceAll('\0', ' ').trim().toLowerCase()
  return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined
}

/** `Convert.ToChar`. */
export function convertToChar(value: unknown): DotnetChar {
  const content = contentOf(value)
  if (content === null || content === undefined) return charOf(0)
  if (content instanceof DotnetChar) return content
  if (typeof content === 'string') {
    if (content.length !== 1) throw formatError('String must be exactly one character long.')
    return charOf(content.charCodeAt(0))
  }
  const code = content instanceof Decimal ? undefined : integerOf(content)
  if (code === undefined) throw noConversion(content, 'Char')
  if (code < 0n || code > 0xffffn) {
    throw overflow('Value was either too large or too small for a character.')
  }
  return charOf(Number(code))
}

/** `Convert.ToDateTime`. */
export function convertToDateTime(value: unknown): DateTime {
  const content = contentOf(value)
  if (content === null || content === undefined) return DateTime.minValue
  if (content instanceof DateTime) return content
  if (typeof content === 'string') return parseDateTime(content)
  throw noConversion(content, 'DateTime')
}

/** `Convert.ToString(object)`; null is an empty text. */
export function convertToText(value: unknown): string {
  return displayText(value)
}

/** `Convert.ToString(number, base)` for the bases 2, 8, 10 and 16. */
export function textInBase(value: NumericValue, base: number): string {
  const whole = integerOf(value)
  checkBase(base)
  if (whole === undefined) throw invalidCast()
  if (base === 10) return whole.toString()
  return BigInt.asUintN(bitsFor(value), whole).toString(base)
}

function bitsFor(value: NumericValue): number {
  if (typeof value === 'number') return 32
  if (typeof value === 'bigint') return 64
  return typeNameOf(value) === 'System.Int16' ? 16 : 64
}

function checkBase(base: number): void {
  if (base !== 2 && base !== 8 && base !== 10 && base !== 16) throw argumentError('Invalid Base.')
}

const digitsOfBase = new Map([
  [2, /^[01]+$/],
  [8, /^[0-7]+$/],
  [16, /^(?:0[xX])?[0-9a-fA-F]+$/],
])

const bitsOfKind: Readonly<Record<IntegerKind, number>> = {
  SByte: 8,
  Byte: 8,
  Int16: 16,
  UInt16: 16,
  Int32: 32,
  UInt32: 32,
  Int64: 64,
  UInt64: 64,
}

/** `Convert.ToInt32(text, base)` and its kin: bases other than 10 read the bits of the type. */
export function numberInBase(text: string | null, base: number, kind: IntegerKind): NumericValue {
  checkBase(base)
  if (text === null) return makeNumber(kind, 0)
  if (base === 10) return parseNumber(kind, text)
  if (text === '')
    throw argumentOutOfRange(
      'startIndex',
      'Index was out of range. Must be non-negative and less than the size of the collection.',
    )
  if (!digitsOfBase.get(base)?.test(text)) throw formatError(badDigits(text))
  const prefix = base === 2 ? '0b' : base === 8 ? '0o' : '0x'
  const value = BigInt(prefix + (base === 16 ? text.replace(/^0[xX]/, '') : text))
  const bits = bitsOfKind[kind]
  if (value >= 2n ** BigInt(bits)) throw overflow(overflowMessage(kind))
  const signed = !kind.startsWith('U') && kind !== 'Byte'
  return checkInteger(kind, signed ? BigInt.asIntN(bits, value) : value)
}

function badDigits(text: string): string {
  return /^[0-9a-zA-Z]/.test(text)
    ? 'Additional non-parsable characters are at the end of the string.'
    : 'Could not find any recognizable digits.'
}

/** `Convert.ChangeType(value, type)` to a type by its full name. */
export function changeType(value: unknown, typeName: string): unknown {
  const content = contentOf(value)
  const name = typeName.replace(/^System\./, '')
  if (content === null || content === undefined) return changeNull(name)
  if (typeNameOf(content) === typeName || typeName === 'System.Object') return content
  switch (name) {
    case 'String':
      return changeToText(content)
    case 'Boolean':
      return convertToBoolean(content)
    case 'Char':
      return convertToChar(content)
    case 'DateTime':
      return convertToDateTime(content)
    default:
      if (isNumericName(name)) return convertToNumber(content, name)
      throw invalidCast(`Invalid cast from '${typeNameOf(content)}' to '${typeName}'.`)
  }
}

const valueTypes = new Set(['Boolean', 'Char', 'DateTime', 'DateTimeOffset', 'TimeSpan', 'Guid'])

function changeNull(name: string): null {
  if (isNumericName(name) || valueTypes.has(name)) {
    throw invalidCast('Null object cannot be converted to a value type.')
  }
  return null
}

function changeToText(content: unknown): string {
  const plain =
    isNumeric(content) ||
    typeof content === 'boolean' ||
    content instanceof DotnetChar ||
    content instanceof DateTime ||
    content instanceof DotnetEnum
  if (!plain) throw invalidCast('Object must implement IConvertible.')
  return displayText(content)
}

function noConversion(value: unknown, kind: string): Error {
  const from = typeNameOf(value)
  if (
    from.startsWith('System.') &&
    (isNumericName(from.slice(7)) || valueTypes.has(from.slice(7)))
  ) {
    return invalidCast(`Invalid cast from '${from.slice(7)}' to '${kind}'.`)
  }
  return invalidCast(`Unable to cast object of type '${from}' to type 'System.IConvertible'.`)
}
