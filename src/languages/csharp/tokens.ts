import { FaultAtOffset } from './csharp-error.ts'
import { readNumber, type NumberLiteral } from './number-literal.ts'
import { findHoleEnd } from './source-scan.ts'

/** A piece of an interpolated string: text, or the range of an expression with its format. */
export type InterpolationPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'hole'
      readonly start: number
      readonly end: number
      readonly format: string | undefined
    }

/** A lexeme of C# with its place in the text. */
export interface Token {
  readonly kind:
    | 'identifier'
    | 'keyword'
    | 'number'
    | 'char'
    | 'string'
    | 'interpolated'
    | 'punctuation'
    | 'end'
  /** The name, keyword or punctuation; the value of a string or character. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly number?: NumberLiteral
  readonly parts?: readonly InterpolationPart[]
}

const keywords = new Set(
  (
    'abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else ' +
    'enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock ' +
    'long namespace new null object operator out override params private protected public readonly ref return sbyte sealed ' +
    'short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using ' +
    'virtual void volatile while'
  ).split(' '),
)

const punctuation = [
  '<<=',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<',
  '->',
  '::',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
  ';',
  ':',
  '?',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '!',
  '~',
]

const identifierStart = /[\p{L}\p{Nl}_]/u
const identifierPart = /[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Cf}]/u

const escapes: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  '\\': '\\',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The tokens of a range of a text, with an `end` token last. */
export function tokenize(text: string, start = 0, end = text.length): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(text, start, end)
  while (at < end) {
    const token = readToken(text, at)
    tokens.push(token)
    at = skipSpace(text, token.end, end)
  }
  tokens.push({ kind: 'end', text: '', start: end, end })
  return tokens
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start
  for (;;) {
    while (at < end && /\s/.test(text.charAt(at))) at += 1
    if (text.startsWith('//', at) && at < end) {
      const line = text.indexOf('\n', at)
      at = line === -1 || line > end ? end : line
    } else if (text.startsWith('/*', at) && at < end) {
      const close = text.indexOf('*/', at + 2)
      if (close === -1) throw new FaultAtOffset('CS1035', 'End-of-file found, "*/" expected.', at)
      at = close + 2
    } else return at
  }
}

function readToken(text: string, at: number): Token {
  const ch = text.charAt(at)
  const next = text.charAt(at + 1)
  if (ch === '"') return readString(text, at)
  if (ch === "'") return readCharacter(text, at)
  if (ch === '@' && next === '"') return readVerbatim(text, at)
  if (ch === '$' && next === '"')
    return readInterpolated(text, at, { from: at + 2, isVerbatim: false })
  if (ch === '$' && text.startsWith('@"', at + 1)) {
    return readInterpolated(text, at, { from: at + 3, isVerbatim: true })
  }
  if (/\d/.test(ch) || (ch === '.' && /\d/.test(next))) {
    const { literal, end } = readNumber(text, at)
    return { kind: 'number', text: text.slice(at, end), start: at, end, number: literal }
  }
  if (identifierStart.test(ch) || (ch === '@' && identifierStart.test(next)))
    return readWord(text, at)
  const found = punctuation.find((mark) => text.startsWith(mark, at))
  if (found === undefined) throw new FaultAtOffset('CS1056', `Unexpected character '${ch}'.`, at)
  // `a?.5:b` is a conditional with a number, not a null-conditional access.
  const mark = found === '?.' && /\d/.test(text.charAt(at + 2)) ? '?' : found
  return { kind: 'punctuation', text: mark, start: at, end: at + mark.length }
}

function readWord(text: string, start: number): Token {
  const isEscaped = text[start] === '@'
  const from = isEscaped ? start + 1 : start
  let end = from + 1
  while (end < text.length && identifierPart.test(text.charAt(end))) end += 1
  const word = text.slice(from, end)
  const kind = !isEscaped && keywords.has(word) ? 'keyword' : 'identifier'
  return { kind, text: word, start, end }
}

function readString(text: string, start: number): Token {
  let value = ''
  let at = start + 1
  while (text[at] !== '"') {
    if (at >= text.length || text[at] === '\n') {
      throw new FaultAtOffset('CS1010', 'Newline in constant.', start)
    }
    const piece = readPiece(text, at)
    value += piece.value
    at = piece.end
  }
  return { kind: 'string', text: value, start, end: at + 1 }
}

