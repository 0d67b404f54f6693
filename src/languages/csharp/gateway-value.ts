import { displayText } from '../dotnet/format.ts'
import { DotnetException, systemException } from '../dotnet/exceptions.ts'
import { isNumeric, toDouble } from '../dotnet/numbers.ts'
import type { BoxedValue } from './compile.ts'

/** The text that a policy makes of a result, as `ToString()` gives it; null stays null. */
export function textOfResult(result: BoxedValue): string | null {
  return result.value === null ? null : displayText(result.value)
}

/** The result as a condition: a Boolean, or a text that `bool.Parse` takes. */
export function booleanOfResult(result: BoxedValue): boolean {
  const { value } = result
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (text === 'true' || text === 'false') return text === 'true'
  throw new DotnetException(
    'System.InvalidCastException',
    `Unable to cast object of type '${result.type}' to type 'System.Boolean'.`,
  )
}

/** The result as a number: any number, or a text that is one. */
export function numberOfResult(result: BoxedValue): number {
  const { value } = result
  if (isNumeric(value)) return toDouble(value)
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value)
  throw systemException('FormatException')
}
