import { fractionDigits, keepDigits, roundDigits, wholeDigits, type Digits } from './digits.ts'
import { countWork } from './work-limit.ts'

type Token =
  | { readonly type: 'digit'; readonly zero: boolean }
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'point' | 'comma' }
  | {
      readonly type: 'exponent'
      readonly letter: string
      readonly plus: boolean
      readonly digits: number
    }

/** What the tokens of one section ask for. */
interface Layout {
  readonly tokens: readonly Token[]
  readonly wholeZeros: number
  readonly wholePlaces: number
  readonly fractionPlaces: number
  readonly fractionZeros: number
  readonly group: boolean
  readonly thousandsDivisions: number
  readonly shift: number
  readonly exponent: boolean
}

/**
 * A number by a custom format such as `#,##0.00;(#,##0.00);zero`.
 * https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings
 */
export function formatCustomNumber(value: Digits, format: string): string {
  const sections = splitSections(format)
  const wanted = value.digits === '' ? 2 : value.negative ? 1 : 0
  const index = (sections[wanted] ?? '') === '' ? 0 : wanted
  const layout = layoutOf(tokensOf(sections[index] ?? ''))
  const rounded = roundFor(layout, value)
  if (rounded.digits === '' && value.digits !== '' && sections.length > 2) {
    return applyLayout(layoutOf(tokensOf(sections[2] ?? '')), rounded)
  }
  const sign = value.negative && index === 0 && rounded.digits !== '' ? '-' : ''
  return sign + applyLayout(layout, rounded)
}

function splitSections(format: string): string[] {
  const sections = ['']
  const pattern = /\\[^]|'[^']*'?|"[^"]*"?|;|[^]/g
  for (const [piece] of format.matchAll(pattern)) {
    countWork()
    if (piece === ';') sections.push('')
    else sections[sections.length - 1] += piece
  }
  return sections
}

function tokensOf(section: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\\([^])|'([^']*)'?|"([^"]*)"?|([eE])([+-]?)(0+)|[^]/g
  for (const match of section.matchAll(pattern)) {
    countWork()
    const [piece, escaped, single, double, letter, sign, zeros] = match
    if (letter !== undefined && zeros !== undefined) {
      tokens.push({ type: 'exponent', letter, plus: sign === '+', digits: zeros.length })
    } else if (escaped !== undefined) tokens.push({ type: 'literal', text: escaped })
    else if (single !== undefined) tokens.push({ type: 'literal', text: single })
    else if (double !== undefined) tokens.push({ type: 'literal', text: double })
    else tokens.push(simpleToken(piece))
  }
  return tokens
}

function simpleToken(piece: string): Token {
  switch (piece) {
    case '0':
      return { type: 'digit', zero: true }
    case '#':
      return { type: 'digit', zero: false }
    case '.':
      return { type: 'point' }
    case ',':
      return { type: 'comma' }
    default:
      return { type: 'literal', text: piece === '\\' ? '' : piece }
  }
}

function layoutOf(tokens: readonly Token[]): Layout {
  const point = tokens.findIndex((token) => token.type === 'point')
  const whole = point < 0 ? tokens : tokens.slice(0, point)
  const wholeDigitTokens = whole.filter((token) => token.type === 'digit')
  const firstZero = wholeDigitTokens.findIndex((token) => token.zero)
  const fraction = point < 0 ? [] : tokens.slice(point).filter((token) => token.type === 'digit')
  const lastZero = fraction.findLastIndex((token) => token.zero)
  const percents = literalCount(tokens, '%')
  const permilles = literalCount(tokens, '‰')
  return {
    tokens,
    wholePlaces: wholeDigitTokens.length,
    wholeZeros: firstZero < 0 ? 0 : wholeDigitTokens.length - firstZero,
    fractionPlaces: fraction.length,
    fractionZeros: lastZero + 1,
    ...commasOf(whole),
    shift: percents * 2 + permilles * 3,
    exponent: tokens.some((token) => token.type === 'exponent'),
  }
}

