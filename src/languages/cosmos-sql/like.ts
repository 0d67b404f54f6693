import type { Evaluate } from './compilation.ts'
import type { LikeExpression } from './syntax-tree.ts'

/** One place of a LIKE pattern: any text, any character, one character, or one of a set. */
type PatternPart =
  | 'any text'
  | 'any character'
  | { readonly character: string }
  | { readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }

/** Compiles LIKE: https://learn.microsoft.com/azure/cosmos-db/nosql/query/keywords#like */
export function compileLike(
  expression: LikeExpression,
  value: Evaluate,
  pattern: Evaluate,
): Evaluate {
  let parsed: { readonly source: string; readonly parts: readonly PatternPart[] } | undefined
  return (row) => {
    const [text, source] = [value(row), pattern(row)]
    if (typeof text !== 'string' || typeof source !== 'string') return undefined
    if (parsed?.source !== source) {
      parsed = { source, parts: parseLikePattern(source, expression.escape) }
    }
    return matchesLike(text, parsed.parts) !== expression.negated
  }
}

function parseLikePattern(source: string, escape: string | undefined): PatternPart[] {
  const characters = Array.from(source)
  const parts: PatternPart[] = []
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? ''
    const close = character === '[' ? characters.indexOf(']', index + 1) : -1
    if (character === escape && index + 1 < characters.length) {
      index += 1
      parts.push({ character: characters[index] ?? '' })
    } else if (close > index + 1) {
      parts.push(parseSet(characters.slice(index + 1, close)))
      index = close
    } else if (character === '%') {
      if (parts.at(-1) !== 'any text') parts.push('any text')
    } else {
      parts.push(character === '_' ? 'any character' : { character })
    }
  }
  return parts
}

function parseSet(inside: readonly string[]): PatternPart {
  const negated = inside[0] === '^' && inside.length > 1
  const members = negated ? inside.slice(1) : inside
  const ranges: [string, string][] = []
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? ''
    const to = members[index + 1] === '-' ? members[index + 2] : undefined
    ranges.push([from, to ?? from])
    if (to !== undefined) index += 2
  }
  return { negated, ranges }
}

/** Walks both once; after a mismatch it goes back only to the last `%`, so it never runs away. */
function matchesLike(text: string, parts: readonly PatternPart[]): boolean {
  const characters = isPlain(text) ? text : Array.from(text)
  let [at, part] = [0, 0]
  let retry: { at: number; part: number } | undefined
  while (at < characters.length) {
    const wanted = parts[part]
    if (wanted === 'any text') {
      part += 1
      retry = { at, part }
    } else if (wanted !== undefined && matchesCharacter(characters[at] ?? '', wanted)) {
      at += 1
      part += 1
    } else if (retry) {
      retry.at += 1
      at = retry.at
      part = retry.part
    } else {
      return false
    }
  }
  return parts.slice(part).every((rest) => rest === 'any text')
}

function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text)
}

function matchesCharacter(character: string, part: Exclude<PatternPart, 'any text'>): boolean {
  if (part === 'any character') return true
  if ('character' in part) return part.character === character
  const inside = part.ranges.some(([from, to]) => from <= character && character <= to)
  return inside !== part.negated
}
