/** How `xsl:number` writes numbers. https://www.w3.org/TR/xslt-10/#convert */
export interface NumberLayout {
  readonly format: string
  readonly groupingSeparator: string
  /** 0 for none. */
  readonly groupingSize: number
}

interface FormatToken {
  readonly token: string
  /** What stands before it: of all but the first one the separator. */
  readonly before: string
}

/** A list of numbers by a format like `1.a.i`. */
export function formatNumbers(numbers: readonly number[], layout: NumberLayout): string {
  const { tokens, prefix, suffix } = parseFormat(layout.format)
  let text = prefix
  for (const [index, number] of numbers.entries()) {
    const token = tokens[Math.min(index, tokens.length - 1)]
    if (index > 0)
      text += (index < tokens.length ? token?.before : undefined) ?? lastSeparator(tokens)
    text += formatOne(number, token?.token ?? '1', layout)
  }
  return text + suffix
}

function lastSeparator(tokens: readonly FormatToken[]): string {
  return tokens.length > 1 ? (tokens.at(-1)?.before ?? '.') : '.'
}

function parseFormat(format: string): { tokens: FormatToken[]; prefix: string; suffix: string } {
  const pieces = format.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? []
  const tokens: FormatToken[] = []
  let prefix = ''
  let between = ''
  for (const piece of pieces) {
    if (!/^[\p{L}\p{N}]/u.test(piece)) {
      between = piece
      continue
    }
    if (tokens.length === 0) prefix = between
    tokens.push({ token: piece, before: between })
    between = ''
  }
  if (tokens.length === 0)
    return { tokens: [], prefix: between, suffix: between === '' ? '' : between }
  return { tokens, prefix, suffix: between }
}

function formatOne(value: number, token: string, layout: NumberLayout): string {
  const number = Math.round(value)
  switch (number === 0 && /^[AaIi]$/.test(token) ? '1' : token) {
    case 'A':
      return letters(number, 0x41)
    case 'a':
      return letters(number, 0x61)
    case 'I':
      return roman(number)
    case 'i':
      return roman(number).toLowerCase()
    default:
      return digits(number, token, layout)
  }
}

function letters(value: number, first: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(first + ((rest - 1) % 26)) + text
  }
  return text
}

const romanDigits = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
] as const

/** Roman numerals end at 3999; larger numbers are written in digits. */
function roman(value: number): string {
  if (value > 3999) return String(value)
  let rest = value
  let text = ''
  for (const [worth, letter] of romanDigits) {
    while (rest >= worth) {
      text += letter
      rest -= worth
    }
  }
  return text
}

// `001` is three digits wide; `١` counts in its own digits. Anything else counts like `1`.
function digits(value: number, token: string, layout: NumberLayout): string {
  const characters = Array.from(token)
  const zero = zeroOf(characters.at(-1) ?? '1')
  const width = zero === undefined ? 1 : characters.length
  const plain = String(value).padStart(width, '0')
  const grouped = group(plain, layout)
  if (zero === undefined || zero === 0x30) return grouped
  return grouped.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
}

/** The code of the zero of the digits that a one belongs to. */
function zeroOf(one: string): number | undefined {
  if (one === '1') return 0x30
  const code = one.codePointAt(0) ?? 0
  const isOne = /^\p{Nd}$/u.test(one) && (code - 1) % 2 === 0
  return isOne && /^\p{Nd}$/u.test(String.fromCodePoint(code - 1)) ? code - 1 : undefined
}

function group(plain: string, { groupingSeparator, groupingSize }: NumberLayout): string {
  if (groupingSize <= 0 || groupingSeparator === '') return plain
  let text = plain.slice(-groupingSize)
  for (let end = plain.length - groupingSize; end > 0; end -= groupingSize) {
    text = plain.slice(Math.max(0, end - groupingSize), end) + groupingSeparator + text
  }
  return text
}
