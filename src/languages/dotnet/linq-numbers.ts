import { compareValues } from './comparison.ts'
import { Decimal, decimalAdd, decimalDivide, decimalFromInteger, decimalZero } from './decimal.ts'
import { argumentNull, invalidCast, invalidOperation } from './exceptions.ts'
import type { Lambda } from './linq.ts'
import {
  checkInteger,
  integerOf,
  makeReal,
  toDecimal,
  toDouble,
  type NumericValue,
} from './numbers.ts'
import { enumerate } from './sequence.ts'
import type { NumericKind } from './types.ts'

// Sum, Average, Min and Max of System.Linq.Enumerable; nulls of nullable numbers are passed over.

const noElements = 'Sequence contains no elements'

function* present(source: unknown, selector?: Lambda | null): Generator<unknown> {
  if (selector === null) throw argumentNull('selector')
  for (const item of enumerate(source)) {
    const value = selector ? selector(item) : item
    if (value !== null) yield value
  }
}

/** `Sum` over numbers of one type: whole numbers overflow with an exception, an empty source gives 0. */
export function sum(source: unknown, kind: NumericKind, selector?: Lambda | null): NumericValue {
  if (kind === 'Decimal') {
    let total = decimalZero
    for (const value of present(source, selector)) total = decimalAdd(total, toDecimal(value))
    return total
  }
  if (kind === 'Double' || kind === 'Single') {
    let total = 0
    for (const value of present(source, selector)) total += toDouble(value)
    return makeReal(kind, total)
  }
  let total = 0n
  for (const value of present(source, selector)) {
    total += whole(value)
    checkInteger(kind, total)
  }
  return checkInteger(kind, total)
}

function whole(value: unknown): bigint {
  const number = integerOf(value)
  if (number === undefined) throw invalidCast()
  return number
}

/** `Average`: a Double for whole numbers; null for an empty source of nullable numbers, else InvalidOperationException. */
export function average(
  source: unknown,
  kind: NumericKind,
  selector?: Lambda | null,
  options: { nullable?: boolean } = {},
): NumericValue | null {
  const values = [...present(source, selector)]
  if (values.length === 0) {
    if (options.nullable) return null
    throw invalidOperation(noElements)
  }
  const total = sum(values, kind === 'Int32' ? 'Int64' : kind)
  if (total instanceof Decimal) return decimalDivide(total, decimalFromInteger(values.length))
  return makeReal(kind === 'Single' ? 'Single' : 'Double', toDouble(total) / values.length)
}

/** `Min` and `Max`: null for an empty source where the type has null, else InvalidOperationException. */
export function extreme(
  source: unknown,
  which: 'min' | 'max',
  selector?: Lambda | null,
  options: { nullable?: boolean } = {},
): unknown {
  const sign = which === 'min' ? 1 : -1
  let found: unknown = null
  for (const value of present(source, selector)) {
    if (found === null || compareValues(value, found) * sign < 0) found = value
  }
  if (found === null && !options.nullable) throw invalidOperation(noElements)
  return found
}
