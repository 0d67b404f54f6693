import assert from 'node:assert/strict'
import type { Clock } from '../../../base/clock.ts'
import type { StringComparison } from '../../dotnet/comparison.ts'
import { argumentNull, systemException } from '../../dotnet/exceptions.ts'
import {
  integerOf,
  isNumeric,
  toDecimal,
  toDouble,
  type NumericValue,
} from '../../dotnet/numbers.ts'
import { DotnetArray, DotnetChar, DotnetEnum, DotnetNumber } from '../../dotnet/value.ts'
import { Decimal } from '../../dotnet/decimal.ts'
import { isReference, type Reference } from '../reference.ts'
import { isCall } from '../type-model.ts'
import type { Call, Implementation } from '../type-model.ts'

/** A String; null throws as a receiver does. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw systemException('NullReferenceException')
}

/** A String parameter that must not be null. */
export function given(value: unknown, name = 'value'): string {
  if (typeof value === 'string') return value
  throw argumentNull(name)
}

/** A String that may be null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** An Int32. */
export function int(value: unknown): number {
  if (typeof value === 'number') return value
  return Number(integerOf(value) ?? 0n)
}

/** An Int64. */
export function long(value: unknown): bigint {
  return integerOf(value) ?? 0n
}

/** A Double. */
export function double(value: unknown): number {
  return value instanceof DotnetNumber ? Number(value.value) : toDouble(value)
}

/** A Decimal. */
export function decimal(value: unknown): Decimal {
  return value instanceof Decimal ? value : toDecimal(value)
}

/** A number of any type. */
export function number(value: unknown): NumericValue {
  if (isNumeric(value)) return value
  throw systemException('InvalidCastException')
}

/** A Boolean. */
export function bool(value: unknown): boolean {
  return value === true
}

/** A Char. */
export function char(value: unknown): DotnetChar {
  if (value instanceof DotnetChar) return value
  throw systemException('NullReferenceException')
}

/** The name of an enum's value. */
export function enumName(value: unknown): string {
  return value instanceof DotnetEnum ? value.name : ''
}

/** The number of an enum's value. */
export function enumNumber(value: unknown): number {
  return value instanceof DotnetEnum ? value.value : 0
}

/** Bytes that must not be null. */
export function bytes(value: unknown, name = 'buffer'): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw argumentNull(name)
}

/** The elements of a `params` array or any array. */
export function items(value: unknown): readonly unknown[] {
  if (value instanceof DotnetArray) return value.items
  throw argumentNull('array')
}

/** A delegate. */
export function callback(value: unknown): Implementation {
  if (isFunction(value)) return value
  throw argumentNull('predicate')
}

function isFunction(value: unknown): value is Implementation {
  return typeof value === 'function'
}

/** An instance of a class; null throws as a receiver does. */
export function instance<T>(value: unknown, type: abstract new (...values: never[]) => T): T {
  if (value instanceof type) return value
  throw systemException(value === null ? 'NullReferenceException' : 'InvalidCastException')
}

/** An instance of a class, or null. */
export function instanceOrNull<T>(
  value: unknown,
  type: abstract new (...values: never[]) => T,
): T | null {
  return value instanceof type ? value : null
}

/** The variable of an `out` parameter. */
export function reference(value: unknown): Reference {
  if (isReference(value)) return value
  throw systemException('NullReferenceException')
}

/** What the member knows of its call: the last of its arguments. */
export function callOf(value: unknown): Call {
  if (isCall(value)) return value
  throw systemException('InvalidOperationException')
}

/** The clock of a timed member. */
export function clockOf(value: unknown): Clock {
  const { clock } = callOf(value)
  assert(clock, 'a member that tells the time is declared as timed')
  return clock
}

/** A `StringComparison`. */
export function comparison(value: unknown): StringComparison {
  const name = enumName(value)
  switch (name) {
    case 'CurrentCulture':
    case 'CurrentCultureIgnoreCase':
    case 'InvariantCulture':
    case 'InvariantCultureIgnoreCase':
    case 'OrdinalIgnoreCase':
      return name
    default:
      return 'Ordinal'
  }
}

/** The content of a `params object[]` parameter; a null array is one null. */
export function contents(value: unknown): readonly unknown[] {
  return value === null ? [null] : items(value)
}
