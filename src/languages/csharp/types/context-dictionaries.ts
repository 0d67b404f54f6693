import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { DotnetArray, type DotnetObject } from '../../dotnet/value.ts'

/** A read-only dictionary over what the gateway gives; its values are made when they are read. */
export class ContextDictionary implements DotnetObject {
  readonly typeName: string
  readonly #source: NamedSource
  readonly #valueType: string

  constructor(source: NamedSource, valueType: string) {
    this.typeName = `System.Collections.Generic.IReadOnlyDictionary<System.String,${valueType}>`
    this.#valueType = valueType
    this.#source = source
  }

  get count(): number {
    return this.#source.size
  }

  containsKey(key: unknown): boolean {
    return typeof key === 'string' && this.#source.get(key) !== undefined
  }

  tryGet(key: unknown): unknown {
    return typeof key === 'string' ? this.#source.get(key) : undefined
  }

  *[Symbol.iterator](): Iterator<KeyValuePair> {
    for (const name of this.#source.names()) {
      yield new KeyValuePair(name, this.#source.get(name) ?? null, [
        'System.String',
        this.#valueType,
      ])
    }
  }
}

interface NamedSource {
  readonly size: number
  get(name: string): unknown
  names(): Iterable<string>
}

/** Headers, query parameters or claims: names with lists of texts. */
export function stringLists(source: {
  readonly size: number
  get(name: string): readonly string[] | undefined
  [Symbol.iterator](): Iterator<readonly [string, readonly string[]]>
}): ContextDictionary {
  return new ContextDictionary(
    {
      size: source.size,
      get(name) {
        const found = source.get(name)
        return found && new DotnetArray('System.String', [...found])
      },
      names: () => Array.from(source, ([name]) => name),
    },
    'System.String[]',
  )
}

/** A map whose values are already those of .NET. */
export function mappedValues(
  source: ReadonlyMap<string, unknown>,
  options: { readonly valueType: string; readonly convert?: (value: unknown) => unknown },
): ContextDictionary {
  const { convert } = options
  return new ContextDictionary(
    {
      size: source.size,
      get(name) {
        const found = source.get(name)
        return convert && found !== undefined ? convert(found) : found
      },
      names: () => source.keys(),
    },
    options.valueType,
  )
}
