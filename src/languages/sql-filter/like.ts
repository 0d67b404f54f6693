import { SqlEvaluationError } from './sql-filter-error.ts'

/**
 * A LIKE pattern as a function: `%` is any text, `_` any character, and what follows the escape character is
 * taken as it is. Walks text and pattern side by side, so that no pattern takes exponential time.
 */
export function likePattern(pattern: string, escape?: string): (text: string) => boolean {
  const parts = parsePattern(pattern, escape)
  return (text) => matches(parts, Array.from(text))
}

type Part =
  | { readonly kind: 'text'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'any' }

function parsePattern(pattern: string, escape: string | undefined): readonly Part[] {
  if (escape !== undefined && Array.from(escape).length !== 1) {
    throw new SqlEvaluationError('The escape character of LIKE must be a string of length 1.')
  }
  const parts: Part[] = []
  let escaped = false
  for (const character of pattern) {
    if (!escaped && character === escape) {
      escaped = true
      continue
    }
    if (!escaped && character === '%') parts.push({ kind: 'any' })
    else if (!escaped && character === '_') parts.push({ kind: 'one' })
    else parts.push({ kind: 'text', character })
    escaped = false
  }
  if (escaped) throw new SqlEvaluationError('The pattern of LIKE ends with its escape character.')
  return parts
}

function matches(parts: readonly Part[], text: readonly string[]): boolean {
  let at = 0
  let part = 0
  // Where to go on with one character more for the last `%`, when what follows it does not match.
  let retryPart = -1
  let retryAt = 0
  while (at < text.length) {
    const current = parts[part]
    if (current?.kind === 'any') {
      part += 1
      retryPart = part
      retryAt = at
    } else if (current && (current.kind === 'one' || current.character === text[at])) {
      part += 1
      at += 1
    } else if (retryPart >= 0) {
      part = retryPart
      retryAt += 1
      at = retryAt
    } else {
      return false
    }
  }
  return parts.slice(part).every(({ kind }) => kind === 'any')
}
