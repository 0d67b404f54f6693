import type { PolicyHeaders } from '../../../languages/csharp/policy-context.ts'

/** Headers in the order they came; names are found in any case, repeated ones keep each value. */
export class HeaderList implements PolicyHeaders {
  readonly #entries = new Map<string, { name: string; values: string[] }>()

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
    const entry = this.#entries.get(name.toLowerCase())
    if (entry) entry.values.push(value)
    else this.#entries.set(name.toLowerCase(), { name, values: [value] })
  }

  delete(name: string): void {
    this.#entries.delete(name.toLowerCase())
  }

  copy(): HeaderList {
    const list = new HeaderList()
    for (const [name, values] of this) list.set(name, values)
    return list
  }

  /** `[name, value, name, value]`; the values of a list header share one line, as Azure sends them. */
  toRaw(): string[] {
    const raw: string[] = []
    for (const [name, values] of this) {
      const lines = isRepeated(name) ? values : [values.join(',')]
      for (const value of lines) raw.push(name, value)
    }
    return raw
  }

  *[Symbol.iterator](): Iterator<readonly [string, readonly string[]]> {
    for (const { name, values } of this.#entries.values()) yield [name, values]
  }
}

/** https://learn.microsoft.com/azure/api-management/set-header-policy#usage-notes */
function isRepeated(name: string): boolean {
  return /^(set-cookie|cookie|www-authenticate|warning|user-agent|date|expires)$/i.test(name)
}

const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Removes what belongs to one connection only: https://www.rfc-editor.org/rfc/rfc9110#name-connection */
export function withoutHopHeaders(headers: HeaderList): HeaderList {
  const named = (headers.text('connection') ?? '').toLowerCase().split(/\s*,\s*/)
  const list = new HeaderList()
  for (const [name, values] of headers) {
    const lower = name.toLowerCase()
    if (!hopHeaders.has(lower) && !named.includes(lower)) list.set(name, values)
  }
  return list
}
