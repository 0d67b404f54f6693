import { DotnetException, formatError } from './exceptions.ts'
import { formatNumber } from './number-format.ts'
import { isNumeric } from './numbers.ts'
import { typeNameOf } from './types.ts'
import { DotnetEnum, DotnetChar } from './value.ts'
import { countWork } from './work-limit.ts'

/** `Environment.NewLine` of the gateway, which runs on Windows. */
export const newLine = '\r\n'

/** What classes with formats of their own have: `IFormattable`. */
export interface Formattable {
  format(format: string | null): string
}

/** True for an object with formats of its own. */
function isFormattable(value: unknown): value is Formattable {
  return typeof value === 'object' && value !== null && 'format' in value
}

/** `value.ToString()` in the invariant culture; null gives an empty text, as in concatenation. */
export function displayText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (isNumeric(value)) return formatNumber(value)
  if (value instanceof DotnetChar) return value.text
  if (value instanceof DotnetEnum) return value.name
  return textOfObject(value)
}

function textOfObject(value: unknown): string {
  if (value instanceof DotnetException) return `${value.typeName}: ${value.message}`
  return isWritten(value) ? value.toString() : typeNameOf(value)
}

interface Written {
  toString(): string
}

// Only a class that says how it is written; JavaScript's own texts of objects and bytes are not .NET's.
function isWritten(value: unknown): value is Written {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return Reflect.get(value, 'toString') !== Reflect.get(Object.prototype, 'toString')
}

/** `value.ToString(format)`, or `ToString()` for a value whose type has no formats. */
export function formatValue(value: unknown, format: string | null = null): string {
  if (format === null || format === '') return displayText(value)
  if (isNumeric(value)) return formatNumber(value, format)
  if (value instanceof DotnetEnum) return formatEnum(value, format)
  return isFormattable(value) ? value.format(format) : displayText(value)
}

/** The formats G, F, D and X of an enum. */
function formatEnum(value: DotnetEnum, format: string): string {
  switch (format.toUpperCase()) {
    case 'G':
    case 'F':
      return value.name
    case 'D':
      return String(value.value)
    case 'X':
      return (value.value >>> 0).toString(16).toUpperCase().padStart(8, '0')
    default:
      throw formatError('Format String can be only "G", "g", "X", "x", "F", "f", "D" or "d".')
  }
}

/** Pads to a width: positive to the right side, negative to the left, as `{0,-6}` asks. */
export function alignText(text: string, width: number): string {
  if (Math.abs(width) >= widthMax) throw formatError(badInput)
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

const widthMax = 1_000_000
const badInput = 'Input string was not in a correct format.'
const badIndex =
  'Index (zero based) must be greater than or equal to zero and less than the size of the argument list.'

/**
 * `string.Format(format, args)`: `{index[,alignment][:format]}`, braces doubled to stand for themselves.
 * https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting
 */
export function formatComposite(format: string, values: readonly unknown[]): string {
  let text = ''
  let index = 0
  while (index < format.length) {
    countWork()
    const character = format[index] ?? ''
    if (character !== '{' && character !== '}') {
      text += character
      index += 1
    } else if (format[index + 1] === character) {
      text += character
      index += 2
    } else {
      if (character === '}') throw formatError(badInput)
      const item = readItem(format, index)
      if (item.index >= values.length) throw formatError(badIndex)
      text += alignText(formatValue(values[item.index], item.format), item.width)
      index = item.end
    }
  }
  return text
}

interface FormatItem {
  readonly index: number
  readonly width: number
  readonly format: string | null
  readonly end: number
}

function readItem(text: string, start: number): FormatItem {
  const head = /^\{(\d{1,7}) *(?:, *(-?\d{1,7}) *)?([:}])/.exec(text.slice(start, start + 64))
  if (head === null) throw formatError(badInput)
  const [all, index, width = '0', next] = head
  if (Math.abs(Number(width)) >= widthMax) throw formatError(badInput)
  const bounds = { index: Number(index), width: Number(width) }
  const after = start + all.length
  if (next === '}') return { ...bounds, format: null, end: after }
  return { ...bounds, ...readFormat(text, after) }
}

function readFormat(text: string, start: number): { format: string; end: number } {
  let format = ''
  for (let index = start; index < text.length; index += 1) {
    const character = text[index] ?? ''
    const doubled = (character === '{' || character === '}') && text[index + 1] === character
    if (character === '}' && !doubled) return { format, end: index + 1 }
    if (character === '{' && !doubled) throw formatError(badInput)
    format += character
    if (doubled) index += 1
  }
  throw formatError(badInput)
}
