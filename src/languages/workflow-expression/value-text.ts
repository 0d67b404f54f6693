import { Decimal } from '../dotnet/decimal.ts'
import { contentText, isContent } from './content.ts'
import { writeJson } from './json-text.ts'
import { WholeDouble, type Value } from './value.ts'
import { doubleText } from './double-text.ts'

/**
 * A value as text, as `string()`, `concat()` and `@{...}` write it: null is empty, `true` is `True`, numbers are as
 * .NET writes them, content is decoded, other objects and arrays are JSON on one line.
 */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? String(value) : doubleText(value)
  }
  if (value instanceof WholeDouble) return doubleText(value.value)
  if (value instanceof Decimal) return value.toString()
  return isContent(value) ? contentText(value) : writeJson(value)
}
