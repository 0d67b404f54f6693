import { numberText } from '../xpath/values.ts'

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

interface Picture {
  readonly prefix: string
  readonly suffix: string
  readonly integerLeast: number
  readonly fractionLeast: number
  readonly fractionMost: number
  /** Digits between separators; 0 for none. */
  readonly group: number
  readonly factor: number
  /** The separator is written even where no digit follows: `0.`. */
  readonly showsPoint: boolean
}

/** A number by a picture like `#,##0.00`. https://www.w3.org/TR/xslt-10/#format-number */
export function formatDecimal(value: number, picture: string, format: DecimalFormat): string {
  if (Number.isNaN(value)) return format.nan
  const separator = picture.indexOf(format.patternSeparator)
  const positive = parsePicture(separator < 0 ? picture : picture.slice(0, separator), format)
  const text = numberPart(Math.abs(value), positive, format)
  if (value >= 0) return positive.prefix + text + positive.suffix
  // The second part of a picture gives only what stands around a negative number.
  const negative = parsePicture(separator < 0 ? '' : picture.slice(separator + 1), format)
  const isSame = negative.prefix === positive.prefix && negative.suffix === positive.suffix
  if (separator < 0 || isSame) return format.minusSign + positive.prefix + text + positive.suffix
  return negative.prefix + text + negative.suffix
}

function parsePicture(picture: string, format: DecimalFormat): Picture {
  const active = new Set([
    format.digit,
    format.zeroDigit,
    format.decimalSeparator,
    format.groupingSeparator,
  ])
  const characters = Array.from(picture)
  const start = characters.findIndex((character) => active.has(character))
  const end = characters.findLastIndex((character) => active.has(character)) + 1
  const [prefix, body, suffix] =
    start < 0
      ? [picture, [], '']
      : [
          characters.slice(0, start).join(''),
          characters.slice(start, end),
          characters.slice(end).join(''),
        ]
  const point = body.indexOf(format.decimalSeparator)
  const whole = point < 0 ? body : body.slice(0, point)
  const fraction = point < 0 ? [] : body.slice(point + 1)
  const lastGroup = whole.lastIndexOf(format.groupingSeparator)
  const affixes = prefix + suffix
  const zeros = body.filter((character) => character === format.zeroDigit).length
  return {
    prefix: unquoted(prefix),
    suffix: unquoted(suffix),
    // A picture without zeros has one before the separator, or behind one that nothing precedes.
    integerLeast:
      zeros === 0 && point > 0
        ? 1
        : whole.filter((character) => character === format.zeroDigit).length,
    fractionLeast:
      zeros === 0 && point === 0
        ? Math.min(1, fraction.length)
        : fraction.filter((character) => character === format.zeroDigit).length,
    fractionMost: fraction.filter(
      (character) => character === format.zeroDigit || character === format.digit,
    ).length,
    showsPoint: point >= 0 && fraction.length === 0,
    group: lastGroup < 0 ? 0 : whole.length - lastGroup - 1,
    factor: affixes.includes(format.percent) ? 100 : affixes.includes(format.perMille) ? 1000 : 1,
  }
}

// An apostrophe quotes a character that would mean something.
function unquoted(text: string): string {
  return text.replaceAll(/'([^']*)'/g, (_all, inside: string) => (inside === '' ? "'" : inside))
}

function numberPart(value: number, picture: Picture, format: DecimalFormat): string {
  const scaled = value * picture.factor
  if (scaled === Infinity) return format.infinity
  const [wholeDigits = '', fractionDigits = ''] = roundedDigits(scaled, picture.fractionMost)
  const whole = wholeDigits.replace(/^0+/, '').padStart(picture.integerLeast, '0')
  let fraction = fractionDigits
  while (fraction.length > picture.fractionLeast && fraction.endsWith('0'))
    fraction = fraction.slice(0, -1)
  fraction = fraction.padEnd(picture.fractionLeast, '0')
  const least = whole === '' && fraction === '' ? '0' : whole
  const grouped = picture.group > 0 ? groupDigits(least, picture.group, format) : least
  const point = fraction === '' && !picture.showsPoint ? '' : format.decimalSeparator
  const text = grouped + point + fraction
  return localized(text, format)
}

// Halves go away from zero, as in .NET.
function roundedDigits(value: number, places: number): readonly string[] {
  const [whole = '0', fraction = ''] = numberText(value).split('.')
  if (fraction.length <= places) return [whole, fraction]
  const kept = whole + fraction.slice(0, places)
  const rest = fraction.slice(places)
  const isUp = rest >= '5'
  const digits = (BigInt(kept) + (isUp ? 1n : 0n)).toString().padStart(kept.length, '0')
  return places === 0 ? [digits, ''] : [digits.slice(0, -places), digits.slice(-places)]
}

function groupDigits(digits: string, size: number, format: DecimalFormat): string {
  let grouped = digits.slice(-size)
  for (let end = digits.length - size; end > 0; end -= size) {
    grouped = digits.slice(Math.max(0, end - size), end) + format.groupingSeparator + grouped
  }
  return grouped
}

function localized(text: string, { zeroDigit }: DecimalFormat): string {
  if (zeroDigit === '0') return text
  const zero = zeroDigit.codePointAt(0) ?? 0x30
  return text.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
}
