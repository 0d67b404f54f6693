// One flush of spans and log lines as bytes, in columns: these are written on the main thread for less than a
// structured clone of the objects costs, and stored as they are by the worker thread.
import { deserialize, serialize } from 'node:v8'
import type { SpanReference, TraceLog, TraceSpan } from './trace.ts'

/** What the monitor hands to the worker thread at once. */
export interface Flush {
  readonly spanCount: number
  readonly lineCount: number
  /** Characters of the payloads and messages that were handed in for it. */
  readonly chars: number
  readonly spans: Uint8Array<ArrayBuffer>
  readonly lines: Uint8Array<ArrayBuffer>
  /** The payloads of the spans, each text once. */
  readonly payloads: Uint8Array<ArrayBuffer>
}

/** A log line with the trace it belongs to. */
export interface FlushLine {
  readonly traceId: string
  readonly line: TraceLog
}

/** Tells the encoding of one version of Node from another's, which may not be able to read it. */
export const wireFormat = serialize(0)[1] ?? 0

// Numbers of one span: service, operation, resource, failed, payload (0 for none), characters of the payload.
const figuresPerSpan = 6

export const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical'] as const

export interface SpanColumns {
  readonly labels: readonly string[]
  readonly traceIds: readonly string[]
  readonly spanIds: readonly string[]
  readonly parentIds: readonly (string | undefined)[]
  readonly reasons: readonly (string | undefined)[]
  /** Start and duration of each. */
  readonly times: Float64Array
  readonly figures: Uint32Array
  /** Links of all spans after one another, and how many each has. */
  readonly linkTraceIds: readonly string[]
  readonly linkSpanIds: readonly string[]
  readonly linkCounts: Uint32Array
}

export interface LineColumns {
  readonly sources: readonly string[]
  readonly traceIds: readonly string[]
  readonly spanIds: readonly string[]
  readonly messages: readonly string[]
  readonly times: Float64Array
  /** Source and level of each. */
  readonly figures: Uint32Array
}

/** The spans of a flush; `flushNumber` is the one under which the file keeps it. */
export function decodeSpans(bytes: Uint8Array, flushNumber: number): TraceSpan[] {
  const columns: SpanColumns = deserialize(bytes)
  let link = 0
  return columns.spanIds.map((_, index) => {
    const firstLink = link
    link += columns.linkCounts[index] ?? 0
    return spanAt(columns, { index, firstLink, endLink: link, flushNumber })
  })
}

/** The traces of the lines of a flush. */
export function decodeLineTraces(bytes: Uint8Array): readonly string[] {
  const columns: LineColumns = deserialize(bytes)
  return columns.traceIds
}

export function decodeLines(bytes: Uint8Array): FlushLine[] {
  const columns: LineColumns = deserialize(bytes)
  const { sources, figures } = columns
  return columns.spanIds.map((spanId, index) => ({
    traceId: columns.traceIds[index] ?? '',
    line: {
      spanId,
      source: sources[figures[2 * index] ?? 0] ?? '',
      timeMs: columns.times[index] ?? 0,
      level: logLevels[figures[2 * index + 1] ?? 0] ?? 'information',
      message: columns.messages[index] ?? '',
    },
  }))
}

export function decodePayloads(bytes: Uint8Array): readonly string[] {
  const texts: readonly string[] = deserialize(bytes)
  return texts
}

function spanAt(
  columns: SpanColumns,
  at: { index: number; firstLink: number; endLink: number; flushNumber: number },
): TraceSpan {
  const { index, flushNumber } = at
  const { labels, figures, times } = columns
  const parentSpanId = columns.parentIds[index]
  const reason = columns.reasons[index]
  const figure = figuresPerSpan * index
  const payload = figures[figure + 4] ?? 0
  return {
    traceId: columns.traceIds[index] ?? '',
    spanId: columns.spanIds[index] ?? '',
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(at.endLink === at.firstLink ? {} : { links: linksBetween(columns, at) }),
    service: labels[figures[figure] ?? 0] ?? '',
    operation: labels[figures[figure + 1] ?? 0] ?? '',
    resource: labels[figures[figure + 2] ?? 0] ?? '',
    startMs: times[2 * index] ?? 0,
    durationMs: times[2 * index + 1] ?? 0,
    status: figures[figure + 3] ? 'error' : 'ok',
    ...(reason === undefined ? {} : { reason }),
    ...(payload === 0
      ? {}
      : { payload: { id: `${flushNumber}-${payload - 1}`, chars: figures[figure + 5] ?? 0 } }),
  }
}

function linksBetween(
  columns: SpanColumns,
  range: { firstLink: number; endLink: number },
): SpanReference[] {
  const spanIds = columns.linkSpanIds.slice(range.firstLink, range.endLink)
  return spanIds.map((spanId, index) => ({
    traceId: columns.linkTraceIds[range.firstLink + index] ?? '',
    spanId,
  }))
}
