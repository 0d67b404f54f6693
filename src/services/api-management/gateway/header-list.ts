import type { PolicyHeaders } from '../../../languages/csharp/policy-context.ts'

/** Never changed once it is made, so that a copied list may share it. */
interface HeaderEntry {
  readonly name: string
  readonly values: readonly string[]
}

/** Headers in the order they came; names are found in any case, repeated ones keep each value. */
export class HeaderList implements PolicyHeaders {
  /** By the name in lower case. */
  readonly #entries: Map<string, HeaderEntry>

  constructor(source?: HeaderList) {
    this.#entries = new Map(source ? source.#entries : [])
  }

  /** From `[name, value, name, value]`, as Node and undici give raw headers. */
  static fromRaw(raw: readonly string[]): HeaderList {
    const list = new HeaderList()
    for (let index = 0; index + 1 < raw.length; index += 2) {
      list.append(raw[index] ?? '', raw[index + 1] ?? '')
    }
    return list
  }

  get size(): number {
    return this.#entries.size
  }

  get(name: string): readonly string[] | undefined {
    return this.#entries.get(name.toLowerCase())?.values
  }

  /** The values joined with a comma, or `undefined`. */
  text(name: string): string | undefined {
    return this.get(name)?.join(',')
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }

  set(name: string, values: readonly string[]): void {
    this.#entries.set(name.toLowerCase(), { name, values: [...values] })
  }

  append(name: string, value: string): void {
    const lower = name.toLowerCase()
    const known = this.#entries.get(lower)
    const entry = known
      ? { name: known.name, values: [...known.values, value] }
      : { name, values: [value] }
    this.#entries.set(lower, entry)
  }

  delete(name: string): void {
    this.#entries.delete(name.toLowerCase())
  }

  copy(): HeaderList {
    return new HeaderList(this)
  }

  /**
   * `[name, value, name, value]` without the hidden names (in lower case); the values of a list header share one line,
   * as Azure sends them.
   */
  toRaw(hidden: ReadonlySet<string> = noNames, others: readonly string[] = []): string[] {
    const raw: string[] = []
    for (const [lower, { name, values }] of this.#entries) {
      if (hidden.has(lower) || others.includes(lower)) continue
      const [only] = values
      if (values.length === 1 && only !== undefined) raw.push(name, only)
      else if (repeatedHeaders.has(lower)) for (const value of values) raw.push(name, value)
      else raw.push(name, values.join(','))
    }
    return raw
  }

  *[Symbol.iterator](): Iterator<readonly [string, readonly string[]]> {
    for (const { name, values } of this.#entries.values()) yield [name, values]
  }
}

const noNames: ReadonlySet<string> = new Set()

/** https://learn.microsoft.com/azure/api-management/set-header-policy#usage-notes */
const repeatedHeaders = new Set([
  'set-cookie',
  'cookie',
  'www-authenticate',
  'warning',
  'user-agent',
  'date',
  'expires',
])

const hopHeaders: ReadonlySet<string> = new Set([
  'connection',
  // The gateway has asked for the body already.
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Names, in lower case, of what belongs to one connection only: https://www.rfc-editor.org/rfc/rfc9110#name-connection */
export function hopNamesOf(headers: HeaderList): ReadonlySet<string> {
  const connection = headers.text('connection')?.toLowerCase()
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') {
    return hopHeaders
  }
  return new Set([...hopHeaders, ...connection.split(',').map((each) => each.trim())])
}

/** The headers of an answer, without those of its connection. */
export function receivedHeaders(raw: readonly string[]): HeaderList {
  const list = HeaderList.fromRaw(raw)
  for (const name of hopNamesOf(list)) list.delete(name)
  return list
}
