import { FilterError } from './filter-error.ts'
import { parseDateTime, parseGuid, parseHex, type EdmValue } from './edm-value.ts'

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly offset: number }
  | { readonly kind: 'literal'; readonly value: EdmValue; readonly offset: number }
  | { readonly kind: '(' | ')' | ',' | 'end'; readonly offset: number }

const step =
  /\s+|([(),])|(guid|datetime|binary|X)?'((?:[^']|'')*)'|(-?(?:\d+\.?\d*(?:[eE][-+]?\d+)?)[LlDdFfMm]?)|([A-Za-z_][\w./]*)/y

/** Cuts a filter into words, literals and parentheses. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let offset = 0; offset < text.length; offset = step.lastIndex) {
    step.lastIndex = offset
    const match = step.exec(text)
    if (!match) throw new FilterError(`unexpected '${text[offset]}'`, offset)
    const token = tokenOf(match, offset)
    if (token) tokens.push(token)
  }
  tokens.push({ kind: 'end', offset: text.length })
  return tokens
}

function tokenOf(match: RegExpExecArray, offset: number): Token | undefined {
  const [, mark, prefix, quoted, number, word] = match
  if (mark === '(' || mark === ')' || mark === ',') return { kind: mark, offset }
  if (quoted !== undefined)
    return { kind: 'literal', value: quotedValue(prefix, quoted, offset), offset }
  if (number !== undefined) return { kind: 'literal', value: numberValue(number, offset), offset }
  if (word === 'true' || word === 'false') {
    return { kind: 'literal', value: { type: 'Edm.Boolean', value: word === 'true' }, offset }
  }
  return word === undefined ? undefined : { kind: 'word', text: word, offset }
}

function quotedValue(prefix: string | undefined, quoted: string, offset: number): EdmValue {
  const text = quoted.replaceAll("''", "'")
  const value = prefix === undefined ? stringValue(text) : parsers[prefix]?.(text)
  if (!value) throw new FilterError(`'${text}' is no ${prefix}`, offset)
  return value
}

function stringValue(value: string): EdmValue {
  return { type: 'Edm.String', value }
}

const parsers: Readonly<Record<string, (text: string) => EdmValue | undefined>> = {
  guid: parseGuid,
  datetime: parseDateTime,
  binary: parseHex,
  X: parseHex,
}

const int32Max = 2_147_483_647

function numberValue(text: string, offset: number): EdmValue {
  const suffix = /[A-Za-z]$/.exec(text)?.[0].toLowerCase()
  const digits = suffix === undefined ? text : text.slice(0, -1)
  const isWhole = /^-?\d+$/.test(digits)
  if (suffix === 'l') {
    if (!isWhole) throw new FilterError(`'${text}' is no Int64`, offset)
    return { type: 'Edm.Int64', value: BigInt(digits) }
  }
  if (!isWhole || suffix !== undefined) return { type: 'Edm.Double', value: Number(digits) }
  const value = Number(digits)
  const isSmall = value <= int32Max && value >= -int32Max - 1
  return isSmall ? { type: 'Edm.Int32', value } : { type: 'Edm.Int64', value: BigInt(digits) }
}
