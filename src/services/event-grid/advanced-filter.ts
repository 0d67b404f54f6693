import type { JsonObject, JsonValue } from '../../base/json.ts'
import { invalidRequest } from './errors.ts'
import { valueAt } from './event.ts'
import {
  advancedFilterCountMax,
  advancedFilterValueCountMax,
  filterKeyDepthMax,
  filterTextCharsMax,
} from './limits.ts'
import type { PropertyReader } from './property-reader.ts'

/** One condition on an event: https://learn.microsoft.com/azure/event-grid/event-filtering#advanced-filtering */
export interface AdvancedFilter {
  readonly key: string
  /** How many filter values it uses of those that a subscription may have. */
  readonly valueCount: number
  /** True where an event passes that one of its values does not hold back: the operators with `Not`. */
  readonly isNegative: boolean
  /** Whether one value fulfils the condition without its `Not`; a value of another type does not. */
  readonly holds: (value: JsonValue) => boolean
  /** For the operators that ask whether there is a value at all. */
  readonly wantsNull?: boolean
}

type Range = readonly [number, number]

const numberComparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  numberlessthan: (value, limit) => value < limit,
  numberlessthanorequals: (value, limit) => value <= limit,
  numbergreaterthan: (value, limit) => value > limit,
  numbergreaterthanorequals: (value, limit) => value >= limit,
}

const textComparisons: Readonly<Record<string, (value: string, other: string) => boolean>> = {
  in: (value, other) => value === other,
  contains: (value, other) => value.includes(other),
  beginswith: (value, other) => value.startsWith(other),
  endswith: (value, other) => value.endsWith(other),
}

/** Reads the advanced filters of a subscription and checks them against the limits. */
export function readAdvancedFilters(readers: readonly PropertyReader[]): readonly AdvancedFilter[] {
  if (readers.length > advancedFilterCountMax) {
    throw invalidRequest(
      `The number of advanced filters exceeds the allowed maximum of ${advancedFilterCountMax}.`,
    )
  }
  const filters = readers.map(readAdvancedFilter)
  const valueCount = filters.reduce((sum, filter) => sum + filter.valueCount, 0)
  if (valueCount > advancedFilterValueCountMax) {
    throw invalidRequest(
      `The number of filter values across all advanced filters exceeds the allowed maximum of ${advancedFilterValueCountMax}.`,
    )
  }
  return filters
}

/** Whether an event passes a filter; a list is looked into only where the subscription says so. */
export function passes(
  filter: AdvancedFilter,
  event: JsonObject,
  options: { readonly onArrays: boolean },
): boolean {
  const value = valueAt(event, filter.key)
  if (filter.wantsNull !== undefined) {
    return (value === undefined || value === null) === filter.wantsNull
  }
  if (value === undefined || value === null) return filter.isNegative
  if (!Array.isArray(value)) return filter.holds(value) !== filter.isNegative
  if (!options.onArrays) return false
  return value.some(filter.holds) !== filter.isNegative
}

function readAdvancedFilter(reader: PropertyReader): AdvancedFilter {
  const operator = reader.required('operatorType')
  const key = reader.required('key')
  const names = key.split('.')
  if (names.length > filterKeyDepthMax || names.some((name) => name === '')) {
    throw invalidRequest(
      `The value '${key}' of '${reader.label('key')}' is not valid: it must be a name, or names joined by dots.`,
    )
  }
  const filter = readOperator(reader, operator)
  reader.end()
  return { key, ...filter }
}

function readOperator(reader: PropertyReader, operator: string): Omit<AdvancedFilter, 'key'> {
  const word = operator.toLowerCase()
  const compare = Object.hasOwn(numberComparisons, word) ? numberComparisons[word] : undefined
  if (compare) {
    const limit = numberOf(reader, reader.value('value'))
    return positive(1, (value) => typeof value === 'number' && compare(value, limit))
  }
  switch (word) {
    case 'isnullorundefined':
    case 'isnotnull':
      return { ...positive(0, () => false), wantsNull: word === 'isnullorundefined' }
    case 'boolequals': {
      const wanted = reader.value('value')
      if (typeof wanted !== 'boolean') throw wrongValue(reader, 'value', 'true or false')
      return positive(1, (value) => value === wanted)
    }
    case 'numberin':
    case 'numbernotin': {
      const numbers = new Set(valuesOf(reader).map((value) => numberOf(reader, value)))
      const holds = (value: JsonValue): boolean => typeof value === 'number' && numbers.has(value)
      return { ...positive(numbers.size, holds), isNegative: word === 'numbernotin' }
    }
    case 'numberinrange':
    case 'numbernotinrange': {
      const ranges = valuesOf(reader).map((value) => rangeOf(reader, value))
      const holds = (value: JsonValue): boolean =>
        typeof value === 'number' && ranges.some(([low, high]) => value >= low && value <= high)
      return { ...positive(ranges.length, holds), isNegative: word === 'numbernotinrange' }
    }
    default:
      return readTextOperator(reader, operator)
  }
}

/** All comparisons of text are without regard to case. */
function readTextOperator(reader: PropertyReader, operator: string): Omit<AdvancedFilter, 'key'> {
  const [, not, name = ''] = /^string(not)?([a-z]+)$/i.exec(operator) ?? []
  const word = name.toLowerCase()
  const compare = Object.hasOwn(textComparisons, word) ? textComparisons[word] : undefined
  if (!compare) {
    throw invalidRequest(
      `The operator '${operator}' of '${reader.label('operatorType')}' is not known.`,
    )
  }
  const texts = valuesOf(reader).map((value) => textOf(reader, value))
  const holds = (value: JsonValue): boolean => {
    if (typeof value !== 'string') return false
    const lower = value.toLowerCase()
    return texts.some((text) => compare(lower, text))
  }
  return { ...positive(texts.length, holds), isNegative: not !== undefined }
}

function positive(valueCount: number, holds: AdvancedFilter['holds']): Omit<AdvancedFilter, 'key'> {
  return { valueCount, isNegative: false, holds }
}

function valuesOf(reader: PropertyReader): readonly JsonValue[] {
  const values = reader.value('values')
  if (Array.isArray(values) && values.length > 0) return values
  throw wrongValue(reader, 'values', 'a list with at least one value')
}

function numberOf(reader: PropertyReader, value: JsonValue | undefined): number {
  if (typeof value === 'number') return value
  throw wrongValue(reader, 'values', 'numbers')
}

function rangeOf(reader: PropertyReader, value: JsonValue): Range {
  const [low, high, more] = Array.isArray(value) ? value : []
  if (typeof low === 'number' && typeof high === 'number' && more === undefined && low <= high) {
    return [low, high]
  }
  throw wrongValue(reader, 'values', 'ranges of two numbers, the lower one first')
}

function textOf(reader: PropertyReader, value: JsonValue): string {
  if (typeof value === 'string' && value.length <= filterTextCharsMax) return value.toLowerCase()
  throw wrongValue(reader, 'values', `texts of at most ${filterTextCharsMax} characters`)
}

function wrongValue(reader: PropertyReader, name: string, expected: string): Error {
  return invalidRequest(
    `The value of '${reader.label(name)}' is not valid: it must be ${expected}.`,
  )
}
