import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { type Value, toText } from './values.ts'

/**
 * Composite formatting as .NET does it for the values that templates have.
 * https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting
 */
export function formatText(text: string, values: readonly Value[], at: SourcePosition): string {
  return text.replaceAll(
    itemPattern,
    (match, index: string | undefined, width: string, form: string) => {
      if (match === '{{') return '{'
      if (match === '}}') return '}'
      if (index === undefined) throw new SourceError('InvalidTemplate', badFormat, at)
      const value = values[Number(index)]
      if (value === undefined) throw new SourceError('InvalidTemplate', badFormat, at)
      return pad(formatValue(value, form, at), Number(width || 0))
    },
  )
}

const itemPattern = /\{\{|\}\}|\{(\d+)\s*(?:,\s*(-?\d+))?\s*(?::([^{}]*))?\}|[{}]/g
const badFormat =
  'format: the input string was not in a correct format, or an index is outside the list of arguments.'

function pad(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

function formatValue(value: Value, form: string | undefined, at: SourcePosition): string {
  return form && typeof value === 'number' ? formatNumber(value, form, at) : toText(value, at)
}

/** https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings */
function formatNumber(value: number, form: string, at: SourcePosition): string {
  const standard = /^([A-Za-z])(\d{0,2})$/.exec(form)
  if (!standard) return customNumber(value, form, at)
  const [, letter = '', digits = ''] = standard
  const precision = digits === '' ? undefined : Number(digits)
  switch (letter.toUpperCase()) {
    case 'D':
      return sign(value) + String(Math.abs(Math.trunc(value))).padStart(precision ?? 0, '0')
    case 'F':
      return value.toFixed(precision ?? 2)
    case 'G':
    case 'R':
      return String(value)
    case 'N':
      return grouped(value, precision ?? 2)
    case 'P':
      return `${grouped(value * 100, precision ?? 2)} %`
    case 'X': {
      const hex = BigInt.asUintN(value < 0 ? 64 : 63, BigInt(Math.trunc(value))).toString(16)
      return (letter === 'X' ? hex.toUpperCase() : hex).padStart(precision ?? 0, '0')
    }
    case 'B':
      return value.toString(2).padStart(precision ?? 0, '0')
    case 'C':
      return `${sign(value)}¤${grouped(Math.abs(value), precision ?? 2)}`
    case 'E': {
      const [mantissa = '', exponent = ''] = value.toExponential(precision ?? 6).split('e')
      const power = Math.abs(Number(exponent)).toString().padStart(3, '0')
      return `${mantissa}${letter}${exponent.startsWith('-') ? '-' : '+'}${power}`
    }
    default:
      throw new SourceError('InvalidTemplate', `format: "${form}" is not a number format.`, at)
  }
}

function sign(value: number): string {
  return value < 0 ? '-' : ''
}

function grouped(value: number, precision: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(precision).split('.')
  const text = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return sign(value) + (fraction === undefined ? text : `${text}.${fraction}`)
}

/** https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings */
function customNumber(value: number, form: string, at: SourcePosition): string {
  const match = /^([^0#,.]*)([0#,]*)(?:\.([0#]*))?([^0#]*)$/.exec(form)
  if (!match) {
    throw new SourceError('InvalidTemplate', `format: "${form}" is not a number format.`, at)
  }
  const [, prefix = '', wholeForm = '', fractionForm = '', suffix = ''] = match
  const scaled = suffix.includes('%') || prefix.includes('%') ? value * 100 : value
  const [whole = '', fraction = ''] = Math.abs(scaled).toFixed(fractionForm.length).split('.')
  const least = wholeForm.replaceAll(/[#,]/g, '').length
  const digits = (whole === '0' ? '' : whole).padStart(least, '0')
  const text = wholeForm.includes(',') ? digits.replaceAll(/\B(?=(\d{3})+$)/g, ',') : digits
  const needed = fractionForm.lastIndexOf('0') + 1
  const kept = fraction.slice(0, needed) + fraction.slice(needed).replace(/0+$/, '')
  return sign(scaled) + prefix + text + (kept === '' ? '' : `.${kept}`) + suffix
}