// A comma between digits groups; commas after the last digit before the point divide by a thousand each.
function commasOf(whole: readonly Token[]): { group: boolean; thousandsDivisions: number } {
  const first = whole.findIndex((token) => token.type === 'digit')
  const last = whole.findLastIndex((token) => token.type === 'digit')
  const isComma = (token: Token): boolean => token.type === 'comma'
  return {
    group: whole.slice(Math.max(first, 0), Math.max(last, 0)).some(isComma),
    thousandsDivisions: last < 0 ? 0 : whole.slice(last).filter(isComma).length,
  }
}

function literalCount(tokens: readonly Token[], text: string): number {
  return tokens.filter((token) => token.type === 'literal' && token.text === text).length
}

function roundFor(layout: Layout, value: Digits): Digits {
  if (value.digits === '') return value
  if (layout.exponent) return keepDigits(value, layout.wholePlaces + layout.fractionPlaces)
  const point = value.point + layout.shift - layout.thousandsDivisions * 3
  return roundDigits({ ...value, point }, layout.fractionPlaces)
}

function applyLayout(layout: Layout, value: Digits): string {
  const exponent = layout.exponent ? exponentOf(layout, value) : 0
  const shown = layout.exponent ? { ...value, point: value.point - exponent } : value
  const whole = wholeText(layout, shown)
  const fraction = fractionText(layout, shown)
  const output = new SectionOutput(layout, whole, fraction)
  return output.write(exponent)
}

function exponentOf(layout: Layout, value: Digits): number {
  return value.digits === '' ? 0 : value.point - layout.wholePlaces
}

function wholeText(layout: Layout, value: Digits): string {
  const digits = wholeDigits(value)
  return (digits === '0' ? '' : digits).padStart(layout.wholeZeros, '0')
}

function fractionText(layout: Layout, value: Digits): string {
  const digits = fractionDigits(value, layout.fractionPlaces)
  const shown = digits.replace(/0+$/, '')
  return shown.padEnd(layout.fractionZeros, '0')
}

/** Writes one number into the places of a section. */
class SectionOutput {
  readonly #layout: Layout
  readonly #whole: string
  readonly #fraction: string
  #wholePlacesLeft: number
  #wholeWritten = 0
  #fractionWritten = 0

  constructor(layout: Layout, whole: string, fraction: string) {
    this.#layout = layout
    this.#whole = whole
    this.#fraction = fraction
    this.#wholePlacesLeft = layout.wholePlaces
  }

  write(exponent: number): string {
    let text = ''
    let afterPoint = false
    for (const token of this.#layout.tokens) {
      countWork()
      switch (token.type) {
        case 'literal':
          text += token.text
          break
        case 'digit':
          text += afterPoint ? this.#nextFraction() : this.#nextWhole()
          break
        case 'point':
          if (!afterPoint) text += this.#point()
          afterPoint = true
          break
        case 'comma':
          break
        case 'exponent':
          text += exponentText(exponent, token)
          break
      }
    }
    return text
  }

  #point(): string {
    const rest = this.#layout.wholePlaces === 0 ? this.#grouped(this.#whole.length) : ''
    return this.#fraction === '' ? rest : `${rest}.`
  }

  // The first place takes all digits that there are more than places.
  #nextWhole(): string {
    this.#wholePlacesLeft -= 1
    const upTo = this.#whole.length - this.#wholePlacesLeft
    return upTo > this.#wholeWritten ? this.#grouped(upTo - this.#wholeWritten) : ''
  }

  #grouped(count: number): string {
    let text = ''
    for (let index = 0; index < count; index += 1) {
      const position = this.#whole.length - this.#wholeWritten
      if (this.#layout.group && this.#wholeWritten > 0 && position % 3 === 0) text += ','
      text += this.#whole[this.#wholeWritten] ?? ''
      this.#wholeWritten += 1
    }
    return text
  }

  #nextFraction(): string {
    const digit = this.#fraction[this.#fractionWritten] ?? ''
    this.#fractionWritten += 1
    return digit
  }
}

function exponentText(
  exponent: number,
  token: { letter: string; plus: boolean; digits: number },
): string {
  const sign = exponent < 0 ? '-' : token.plus ? '+' : ''
  return `${token.letter}${sign}${Math.abs(exponent).toString().padStart(token.digits, '0')}`
}
