import {
  digitsOfReal,
  fractionDigits,
  roundDigits,
  wholeDigits,
  type Digits,
} from '../dotnet/digits.ts'

/** The characters that `format-number()` uses. https://www.w3.org/TR/xslt-10/#format-number */
export interface DecimalFormat {
  readonly decimalSeparator: string
  readonly groupingSeparator: string
  readonly infinity: string
  readonly minusSign: string
  readonly nan: string
  readonly percent: string
  readonly perMille: string
  readonly zeroDigit: string
  readonly digit: string
  readonly patternSeparator: string
}

/** What a stylesheet has without `xsl:decimal-format`. */
export const defaultDecimalFormat: DecimalFormat = {
  decimalSeparator: '.',
  groupingSeparator: ',',
  infinity: 'Infinity',
  minusSign: '-',
  nan: 'NaN',
  percent: '%',
  perMille: '\u2030',
  zeroDigit: '0',
  digit: '#',
  patternSeparator: ';',
}

/** A picture that says nothing, or two things at once. */
export class PictureFault extends Error {
  override readonly name = 'PictureFault'
}

/**
 * A number by a picture like `#,##0.00`, as .NET reads it: `#` writes nothing for zero, a part behind `;` is a picture of its
 * own for negative numbers, 15 digits count. https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings
 */
export function formatDecimal(value: number, picture: string, format: DecimalFormat): string {
  const [positive, negative] = parsePicture(picture, format)
  if (Number.isNaN(value)) return format.nan
  if (!Number.isFinite(value)) return (value < 0 ? format.minusSign : '') + format.infinity
  const section = value < 0 && negative !== undefined ? negative : positive
  const digits = digitsOfReal(Math.abs(value), 15)
  const shifted = digits.digits === '' ? digits : { ...digits, point: digits.point + section.shift }
  const rounded = roundDigits(shifted, section.fractionPlaces)
  const isMarked = value < 0 && section === positive && rounded.digits !== ''
  return (isMarked ? format.minusSign : '') + writeSection(section, rounded, format)
}

type Token =
  | { readonly kind: 'digit'; readonly isZero: boolean }
  | { readonly kind: 'point' | 'comma' }
  | { readonly kind: 'literal'; readonly text: string }

interface Section {
  readonly tokens: readonly Token[]
  readonly wholePlaces: number
  readonly wholeZeros: number
  readonly fractionPlaces: number
  readonly fractionZeros: number
  /** Digits between separators; 0 for none. */
  readonly group: number
  /** Places that `%` and the sign of per mille move the point. */
  readonly shift: number
}

function parsePicture(
  picture: string,
  format: DecimalFormat,
): readonly [Section, Section | undefined] {
  if (picture === '') throw new PictureFault('Format cannot be empty.')
  const sections: Token[][] = [[]]
  let shifts = [0]
  for (const piece of picture.match(/'[^']*'?|[^]/gu) ?? []) {
    const tokens = sections.at(-1) ?? []
    if (piece === format.patternSeparator) {
      if (sections.length > 1)
        throw new PictureFault(`Format '${picture}' has two pattern separators.`)
      sections.push([])
      shifts = [...shifts, 0]
      continue
    }
    tokens.push(tokenOf(piece, format))
    const moved = piece === format.percent ? 2 : piece === format.perMille ? 3 : 0
    shifts[shifts.length - 1] = (shifts.at(-1) ?? 0) + moved
  }
  const [first, second] = sections.map((tokens, index) =>
    sectionOf(tokens, shifts[index] ?? 0, picture),
  )
  if (first === undefined) throw new PictureFault('Format cannot be empty.')
  return [first, second]
}

// An apostrophe quotes characters that would mean something.
function tokenOf(piece: string, format: DecimalFormat): Token {
  if (piece.startsWith("'")) return { kind: 'literal', text: piece.replaceAll("'", '') }
  if (piece === format.digit) return { kind: 'digit', isZero: false }
  if (piece === format.zeroDigit) return { kind: 'digit', isZero: true }
  if (piece === format.decimalSeparator) return { kind: 'point' }
  if (piece === format.groupingSeparator) return { kind: 'comma' }
  return { kind: 'literal', text: piece }
}

