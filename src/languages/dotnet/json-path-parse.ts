import { DotnetException } from './exceptions.ts'

/** One step of a JSONPath, from a token to those it selects. */
export type PathStep =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'names'; readonly names: readonly string[] }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'indexes'; readonly indexes: readonly number[] }
  | {
      readonly type: 'slice'
      readonly start: number | undefined
      readonly end: number | undefined
      readonly step: number
    }
  | { readonly type: 'any' }
  | { readonly type: 'scan'; readonly name: string | undefined }
  | { readonly type: 'filter'; readonly filter: PathFilter }

/** The condition of `[?(...)]`. */
export type PathFilter =
  | { readonly type: 'and' | 'or'; readonly parts: readonly PathFilter[] }
  | {
      readonly type: 'test'
      readonly path: readonly PathStep[]
      readonly operator: FilterOperator | 'exists'
      readonly value: unknown
    }

/** How a filter compares. */
export type FilterOperator = '==' | '!=' | '<' | '<=' | '>' | '>='

const lengthMax = 4096

/** The steps of a path; JsonException for text that is none. */
export function parseJsonPath(path: string): readonly PathStep[] {
  if (path.length > lengthMax) throw pathFault('Path is too long.')
  const parser = new PathParser(path)
  return parser.readPath()
}

function pathFault(message: string): DotnetException {
  return new DotnetException('Newtonsoft.Json.JsonException', message)
}

class PathParser {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  readPath(): PathStep[] {
    if (this.#peek() === '$') this.#position += 1
    const steps = this.#readSteps()
    if (this.#position < this.#text.length) throw this.#unexpected()
    return steps
  }

  #peek(): string {
    return this.#text[this.#position] ?? ''
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#position += found.length
    return found
  }

  #unexpected(): DotnetException {
    const character = this.#peek()
    if (character === '') return pathFault('Unexpected end while parsing path.')
    return pathFault(`Unexpected character while parsing path: ${character}`)
  }

  #readSteps(): PathStep[] {
    const steps: PathStep[] = []
    for (;;) {
      const character = this.#peek()
      if (character === '[') steps.push(this.#readBracket())
      else if (character === '.' || (steps.length === 0 && /[^\s)&|=<>!]/.test(character))) {
        steps.push(...this.#readDotted())
      } else return steps
    }
  }

  #readDotted(): PathStep[] {
    const scans = this.#take(/\.\./y) !== undefined
    if (!scans) this.#take(/\./y)
    if (this.#take(/\*/y) !== undefined)
      return [scans ? { type: 'scan', name: undefined } : { type: 'any' }]
    if (scans && this.#peek() === '[') return [{ type: 'scan', name: undefined }]
    const name = this.#take(/[^.[\]()\s=<>!&|]+(?: +[^.[\]()\s=<>!&|]+)*/y)
    if (name === undefined) throw this.#unexpected()
    return [scans ? { type: 'scan', name } : { type: 'name', name }]
  }

  #readBracket(): PathStep {
    this.#take(/\[\s*/y)
    const step = this.#readInside()
    if (this.#take(/\s*\]/y) === undefined) throw this.#unexpected()
    return step
  }

  #readInside(): PathStep {
    if (this.#take(/\*/y) !== undefined) return { type: 'any' }
    const character = this.#peek()
    if (character === "'" || character === '"') return this.#readNames()
    if (character === '?') return this.#readFilterStep()
    const list = this.#take(/-?\d+(?:\s*,\s*-?\d+)+/y)
    if (list !== undefined) return { type: 'indexes', indexes: list.split(',').map(Number) }
    const slice = this.#take(/-?\d*\s*:\s*-?\d*(?:\s*:\s*-?\d*)?/y)
    if (slice !== undefined) return sliceOf(slice)
    const index = this.#take(/-?\d+/y)
    if (index === undefined) throw this.#unexpected()
    return { type: 'index', index: Number(index) }
  }

  #readNames(): PathStep {
    const names = [this.#readQuoted()]
    while (this.#take(/\s*,\s*/y) !== undefined) names.push(this.#readQuoted())
    const [name = ''] = names
    return names.length === 1 ? { type: 'name', name } : { type: 'names', names }
  }

  #readQuoted(): string {
    const quoted = this.#take(/'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y)
    if (quoted === undefined) throw this.#unexpected()
    return quoted.slice(1, -1).replaceAll(/\\([^])/g, '$1')
  }

  #readFilterStep(): PathStep {
    if (this.#take(/\?\s*\(\s*/y) === undefined) throw this.#unexpected()
    const filter = this.#readOr()
    if (this.#take(/\s*\)/y) === undefined) throw this.#unexpected()
    return { type: 'filter', filter }
  }

  #readOr(): PathFilter {
    const parts = [this.#readAnd()]
    while (this.#take(/\s*\|\|\s*/y) !== undefined) parts.push(this.#readAnd())
    const [only] = parts
    return parts.length === 1 && only ? only : { type: 'or', parts }
  }

  #readAnd(): PathFilter {
    const parts = [this.#readTest()]
    while (this.#take(/\s*&&\s*/y) !== undefined) parts.push(this.#readTest())
    const [only] = parts
    return parts.length === 1 && only ? only : { type: 'and', parts }
  }

  #readTest(): PathFilter {
    this.#take(/\s*/y)
    if (this.#take(/@/y) === undefined) throw this.#unexpected()
    const path = this.#readSteps()
    const operator = this.#take(/\s*(?:==|!=|<>|<=|>=|<|>)\s*/y)?.trim()
    if (operator === undefined) return { type: 'test', path, operator: 'exists', value: null }
    return { type: 'test', path, operator: operatorOf(operator), value: this.#readConstant() }
  }

  #readConstant(): unknown {
    const character = this.#peek()
    if (character === "'" || character === '"') return this.#readQuoted()
    const word = this.#take(/true|false|null/y)
    if (word !== undefined) return word === 'null' ? null : word === 'true'
    const number = this.#take(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y)
    if (number === undefined) throw this.#unexpected()
    return Number(number)
  }
}

function operatorOf(text: string): FilterOperator {
  switch (text) {
    case '==':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return text
    default:
      return '!='
  }
}

function sliceOf(text: string): PathStep {
  const [start, end, step] = text
    .split(':')
    .map((part) => (part.trim() === '' ? undefined : Number(part)))
  if (step === 0) throw pathFault('Step cannot be zero.')
  return { type: 'slice', start, end, step: step ?? 1 }
}
