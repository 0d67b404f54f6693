import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import type { NamedValues } from './dictionary-types.ts'

/** Headers, query parameters or claims as a read-only dictionary: names with arrays of texts. */
export class TextLists implements NamedValues {
  readonly typeName =
    'System.Collections.Generic.IReadOnlyDictionary<System.String,System.String[]>'
  readonly #source: ListSource

  constructor(source: ListSource) {
    this.#source = source
  }

  get count(): number {
    return this.#source.size
  }

  containsKey(key: unknown): boolean {
    return typeof key === 'string' && this.#source.get(key) !== undefined
  }

  tryGet(key: unknown): unknown {
    const found = this.texts(key)
    return found && arrayOfTexts(found)
  }

  /** The values of a name as they are. */
  texts(key: unknown): readonly string[] | undefined {
    return typeof key === 'string' ? this.#source.get(key) : undefined
  }

  *[Symbol.iterator](): Iterator<KeyValuePair> {
    for (const [name, texts] of this.#source)
      yield new KeyValuePair(name, arrayOfTexts(texts), ['System.String', 'System.String[]'])
  }
}

interface ListSource {
  readonly size: number
  get(name: string): readonly string[] | undefined
  [Symbol.iterator](): Iterator<readonly [string, readonly string[]]>
}

function arrayOfTexts(texts: readonly string[]): DotnetArray {
  return new DotnetArray('System.String', [...texts])
}

/** A map of the context as a read-only dictionary; a value that .NET holds otherwise is converted when it is read. */
export class MappedValues implements NamedValues {
  readonly #source: ReadonlyMap<string, unknown>
  readonly #valueType: string
  readonly #convert: ((value: unknown) => unknown) | undefined

  constructor(
    source: ReadonlyMap<string, unknown>,
    valueType: string,
    convert?: (value: unknown) => unknown,
  ) {
    this.#source = source
    this.#valueType = valueType
    this.#convert = convert
  }

  get typeName(): string {
    return `System.Collections.Generic.IReadOnlyDictionary<System.String,${this.#valueType}>`
  }

  get count(): number {
    return this.#source.size
  }

  containsKey(key: unknown): boolean {
    return typeof key === 'string' && this.#source.has(key)
  }

  tryGet(key: unknown): unknown {
    if (typeof key !== 'string') return undefined
    const found = this.#source.get(key)
    return this.#convert && found !== undefined ? this.#convert(found) : found
  }

  *[Symbol.iterator](): Iterator<KeyValuePair> {
    for (const name of this.#source.keys())
      yield new KeyValuePair(name, this.tryGet(name) ?? null, ['System.String', this.#valueType])
  }
}
