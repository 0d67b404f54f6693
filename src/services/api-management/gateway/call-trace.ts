import type { Clock } from '../../../base/clock.ts'
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { traceEntriesMax } from '../limits.ts'
import type { CallUrl } from './call-url.ts'
import type { HeaderList } from './header-list.ts'
import type { Section } from './policy-error.ts'

interface TraceEntry {
  readonly source: string
  readonly timestamp: string
  readonly elapsed: string
  readonly data: JsonObject
}

/**
 * What happened to one call, step by step, as `listTrace` tells it.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector
 */
export class CallTrace {
  readonly id: string
  readonly #clock: Clock
  readonly #startMs: number
  readonly #entries = new Map<Section, TraceEntry[]>()
  #count = 0

  constructor(options: { id: string; clock: Clock }) {
    this.id = options.id
    this.#clock = options.clock
    this.#startMs = options.clock.preciseNow()
  }

  /** How long the call has taken until now. */
  get elapsedMs(): number {
    return this.#clock.preciseNow() - this.#startMs
  }

  add(section: Section, source: string, data: JsonObject): void {
    this.#count += 1
    if (this.#count > traceEntriesMax) return
    const timestamp = new Date(this.#clock.now()).toISOString().replace('Z', '0000Z')
    const entry = { source, timestamp, elapsed: timeSpanOf(this.elapsedMs), data }
    const entries = this.#entries.get(section)
    if (entries) entries.push(entry)
    else this.#entries.set(section, [entry])
  }

  /** The whole trace; what is secret in its texts is covered. */
  toJson(service: string, secrets: readonly string[]): JsonObject {
    const entries = [...this.#entries].map(([section, list]): [string, JsonValue] => [
      section,
      list.map((entry) => ({ ...entry, data: covered(entry.data, secrets) })),
    ])
    return { serviceName: service, traceId: this.id, traceEntries: Object.fromEntries(entries) }
  }
}

/** Headers as a trace shows them: those that hold keys, tokens and cookies keep their names only. */
export function shownHeaders(headers: HeaderList, keyHeader: string): JsonValue {
  return [...headers].map(([name, values]) => {
    const isSecret = name.toLowerCase() === keyHeader.toLowerCase() || secretHeader.test(name)
    return { name, value: isSecret ? cover : values.join(',') }
  })
}

/** An address as a trace shows it, without the values of parameters that are keys. */
export function shownUrl(url: CallUrl, keyQuery: string): string {
  const query = url.queryString
    .slice(1)
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=')
      const isSecret = name.toLowerCase() === keyQuery.toLowerCase() || secretParameter.test(name)
      return isSecret ? `${name}=${cover}` : pair
    })
  return url.with({ queryString: url.queryString === '' ? '' : `?${query.join('&')}` }).toString()
}

const cover = '***'
const secretHeader = /auth|cookie|token|secret|key|password|signature|credential/i
const secretParameter = /^(?:code|sig|se|sv)$|auth|token|secret|key|password|signature|credential/i

// A short text would be covered wherever it stands by chance.
const coveredLengthMin = 6

function covered(data: JsonObject, secrets: readonly string[]): JsonObject {
  const cut = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') {
      return secrets.reduce(
        (text, secret) =>
          secret.length < coveredLengthMin ? text : text.replaceAll(secret, cover),
        value,
      )
    }
    if (Array.isArray(value)) return value.map(cut)
    if (typeof value === 'object' && value !== null) return covered(value, secrets)
    return value
  }
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, cut(value)]))
}

/** As .NET writes it, with seven digits behind the second: `00:00:00.0725926`. */
function timeSpanOf(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const ticks = String(Math.floor((ms % 1000) * 10_000)).padStart(7, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${ticks}`
}
