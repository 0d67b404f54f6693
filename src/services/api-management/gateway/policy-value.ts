import { DotnetNumber } from '../../../languages/dotnet/value.ts'
import { formatValue } from '../../../languages/dotnet/format.ts'

/** The text of a value, as `ToString()` writes it; null is empty. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : formatValue(value)
}

/** A boolean, or the text of one in any case. */
export function toFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const text = toText(value).toLowerCase()
  if (text === 'true' || text === 'false') return text === 'true'
  throw new RangeError(`must be true or false, not '${toText(value)}'`)
}

/** A whole number, or the text of one. */
export function toWholeNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof DotnetNumber) return Math.trunc(Number(value.value))
  const text = toText(value).trim()
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text)
  throw new RangeError(`must be a whole number, not '${text}'`)
}
