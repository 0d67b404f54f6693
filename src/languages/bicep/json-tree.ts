import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonValue } from '../../base/json.ts'

/** A JSON value with the place of everything in it. */
export type JsonNode =
  | { readonly kind: 'text'; readonly value: string; readonly at: SourcePosition }
  | {
      readonly kind: 'plain'
      readonly value: number | boolean | null
      readonly at: SourcePosition
    }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[]; readonly at: SourcePosition }
  | JsonObjectNode

export interface JsonObjectNode {
  readonly kind: 'object'
  readonly members: readonly JsonMember[]
  readonly at: SourcePosition
}

export interface JsonMember {
  readonly name: string
  readonly value: JsonNode
  readonly at: SourcePosition
}

/** Reads JSON as ARM templates have it: comments are allowed, and strings of several lines. */
export function parseJsonTree(text: string, file: string): JsonNode {
  return new JsonTreeReader(text, file).read()
}

/** The member of an object node, by its name without case. */
export function memberNode(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node?.kind !== 'object') return undefined
  const lower = name.toLowerCase()
  return node.members.find((each) => each.name.toLowerCase() === lower)?.value
}

/** The value of a node without the places in it. */
export function jsonOf(node: JsonNode): JsonValue {
  switch (node.kind) {
    case 'text':
    case 'plain':
      return node.value
    case 'list':
      return node.items.map(jsonOf)
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, jsonOf(value)]))
  }
}

const blankPattern = /(?:[\s\uFEFF]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const stringPattern = /"(?:[^"\\]|\\[\s\S])*"/y
const wordPattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const depthMax = 200

class JsonTreeReader {
  readonly #text: string
  readonly #file: string
  #offset = 0
  #line = 1
  #lineStart = 0
  #seen = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  read(): JsonNode {
    const value = this.#value(0)
    this.#skipBlank()
    if (this.#offset < this.#text.length) throw this.#fault('the end of the file')
    return value
  }

  #value(depth: number): JsonNode {
    if (depth > depthMax) throw this.#fault('fewer levels')
    this.#skipBlank()
    const at = this.#position()
    if (this.#take('{')) return this.#object(at, depth)
    if (this.#take('[')) return this.#list(at, depth)
    const text = this.#match(stringPattern)
    if (text !== undefined) return { kind: 'text', value: this.#unquote(text), at }
    const word = this.#match(wordPattern)
    if (word === undefined) throw this.#fault('a JSON value')
    const value: number | boolean | null = JSON.parse(word)
    return { kind: 'plain', value, at }
  }

  #object(at: SourcePosition, depth: number): JsonObjectNode {
    const members: JsonMember[] = []
    this.#skipBlank()
    while (!this.#take('}')) {
      const start = this.#position()
      const name = this.#match(stringPattern)
      if (name === undefined) throw this.#fault('a property name in quotes')
      this.#skipBlank()
      if (!this.#take(':')) throw this.#fault('":"')
      members.push({ name: this.#unquote(name), value: this.#value(depth + 1), at: start })
      this.#separator('}')
    }
    return { kind: 'object', members, at }
  }

  #list(at: SourcePosition, depth: number): JsonNode {
    const items: JsonNode[] = []
    this.#skipBlank()
    while (!this.#take(']')) {
      items.push(this.#value(depth + 1))
      this.#separator(']')
    }
    return { kind: 'list', items, at }
  }

  #separator(close: string): void {
    this.#skipBlank()
    if (this.#take(',')) return this.#skipBlank()
    if (this.#text.charAt(this.#offset) !== close) throw this.#fault(`"," or "${close}"`)
  }

  // A line break inside a string stands for itself, which JSON.parse does not allow.
  #unquote(text: string): string {
    try {
      const value: unknown = JSON.parse(text.replaceAll('\r', '\\r').replaceAll('\n', '\\n'))
      return typeof value === 'string' ? value : ''
    } catch {
      throw this.#fault('a string without unknown escapes')
    }
  }

  #skipBlank(): void {
    this.#match(blankPattern)
  }

  #take(symbol: string): boolean {
    if (this.#text.charAt(this.#offset) !== symbol) return false
    this.#offset++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.#offset += match[0].length
    return match[0]
  }

  #position(): SourcePosition {
    for (; this.#seen < this.#offset; this.#seen++) {
      if (this.#text.charCodeAt(this.#seen) !== 10) continue
      this.#line++
      this.#lineStart = this.#seen + 1
    }
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 }
  }

  #fault(expected: string): SourceError {
    const found = this.#text.slice(this.#offset, this.#offset + 12).split('\n')[0] ?? ''
    const message = `Expected ${expected}, but found "${found}".`
    return new SourceError('InvalidTemplate', message, this.#position())
  }
}
