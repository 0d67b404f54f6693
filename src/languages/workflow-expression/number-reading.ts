/** Numbers in texts, as `Double.Parse` and `Decimal.Parse` read them in a culture. */
import { decimalFromDigits, type Decimal } from '../dotnet/decimal.ts'
import { DotnetException } from '../dotnet/exceptions.ts'
import type { Culture } from './culture.ts'
import { numberCharactersMax } from './limits.ts'

/** What a text may have beside digits, a sign before them and blanks around. */
export interface NumberStyle {
  readonly exponent: boolean
  readonly trailingSign: boolean
}

interface Digits {
  readonly sign: '' | '-'
  readonly whole: string
  readonly fraction: string
  readonly exponent: string
}

function readDigits(text: string, style: NumberStyle, { numbers }: Culture): Digits | undefined {
  if (text.length > numberCharactersMax) return undefined
  const group = /\s/.test(numbers.group) ? '[\\s\\u00a0\\u202f]' : escapeSign(numbers.group)
  const pattern = new RegExp(
    `^([+-]?)(\\d(?:\\d|${group})*|)(?:${escapeSign(numbers.point)}(\\d*))?(?:[eE]([+-]?\\d+))?([+-]?)$`,
  )
  const [, before = '', whole = '', fraction = '', exponent, after = ''] =
    pattern.exec(text.trim()) ?? []
  const digits = whole.replaceAll(/\D/g, '')
  if (digits + fraction === '' || (before !== '' && after !== '')) return undefined
  if ((exponent !== undefined && !style.exponent) || (after !== '' && !style.trailingSign)) {
    return undefined
  }
  const sign = before === '-' || after === '-' ? '-' : ''
  return { sign, whole: digits, fraction, exponent: exponent ?? '0' }
}

function escapeSign(sign: string): string {
  return sign.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A double in a text; NaN and infinity by their names. */
export function readDouble(text: string, style: NumberStyle, culture: Culture): number | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'nan' || word === '-nan' || word === '+nan') return NaN
  const { infinity } = culture.numbers
  if (word === infinity.toLowerCase() || word === `+${infinity.toLowerCase()}`) return Infinity
  if (word === `-${infinity.toLowerCase()}`) return -Infinity
  const digits = readDigits(text, style, culture)
  if (digits === undefined) return undefined
  const { sign, whole, fraction, exponent } = digits
  return Number(`${sign}${whole || '0'}.${fraction || '0'}e${exponent}`)
}

/** A decimal in a text. */
export function readDecimal(text: string, culture: Culture): Decimal | undefined {
  const digits = readDigits(text, { exponent: false, trailingSign: true }, culture)
  if (digits === undefined) return undefined
  const size = BigInt(digits.whole + digits.fraction)
  try {
    return decimalFromDigits(digits.sign === '-' ? -size : size, -digits.fraction.length)
  } catch (error) {
    if (error instanceof DotnetException) return undefined
    throw error
  }
}
