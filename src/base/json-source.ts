import { SourceError, positionAt, type SourcePosition } from './errors.ts'
import type { JsonObject, JsonValue } from './json.ts'

/** Property names and array indexes from the root. */
export type JsonPath = readonly (string | number)[]

/** A JSON document written by a person, with the place of every value in it. */
export interface JsonSource {
  readonly value: JsonValue
  /** Where the value at a path stands; of a path that is not there, its nearest ancestor. */
  positionOf(path: JsonPath): SourcePosition
}

const depthMax = 64

/**
 * Parses JSON as Azure's hosts read their settings files: comments, a trailing comma, single quotes and a byte
 * order mark are allowed. A fault is a `SourceError` that says where it stands and what was expected.
 */
export function parseJsonSource(text: string, file?: string): JsonSource {
  const reader = new JsonReader(text, file)
  const value = reader.readDocument()
  return {
    value,
    positionOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = reader.offsets.get(pathKey(path.slice(0, length)))
        if (offset !== undefined) return positionAt(text, offset, file)
      }
      return positionAt(text, 0, file)
    },
  }
}

function pathKey(path: JsonPath): string {
  return path.join('\u0000')
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

const blankPattern = /(?:[\s\uFEFF]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y
const wordPattern = /[-+.\w]+/y
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const plainPattern = /[^"'\\\n]*/y

class JsonReader {
  readonly offsets = new Map<string, number>()
  readonly #text: string
  readonly #file: string | undefined
  #offset = 0
  #path: (string | number)[] = []

  constructor(text: string, file: string | undefined) {
    this.#text = text
    this.#file = file
  }

  readDocument(): JsonValue {
    const value = this.#readValue()
    this.#skipBlank()
    if (this.#offset < this.#text.length) this.#fail('the end of the file', this.#offset)
    return value
  }

  #readValue(): JsonValue {
    this.#skipBlank()
    this.offsets.set(pathKey(this.#path), this.#offset)
    if (this.#path.length > depthMax) this.#fail(`at most ${depthMax} levels`, this.#offset)
    switch (this.#text[this.#offset]) {
      case '{':
        return this.#readObject()
      case '[':
        return this.#readArray()
      case '"':
      case "'":
        return this.#readString()
      case undefined:
      default:
        return this.#readWord()
    }
  }

  #readObject(): JsonObject {
    const members: [string, JsonValue][] = []
    this.#offset += 1
    while (!this.#takes('}')) {
      const name = this.#readName()
      if (!this.#takes(':')) this.#fail("':' after a property name", this.#offset)
      this.#path.push(name)
      members.push([name, this.#readValue()])
      this.#path.pop()
      if (!this.#takes(',') && !this.#peeks('}')) this.#fail("',' or '}'", this.#offset)
    }
    return Object.fromEntries(members)
  }

  #readName(): string {
    if (this.#peeks('"') || this.#peeks("'")) return this.#readString()
    return this.#fail('a property name in double quotes', this.#offset)
  }

  #readArray(): JsonValue[] {
    const items: JsonValue[] = []
    this.#offset += 1
    while (!this.#takes(']')) {
      this.#path.push(items.length)
      items.push(this.#readValue())
      this.#path.pop()
      if (!this.#takes(',') && !this.#peeks(']')) this.#fail("',' or ']'", this.#offset)
    }
    return items
  }

  #readString(): string {
    const start = this.#offset
    const quote = this.#text[start]
    let value = ''
    this.#offset += 1
    for (;;) {
      value += this.#match(plainPattern)
      const character = this.#text[this.#offset]
      if (character === undefined || character === '\n') {
        this.#fail('the closing quote of the string', start)
      }
      this.#offset += 1
      if (character === quote) return value
      value += character === '\\' ? this.#readEscape() : character
    }
  }

  #readEscape(): string {
    const letter = this.#text[this.#offset] ?? ''
    const digits = /^[\da-fA-F]{4}$/.exec(this.#text.slice(this.#offset + 1, this.#offset + 5))
    if (letter === 'u' && digits) {
      this.#offset += 5
      return String.fromCharCode(Number.parseInt(digits[0], 16))
    }
    const value = escapes[letter]
    if (value === undefined) return this.#fail('an escape such as \\n or \\u00e9', this.#offset - 1)
    this.#offset += 1
    return value
  }

  #readWord(): JsonValue {
    const start = this.#offset
    const word = this.#match(wordPattern)
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'null') return null
    if (numberPattern.test(word)) return Number(word)
    return this.#fail('a value', start)
  }

  #skipBlank(): void {
    this.#match(blankPattern)
    if (this.#text.startsWith('/*', this.#offset)) {
      this.#fail('the end of the comment: */', this.#offset)
    }
  }

  #peeks(character: string): boolean {
    this.#skipBlank()
    return this.#text[this.#offset] === character
  }

  #takes(character: string): boolean {
    const found = this.#peeks(character)
    if (found) this.#offset += 1
    return found
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#offset += found.length
    return found
  }

  #fail(expected: string, offset: number): never {
    const rest = this.#text.slice(offset, offset + 20).split(/[\s,]/)[0]
    const found = rest ? `found ${rest}` : 'found the end of the line'
    const nothing = offset >= this.#text.length ? 'the file ends here' : found
    throw new SourceError(
      'InvalidJson',
      `expected ${expected}, ${nothing}`,
      positionAt(this.#text, offset, this.#file),
    )
  }
}
