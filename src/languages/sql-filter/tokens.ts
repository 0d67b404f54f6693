import { syntaxError } from './sql-filter-error.ts'

export type Token =
  | {
      readonly kind: 'word' | 'name' | 'string' | 'parameter'
      readonly text: string
      readonly at: number
    }
  | { readonly kind: 'integer' | 'double'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol' | 'end'; readonly text: string; readonly at: number }

// In the order of the groups of the pattern.
const kinds = [
  'word',
  'string',
  'quoted',
  'delimited',
  'parameter',
  'double',
  'integer',
  'symbol',
] as const

const pattern = new RegExp(
  [
    String.raw`(\p{L}[_\p{L}\p{Nd}]*)`,
    String.raw`'((?:[^']|'')*)'`,
    String.raw`"((?:[^"]|"")*)"`,
    String.raw`\[((?:[^\]]|\]\])*)\]`,
    String.raw`(@[_\p{L}][_\p{L}\p{Nd}]*)`,
    String.raw`(\d+(?:\.\d*)?[eE][+-]?\d+|\d+\.\d*|\.\d+(?:[eE][+-]?\d+)?)`,
    String.raw`(\d+)`,
    String.raw`(<>|!=|<=|>=|[=<>+\-*/%().,;])`,
  ].join('|'),
  'uy',
)

/** Splits the text of a filter or an action into its words. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const blank = /\s*/y
  for (let at = 0; ;) {
    blank.lastIndex = at
    at += blank.exec(text)?.[0].length ?? 0
    if (at >= text.length) break
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) throw syntaxError(text, at, unreadable(text, at))
    tokens.push(tokenOf(match, at))
    at += match[0].length
  }
  tokens.push({ kind: 'end', text: 'the end', at: text.length })
  return tokens
}

function tokenOf(match: RegExpExecArray, at: number): Token {
  const group = match.findIndex((part, index) => index > 0 && part !== undefined)
  const kind = kinds[group - 1] ?? 'symbol'
  const text = match[group] ?? ''
  switch (kind) {
    case 'string':
      return { kind, text: text.replaceAll("''", "'"), at }
    case 'quoted':
      return { kind: 'name', text: text.replaceAll('""', '"'), at }
    case 'delimited':
      return { kind: 'name', text: text.replaceAll(']]', ']'), at }
    case 'word':
    case 'parameter':
    case 'double':
    case 'integer':
    case 'symbol':
      return { kind, text, at }
  }
}

function unreadable(text: string, at: number): string {
  const character = text.charAt(at)
  if (character === "'") return 'the string has no closing quotation mark'
  if (character === '"' || character === '[') {
    return 'the name in quotation marks or brackets has no end'
  }
  return `the character '${character}' has no meaning here`
}
