import type { ServerResponse } from 'node:http'
import { Router } from '../../protocols/http/router.ts'
import type { RouteValues } from '../../protocols/http/route-match.ts'
import { invocationsMax, recentTracesMax } from './limits.ts'
import type { Monitor } from './monitor.ts'
import type { RecentTracesQuery } from './trace.ts'
import { toWaterfall, waterfallDurationMs } from './waterfall.ts'

type Answer = (params: RouteValues, query: URLSearchParams) => Promise<unknown>

/** What the page asks, as JSON. */
export class ConsoleApi {
  readonly #monitor: Monitor
  readonly #router = new Router<Answer>()

  constructor(monitor: Monitor) {
    this.#monitor = monitor
    this.#router.add('GET', 'api/flow', () => monitor.flowMap())
    this.#router.add('GET', 'api/traces', (_params, query) =>
      monitor.recentTraces(toTracesQuery(query)),
    )
    this.#router.add('GET', 'api/traces/{id}', ({ id = '' }) => this.#trace(id))
    this.#router.add('GET', 'api/payloads/{id}', ({ id = '' }) => this.#payload(id))
    this.#router.add(
      'GET',
      'api/functions/{app}/{name}/invocations',
      ({ app = '', name = '' }, query) =>
        monitor.invocations(app, name, { limit: toLimit(query, invocationsMax) }),
    )
  }

  async serve(path: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const match = this.#router.match('GET', path)
    const result = match.kind === 'found' ? await match.value(match.params, query) : undefined
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.statusCode = result === undefined ? 404 : 200
    response.end(JSON.stringify(result ?? { error: 'It is not kept, or not any more.' }))
  }

  async #trace(traceId: string): Promise<object | undefined> {
    const trace = await this.#monitor.trace(traceId)
    if (trace.spans.length === 0) return undefined
    const rows = toWaterfall(trace)
    const { logs, truncated } = trace
    return { traceId, durationMs: waterfallDurationMs(rows), rows, logs, truncated }
  }

  async #payload(id: string): Promise<object | undefined> {
    const text = await this.#monitor.payload(id)
    return text === undefined ? undefined : { text }
  }
}

function toTracesQuery(query: URLSearchParams): RecentTracesQuery {
  const status = query.get('status')
  const resource = query.get('resource')
  return {
    limit: toLimit(query, recentTracesMax),
    ...(status === 'ok' || status === 'error' ? { status } : {}),
    ...(resource ? { resource } : {}),
  }
}

function toLimit(query: URLSearchParams, most: number): number {
  const limit = Number(query.get('limit') ?? most)
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : most
}
