/** A string of JSON and where it ended, or what was wrong and where. */
export type JsonStringFound =
  | { readonly value: string; readonly end: number }
  | { readonly fault: string; readonly end: number }

const simpleEscapes = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['/', '/'],
])

/** Reads a string from behind its opening quote; line breaks inside are taken as they are. */
export function jsonStringAt(text: string, start: number, quote: string): JsonStringFound {
  let value = ''
  let from = start
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]
    if (character === quote) return { value: value + text.slice(from, index), end: index + 1 }
    if (character !== '\\') continue
    const escape = escapeAt(text, index + 1)
    if (escape === undefined) return badEscape(text, index)
    value += text.slice(from, index) + escape.text
    index += escape.length
    from = index + 1
  }
  return { fault: `Unterminated string. Expected delimiter: ${quote}`, end: text.length }
}

function escapeAt(text: string, index: number): { text: string; length: number } | undefined {
  const letter = text[index] ?? ''
  const simple = simpleEscapes.get(letter)
  if (simple !== undefined) return { text: simple, length: 1 }
  const digits = letter === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(index + 1, index + 5)) : null
  if (digits === null) return undefined
  return { text: String.fromCharCode(Number.parseInt(digits[0], 16)), length: 5 }
}

function badEscape(text: string, index: number): JsonStringFound {
  const letter = text[index + 1]
  if (letter === undefined)
    return { fault: 'Unterminated string. Expected delimiter: "', end: text.length }
  return { fault: `Bad JSON escape sequence: \\${letter}`, end: index + 2 }
}
