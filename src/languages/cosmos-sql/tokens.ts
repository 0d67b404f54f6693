import { CosmosSqlError } from './cosmos-sql-error.ts'

/** One word, number, text or sign of a query. */
export interface Token {
  readonly kind: 'keyword' | 'identifier' | 'parameter' | 'number' | 'string' | 'sign' | 'end'
  /** As written, but keywords in upper case. */
  readonly text: string
  /** What a `number` or `string` stands for. */
  readonly value: string | number
  readonly start: number
  readonly end: number
}

// https://learn.microsoft.com/azure/cosmos-db/nosql/query/keywords
const keywords = new Set(
  [
    'AND ARRAY AS ASC BETWEEN BY DESC DISTINCT ESCAPE EXISTS FROM GROUP IN JOIN LIKE LIMIT NOT OFFSET',
    'OR ORDER SELECT TOP VALUE WHERE',
  ]
    .join(' ')
    .split(' '),
)

// These are words of the language only as written here; `True` is a name.
const literalWords = new Set(['true', 'false', 'null', 'undefined', 'udf'])

const spacePattern = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y
const wordPattern = /[A-Za-z_][A-Za-z_0-9]*/y
const parameterPattern = /@[A-Za-z_0-9]+/y
const numberPattern = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y
const signPattern = /<>|<=|>=|!=|<<|>>>|>>|\?\?|\|\||[-+*/%=<>&|^~?:.,()[\]{}]/y
const stringPattern = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y

/** Cuts the text of a query into tokens; the last one has the kind `end`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let offset = skipSpace(text, 0)
  while (offset < text.length) {
    const token = tokenAt(text, offset)
    tokens.push(token)
    offset = skipSpace(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', value: '', start: text.length, end: text.length })
  return tokens
}

function skipSpace(text: string, offset: number): number {
  return offset + (matchAt(spacePattern, text, offset)?.length ?? 0)
}

function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text)?.[0]
}

function tokenAt(text: string, start: number): Token {
  const word = matchAt(wordPattern, text, start)
  if (word !== undefined) return wordToken(word, start)
  const parameter = matchAt(parameterPattern, text, start)
  if (parameter !== undefined) return plainToken('parameter', parameter, start)
  const number = matchAt(numberPattern, text, start)
  if (number !== undefined) return { ...plainToken('number', number, start), value: Number(number) }
  const quoted = matchAt(stringPattern, text, start)
  if (quoted !== undefined) return stringToken(text, quoted, start)
  const sign = matchAt(signPattern, text, start)
  if (sign !== undefined) return plainToken('sign', sign, start)
  throw unreadable(text, start)
}

function plainToken(kind: Token['kind'], text: string, start: number): Token {
  return { kind, text, value: text, start, end: start + text.length }
}

function wordToken(word: string, start: number): Token {
  const upper = word.toUpperCase()
  if (keywords.has(upper)) return { ...plainToken('keyword', upper, start), value: word }
  return plainToken(literalWords.has(word) ? 'keyword' : 'identifier', word, start)
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function stringToken(text: string, quoted: string, start: number): Token {
  const value = quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    const character = escapes[escape]
    if (character !== undefined) return character
    throw invalidString(text, start, start + quoted.length)
  })
  return { ...plainToken('string', quoted, start), value }
}

function unreadable(text: string, start: number): CosmosSqlError {
  const character = text.charAt(start)
  if (character === '"' || character === "'") return invalidString(text, start, text.length)
  const message = `Syntax error, invalid token '${character}'.`
  return new CosmosSqlError('SC1010', message, { text, start, end: start + 1 })
}

function invalidString(text: string, start: number, end: number): CosmosSqlError {
  const message = `Syntax error, invalid string literal token '${text.slice(start, end)}'.`
  return new CosmosSqlError('SC1012', message, { text, start, end })
}
