import { parseJson } from '../../base/json.ts'
import { templateDepthMax } from './limits.ts'
import {
  fitsInteger,
  isArray,
  isObject,
  makeDouble,
  makeInteger,
  makeObject,
  type Value,
} from './value.ts'

/** The value of a text that is JSON by the letter; `undefined` for any other text. */
export function readStrictJson(text: string): Value | undefined {
  try {
    return isPlain(text) ? plainValue(text) : new StrictReader(text).readAll()
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

// Numbers that JSON.parse would not tell apart, or round: 5.0, 1e3, more than 15 digits. In a text they do no harm.
const specialNumber =
  /(?:^|[[:,\s])-?\d+(?:\.0+|\.\d{16,}|(?:\.\d+)?[eE][+-]?\d+|\d{15}(?:\.\d+)?)\s*(?:[,\]}]|$)/

function isPlain(text: string): boolean {
  return !specialNumber.test(text)
}

// JSON.parse leaves a name that comes twice in its first place: the count of names tells.
function plainValue(text: string): Value {
  const value = parseJson(text)
  return countNames(value, 0) === countColons(text) ? value : new StrictReader(text).readAll()
}

function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) {
    if (text.charCodeAt(at - 1) !== backslash) count += 1
  }
  return count
}

const backslash = 0x5c

function countNames(value: Value, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > templateDepthMax) throw new RangeError('too deep')
  let count = 0
  if (isArray(value)) for (const item of value) count += countNames(item, depth + 1)
  else if (isObject(value)) {
    for (const name in value) count += 1 + countNames(value[name] ?? null, depth + 1)
  }
  return count
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const wordPattern = /true|false|null/y

/** Reads JSON number by number. A line end in a string is let through, as Newtonsoft does it. */
class StrictReader {
  readonly #text: string
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  readAll(): Value {
    const value = this.#readValue()
    if (this.#peek() !== undefined) throw new SyntaxError('more text')
    return value
  }

  #readValue(): Value {
    switch (this.#peek()) {
      case '{':
        return this.#nested(() => this.#readObject())
      case '[':
        return this.#nested(() => this.#readArray())
      case '"':
        return this.#readString()
      case 't':
      case 'f':
      case 'n':
        return parseJson(this.#need(wordPattern))
      case undefined:
      default:
        return this.#readNumber()
    }
  }

  #nested(read: () => Value): Value {
    this.#depth += 1
    if (this.#depth > templateDepthMax) throw new RangeError('too deep')
    this.#position += 1
    const value = read()
    this.#position += 1
    this.#depth -= 1
    return value
  }

  #readObject(): Value {
    const members = new Map<string, Value>()
    if (this.#peek() === '}') return {}
    for (;;) {
      this.#peek()
      const name = this.#readString()
      if (this.#peek() !== ':') throw new SyntaxError('no colon')
      this.#position += 1
      const value = this.#readValue()
      members.delete(name)
      members.set(name, value)
      if (this.#peek() === '}') return makeObject(members)
      this.#comma()
    }
  }

  #readArray(): Value {
    const items: Value[] = []
    if (this.#peek() === ']') return items
    for (;;) {
      items.push(this.#readValue())
      if (this.#peek() === ']') return items
      this.#comma()
    }
  }

  #comma(): void {
    if (this.#text[this.#position] !== ',') throw new SyntaxError('no comma')
    this.#position += 1
  }

  #readString(): string {
    const start = this.#position
    if (this.#text[start] !== '"') throw new SyntaxError('no string')
    this.#position = closingQuote(this.#text, start) + 1
    const text = this.#text.slice(start + 1, this.#position - 1)
    if (!text.includes('\\')) return text
    const value = parseJson(`"${text}"`)
    return typeof value === 'string' ? value : ''
  }

  #readNumber(): Value {
    const text = this.#need(numberPattern)
    if (/[.eE]/.test(text)) return makeDouble(Number(text))
    if (text.length < 16) return Number(text)
    const value = BigInt(text)
    return fitsInteger(value) ? makeInteger(value) : makeDouble(Number(text))
  }

  #peek(): string | undefined {
    while (isBlank(this.#text.charCodeAt(this.#position))) this.#position += 1
    return this.#text[this.#position]
  }

  #need(pattern: RegExp): string {
    const found = this.#take(pattern)
    if (found === undefined) throw new SyntaxError('no value')
    return found
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#position += found.length
    return found
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function closingQuote(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) throw new SyntaxError('no end of the string')
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return end
  }
}
