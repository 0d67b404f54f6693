import { compareStrings, compareValues, equalValues } from './comparison.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { Decimal } from './decimal.ts'
import { argumentError } from './exceptions.ts'
import { displayText } from './format.ts'
import { Guid } from './guid.ts'
import { compareNumbers, isNumeric, toDouble } from './numbers.ts'
import { TimeSpan } from './time-span.ts'
import { typeNameOf } from './types.ts'
import { Uri } from './uri.ts'
import { DotnetChar, DotnetEnum, DotnetNumber } from './value.ts'

/** `JTokenType`, by the names of its members. */
export type JsonTokenType =
  | 'None'
  | 'Object'
  | 'Array'
  | 'Constructor'
  | 'Property'
  | 'Comment'
  | 'Integer'
  | 'Float'
  | 'String'
  | 'Boolean'
  | 'Null'
  | 'Undefined'
  | 'Date'
  | 'Raw'
  | 'Bytes'
  | 'Guid'
  | 'Uri'
  | 'TimeSpan'

/** A whole number beyond Int64, as `System.Numerics.BigInteger` holds it in a JValue. */
export class BigInteger {
  readonly typeName = 'System.Numerics.BigInteger'
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }

  toString(): string {
    return this.value.toString()
  }
}

/** The type that a JValue has for its content; ArgumentException for what no JValue can hold. */
export function kindOfContent(content: unknown): JsonTokenType {
  if (content === null || content === undefined) return 'Null'
  if (typeof content === 'string' || content instanceof DotnetChar) return 'String'
  if (typeof content === 'boolean') return 'Boolean'
  if (isNumeric(content)) return kindOfNumber(content)
  if (content instanceof BigInteger || content instanceof DotnetEnum) return 'Integer'
  if (content instanceof DateTime || content instanceof DateTimeOffset) return 'Date'
  if (content instanceof Guid) return 'Guid'
  if (content instanceof Uri) return 'Uri'
  if (content instanceof TimeSpan) return 'TimeSpan'
  if (content instanceof Uint8Array) return 'Bytes'
  throw argumentError(`Could not determine JSON object type for type ${typeNameOf(content)}.`)
}

function kindOfNumber(content: unknown): JsonTokenType {
  if (content instanceof Decimal) return 'Float'
  const real = content instanceof DotnetNumber && /^(?:Double|Single)$/.test(content.kind)
  return real ? 'Float' : 'Integer'
}

/** Orders the contents of two JValues as the type of the first asks. */
export function compareContents(type: JsonTokenType, left: unknown, right: unknown): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1
  if (type === 'Integer' || type === 'Float') return compareAsNumbers(left, right)
  if (type === 'Date') return compareAsDates(left, right)
  if (type === 'String' || type === 'Comment' || type === 'Raw') {
    return compareStrings(displayText(left), displayText(right), 'Ordinal')
  }
  return equalValues(left, right) ? 0 : compareUnlike(left, right)
}

function compareUnlike(left: unknown, right: unknown): number {
  if (typeNameOf(left) !== typeNameOf(right)) {
    throw argumentError(`Object must be of type ${typeNameOf(left).replace('System.', '')}.`)
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  return compareValues(left, right)
}

function compareAsNumbers(left: unknown, right: unknown): number {
  if (left instanceof BigInteger || right instanceof BigInteger) {
    return compareReal(Number(displayText(left)), Number(displayText(right)))
  }
  if (isNumeric(left) && isNumeric(right)) {
    const mixed = left instanceof Decimal !== right instanceof Decimal
    return mixed
      ? compareReal(toDouble(left), toDouble(right))
      : Math.sign(compareNumbers(left, right))
  }
  return compareReal(Number(displayText(left)), Number(displayText(right)))
}

function compareReal(left: number, right: number): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function compareAsDates(left: unknown, right: unknown): number {
  const [first, second] = [ticksOf(left), ticksOf(right)]
  if (first === undefined || second === undefined)
    throw argumentError('Object must be of type DateTime.')
  return first < second ? -1 : first > second ? 1 : 0
}

function ticksOf(value: unknown): bigint | undefined {
  if (value instanceof DateTime) return value.ticks
  return value instanceof DateTimeOffset ? value.utcTicks : undefined
}
