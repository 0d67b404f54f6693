import type { Connection } from '../../store/sqlite/connection.ts'
import { isLogLevel } from './log-level.ts'
import { traceLogsMax, traceSpansMax } from './limits.ts'
import type { SpanReference, TraceLog, TraceSpan } from './trace.ts'

type SpanRow = [
  traceId: string,
  spanId: string,
  parentSpanId: string | null,
  links: string | null,
  service: string,
  operation: string,
  resource: string,
  startMs: number,
  durationMs: number,
  failed: number,
  reason: string | null,
  payloadHash: string | null,
  payloadChars: number | null,
]

type LogRow = [spanId: string, source: string, timeMs: number, level: string, message: string]

const spanColumns = `trace_id, span_id, parent_id, links, service, operation, resource, start_ms,
  duration_ms, failed, reason, payload_hash, payload_chars`

/** A span of another trace that continues one of the trace asked for. */
export interface Continuation {
  readonly target: SpanReference
  readonly source: SpanReference
}

/** Reads what the file of spans holds. */
export class SpanReader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The spans of one trace, in the order they ended. */
  spansOf(traceId: string): TraceSpan[] {
    return this.#connection
      .prepare<SpanRow>(`SELECT ${spanColumns} FROM spans WHERE trace_id = ? ORDER BY seq LIMIT ?`)
      .all(traceId, traceSpansMax)
      .map(toSpan)
  }

  continuationsOf(traceId: string): Continuation[] {
    return this.#connection
      .prepare<[string, string, string]>(
        'SELECT target_span_id, trace_id, span_id FROM links WHERE target_trace_id = ? ORDER BY seq',
      )
      .all(traceId)
      .map(([target, source, spanId]) => ({
        target: { traceId, spanId: target },
        source: { traceId: source, spanId },
      }))
  }

  logsOf(traceId: string): TraceLog[] {
    return this.#connection
      .prepare<LogRow>(
        `SELECT span_id, source, time_ms, level, message FROM logs WHERE trace_id = ?
         ORDER BY seq LIMIT ?`,
      )
      .all(traceId, traceLogsMax)
      .map(toLog)
  }

  /** Traces that do not merely continue others, newest first. */
  recentTraceIds(limit: number): string[] {
    return this.#connection
      .prepare<[string]>(
        'SELECT trace_id FROM traces WHERE continues = 0 ORDER BY start_ms DESC LIMIT ?',
      )
      .all(limit)
      .map(([traceId]) => traceId)
  }

  payload(hash: string): string | undefined {
    const row = this.#connection
      .prepare<[string]>('SELECT text FROM payloads WHERE hash = ?')
      .get(hash)
    return row?.[0]
  }

  /** Spans with the operation `invoke` of one resource, newest first. */
  invocationsOf(resource: string, limit: number): TraceSpan[] {
    return this.#connection
      .prepare<SpanRow>(
        `SELECT ${spanColumns} FROM spans WHERE operation = 'invoke' AND resource = ?
         ORDER BY seq DESC LIMIT ?`,
      )
      .all(resource, limit)
      .map(toSpan)
  }
}

function toSpan(row: SpanRow): TraceSpan {
  const [traceId, spanId, parentSpanId, links, service, operation, resource] = row
  const [, , , , , , , startMs, durationMs, failed, reason, hash, chars] = row
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    ...(links === null ? {} : { links: parseLinks(links) }),
    service,
    operation,
    resource,
    startMs,
    durationMs,
    status: failed ? 'error' : 'ok',
    ...(reason === null ? {} : { reason }),
    ...(hash === null || chars === null ? {} : { payload: { hash, chars } }),
  }
}

function parseLinks(text: string): SpanReference[] {
  const links: SpanReference[] = JSON.parse(text)
  return links
}

function toLog([spanId, source, timeMs, level, message]: LogRow): TraceLog {
  return { spanId, source, timeMs, level: isLogLevel(level) ? level : 'information', message }
}