function readCharacter(text: string, start: number): Token {
  if (text[start + 1] === "'") throw new FaultAtOffset('CS1011', 'Empty character literal.', start)
  if (start + 1 >= text.length || text[start + 1] === '\n') {
    throw new FaultAtOffset('CS1010', 'Newline in constant.', start)
  }
  const piece = readPiece(text, start + 1)
  if (text[piece.end] !== "'" || piece.value.length !== 1) {
    throw new FaultAtOffset('CS1012', 'Too many characters in character literal.', start)
  }
  return { kind: 'char', text: piece.value, start, end: piece.end + 1 }
}

function readPiece(text: string, at: number): { value: string; end: number } {
  if (text[at] !== '\\') return { value: text.charAt(at), end: at + 1 }
  const letter = text.charAt(at + 1)
  const simple = escapes[letter]
  if (simple !== undefined) return { value: simple, end: at + 2 }
  const hex = /^(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{1,4}))/.exec(
    text.slice(at + 1, at + 10),
  )
  const digits = hex?.[1] ?? hex?.[2] ?? hex?.[3]
  const code = digits === undefined ? Number.NaN : Number.parseInt(digits, 16)
  if (hex === null || !(code <= 0x10_ff_ff)) {
    throw new FaultAtOffset('CS1009', 'Unrecognized escape sequence.', at)
  }
  return { value: String.fromCodePoint(code), end: at + 1 + hex[0].length }
}

function readVerbatim(text: string, start: number): Token {
  let value = ''
  let at = start + 2
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) throw new FaultAtOffset('CS1039', 'Unterminated string literal.', start)
    value += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') return { kind: 'string', text: value, start, end: at }
    value += '"'
    at += 1
  }
}

function readInterpolated(
  text: string,
  start: number,
  options: { readonly from: number; readonly isVerbatim: boolean },
): Token {
  const parts: InterpolationPart[] = []
  let literal = ''
  let at = options.from
  for (;;) {
    const ch = text.charAt(at)
    if (at >= text.length || (ch === '\n' && !options.isVerbatim)) {
      throw new FaultAtOffset('CS1039', 'Unterminated string literal.', start)
    }
    if (ch === '"' && !(options.isVerbatim && text[at + 1] === '"')) break
    if (ch === '{' && text[at + 1] !== '{') {
      if (literal !== '') parts.push({ kind: 'text', text: literal })
      literal = ''
      const hole = readHole(text, at + 1)
      parts.push(hole.part)
      at = hole.next
    } else {
      const piece = readInterpolatedText(text, at, options.isVerbatim)
      literal += piece.value
      at = piece.end
    }
  }
  if (literal !== '') parts.push({ kind: 'text', text: literal })
  return { kind: 'interpolated', text: '', start, end: at + 1, parts }
}

function readInterpolatedText(
  text: string,
  at: number,
  isVerbatim: boolean,
): { value: string; end: number } {
  const ch = text.charAt(at)
  if (ch === '"' || ch === '{') return { value: ch, end: at + 2 }
  if (ch === '}') {
    if (text[at + 1] === '}') return { value: '}', end: at + 2 }
    throw new FaultAtOffset(
      'CS8086',
      "A '}' character must be escaped (by doubling) in an interpolated string.",
      at,
    )
  }
  return isVerbatim ? { value: ch, end: at + 1 } : readPiece(text, at)
}

function readHole(text: string, start: number): { part: InterpolationPart; next: number } {
  const end = findHoleEnd(text, start)
  const close = end === -1 ? -1 : text.indexOf('}', end)
  if (close === -1)
    throw new FaultAtOffset(
      'CS8076',
      'Missing close delimiter for an interpolated expression.',
      start,
    )
  const format = text[end] === ':' ? text.slice(end + 1, close) : undefined
  if (format === '') throw new FaultAtOffset('CS8089', 'Empty format specifier.', end)
  return { part: { kind: 'hole', start, end, format: unescapeFormat(format) }, next: close + 1 }
}

function unescapeFormat(format: string | undefined): string | undefined {
  if (!format?.includes('\\')) return format
  let value = ''
  for (let at = 0; at < format.length;) {
    const piece = readPiece(format, at)
    value += piece.value
    at = piece.end
  }
  return value
}
