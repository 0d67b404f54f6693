import { parseJson } from '../../base/json.ts'
import { templateDepthMax } from './limits.ts'
import { fitsInteger, makeDouble, makeInteger, makeObject, type Value } from './value.ts'

/** The value of a text that is JSON by the letter; `undefined` for any other text. */
export function readStrictJson(text: string): Value | undefined {
  try {
    return isPlain(text) ? plainValue(text) : new StrictReader(text).readAll()
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

// What JSON.parse would read otherwise: fractions and exponents (5.0 becomes 5) and more than 15 digits.
function isPlain(text: string): boolean {
  return !/\d(?:[.eE]|\d{14})/.test(text)
}

// JSON.parse leaves a name that comes twice in its first place: the count of names tells.
function plainValue(text: string): Value {
  const value = parseJson(text)
  const colons = text.match(/"\s*:/g)?.length ?? 0
  return colons === countNames(value, 0) ? value : new StrictReader(text).readAll()
}

function countNames(value: Value, depth: number): number {
  if (depth > templateDepthMax) throw new RangeError('too deep')
  if (typeof value !== 'object' || value === null) return 0
  const items: readonly Value[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : items.length
  for (const item of items) count += countNames(item, depth + 1)
  return count
}

const blanks = /[ \t\r\n]*/y
const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const wordPattern = /true|false|null/y

class StrictReader {
  readonly #text: string
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  readAll(): Value {
    const value = this.#readValue()
    this.#take(blanks)
    if (this.#position < this.#text.length) throw new SyntaxError('more text')
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
    const value = parseJson(this.#text.slice(start, this.#position))
    return typeof value === 'string' ? value : ''
  }

  #readNumber(): Value {
    const text = this.#need(numberPattern)
    if (/[.eE]/.test(text)) return makeDouble(Number(text))
    const value = BigInt(text)
    return fitsInteger(value) ? makeInteger(value) : makeDouble(Number(text))
  }

  #peek(): string | undefined {
    this.#take(blanks)
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
