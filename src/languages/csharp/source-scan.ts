import { nestingDepthMax } from './limits.ts'

const closers: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' }

/**
 * The offset behind the bracket that closes the one at `start`, or -1; brackets in strings, characters and comments do
 * not count.
 */
export function findClosing(text: string, start: number, depth = 0): number {
  const closer = closers[text.charAt(start)]
  if (closer === undefined || depth > nestingDepthMax) return -1
  let at = start + 1
  while (at < text.length) {
    const ch = text.charAt(at)
    if (ch === closer) return at + 1
    if (ch === ')' || ch === ']' || ch === '}') return -1
    at =
      closers[ch] === undefined ? skipLexeme(text, at, depth + 1) : findClosing(text, at, depth + 1)
    if (at === -1) return -1
  }
  return -1
}

/** The offset behind the string, character, comment or single character at `at`; -1 when it does not end. */
function skipLexeme(text: string, at: number, depth = 0): number {
  const ch = text.charAt(at)
  if (ch === '"') return skipString(text, at)
  if (ch === "'") return skipCharacter(text, at)
  if (ch === '/' && text[at + 1] === '/') return endOfLine(text, at)
  if (ch === '/' && text[at + 1] === '*') return endOfComment(text, at)
  if (ch === '@' && text[at + 1] === '"') return skipVerbatim(text, at + 1)
  if (ch === '$' && text[at + 1] === '"') return skipInterpolated(text, { at: at + 2, depth })
  if (ch === '$' && text.startsWith('@"', at + 1)) {
    return skipInterpolated(text, { at: at + 3, depth, isVerbatim: true })
  }
  return at + 1
}

/** The end of a hole's expression: the `}` or the `:` of its format, at the hole's own level. */
export function findHoleEnd(text: string, start: number, depth = 0): number {
  let at = start
  while (at < text.length) {
    const ch = text.charAt(at)
    if (ch === '}' || ch === ':') return at
    at =
      closers[ch] === undefined ? skipLexeme(text, at, depth + 1) : findClosing(text, at, depth + 1)
    if (at === -1) return -1
  }
  return -1
}

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const ch = text[at]
    if (ch === '"') return at + 1
    if (ch === '\n') return -1
    if (ch === '\\') at += 1
  }
  return -1
}

function skipCharacter(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const ch = text[at]
    if (ch === "'") return at + 1
    if (ch === '\n') return -1
    if (ch === '\\') at += 1
  }
  return -1
}

function skipVerbatim(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue
    if (text[at + 1] !== '"') return at + 1
    at += 1
  }
  return -1
}

function skipInterpolated(
  text: string,
  from: { at: number; depth: number; isVerbatim?: boolean },
): number {
  if (from.depth > nestingDepthMax) return -1
  let at = from.at
  while (at < text.length && at !== -1) {
    const ch = text[at]
    if (ch === '"') {
      if (!from.isVerbatim || text[at + 1] !== '"') return at + 1
      at += 2
    } else if (ch === '\\' && !from.isVerbatim) at += 2
    else if (ch === '{') at = text[at + 1] === '{' ? at + 2 : skipHole(text, at + 1, from.depth + 1)
    else at += 1
  }
  return -1
}

function skipHole(text: string, start: number, depth: number): number {
  const end = findHoleEnd(text, start, depth)
  if (end === -1) return -1
  const close = text.indexOf('}', end)
  return close === -1 ? -1 : close + 1
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2)
  return end === -1 ? -1 : end + 2
}