function sectionOf(tokens: readonly Token[], shift: number, picture: string): Section {
  const point = tokens.findIndex(({ kind }) => kind === 'point')
  if (tokens.findLastIndex(({ kind }) => kind === 'point') !== point)
    throw new PictureFault(`Format '${picture}' cannot have two decimal separators.`)
  const whole = digitTokens(point < 0 ? tokens : tokens.slice(0, point))
  const fraction = point < 0 ? [] : digitTokens(tokens.slice(point))
  if (whole.length + fraction.length === 0)
    throw new PictureFault('Format string should have at least one digit or zero digit.')
  const firstZero = whole.indexOf(true)
  if (firstZero >= 0 && whole.includes(false, firstZero)) {
    throw new PictureFault(
      `Format '${picture}' cannot have digit symbol after zero digit symbol before decimal point.`,
    )
  }
  if (fraction.lastIndexOf(true) > fraction.indexOf(false) && fraction.includes(false)) {
    throw new PictureFault(
      `Format '${picture}' cannot have zero digit symbol after digit symbol after decimal point.`,
    )
  }
  return {
    tokens,
    wholePlaces: whole.length,
    wholeZeros: firstZero < 0 ? 0 : whole.length - firstZero,
    fractionPlaces: fraction.length,
    fractionZeros: fraction.filter((isZero) => isZero).length,
    group: groupOf(tokens, point),
    shift,
  }
}

function digitTokens(tokens: readonly Token[]): boolean[] {
  return tokens.flatMap((token) => (token.kind === 'digit' ? [token.isZero] : []))
}

// The last separator says how many digits a group has.
function groupOf(tokens: readonly Token[], point: number): number {
  const comma = tokens.findLastIndex(({ kind }) => kind === 'comma')
  const lastDigit = tokens.findLastIndex(({ kind }) => kind === 'digit')
  const size = (point < 0 ? lastDigit + 1 : point) - comma - 1
  return comma <= 0 || size > 9 || size < 1 ? 0 : size
}

function writeSection(section: Section, value: Digits, format: DecimalFormat): string {
  const all = wholeDigits(value)
  const whole = localized((all === '0' ? '' : all).padStart(section.wholeZeros, '0'), format)
  const shown = fractionDigits(value, section.fractionPlaces).replace(/0+$/, '')
  const fraction = localized(shown.padEnd(section.fractionZeros, '0'), format)
  let text = ''
  let written = 0
  let left = section.wholePlaces
  let isFraction = false
  for (const token of section.tokens) {
    if (token.kind === 'literal') text += token.text
    else if (token.kind === 'point') {
      if (section.wholePlaces === 0) text += grouped(whole, 0, { section, format })
      if (fraction.length > 0) text += format.decimalSeparator
      isFraction = true
      written = 0
    } else if (token.kind === 'digit' && isFraction) {
      text += fraction[written] ?? ''
      written += 1
    } else if (token.kind === 'digit') {
      // The first place takes all digits that there are more than places.
      left -= 1
      const end = Math.max(written, whole.length - left)
      text += grouped(whole.slice(0, end), written, { section, format, length: whole.length })
      written = end
    }
  }
  return text
}

function grouped(
  digits: readonly string[],
  start: number,
  how: { readonly section: Section; readonly format: DecimalFormat; readonly length?: number },
): string {
  const { section, format, length = digits.length } = how
  let text = ''
  for (let index = start; index < digits.length; index++) {
    if (section.group > 0 && index > 0 && (length - index) % section.group === 0)
      text += format.groupingSeparator
    text += digits[index] ?? ''
  }
  return text
}

function localized(digits: string, { zeroDigit }: DecimalFormat): readonly string[] {
  const zero = zeroDigit.codePointAt(0) ?? 0x30
  return Array.from(digits, (digit) => String.fromCodePoint(zero + Number(digit)))
}
