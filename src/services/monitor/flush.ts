// One flush of spans and log lines as bytes, in columns: encoding it on the main thread costs less than a
// structured clone of its objects, and the worker thread stores the bytes as they are.
import { deserialize, serialize } from 'node:v8'
import type { LogLine, Span } from '../../base/telemetry.ts'
import { linksMax, logCharsMax, payloadCharsMax, reasonCharsMax } from './limits.ts'
import type { SpanReference, TraceLog, TraceSpan } from './trace.ts'

/** What the monitor hands to the worker thread at once. */
export interface Flush {
  readonly spanCount: number
  readonly lineCount: number
  readonly spans: Uint8Array
  readonly lines: Uint8Array
  /** The payloads of the spans, each text once. */
  readonly payloads: Uint8Array
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

const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical'] as const

interface SpanColumns {
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

interface LineColumns {
  readonly sources: readonly string[]
  readonly traceIds: readonly string[]
  readonly spanIds: readonly string[]
  readonly messages: readonly string[]
  readonly times: Float64Array
  /** Source and level of each. */
  readonly figures: Uint32Array
}

/** Encodes what is kept of spans and lines: their texts are cut to their limits. */
export function encodeFlush(spans: readonly Span[], lines: readonly LogLine[]): Flush {
  const payloads = new Numbered()
  return {
    spanCount: spans.length,
    lineCount: lines.length,
    spans: serialize(spanColumns(spans, payloads)),
    lines: serialize(lineColumns(lines)),
    payloads: serialize(payloads.texts),
  }
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

function spanColumns(spans: readonly Span[], payloads: Numbered): SpanColumns {
  const labels = new Numbered()
  const times = new Float64Array(2 * spans.length)
  const figures = new Uint32Array(figuresPerSpan * spans.length)
  for (const [index, span] of spans.entries()) {
    const { payload } = span
    times[2 * index] = span.startMs
    times[2 * index + 1] = span.durationMs
    const at = figuresPerSpan * index
    figures[at] = labels.of(span.service)
    figures[at + 1] = labels.of(span.operation)
    figures[at + 2] = labels.of(span.resource)
    figures[at + 3] = span.status === 'error' ? 1 : 0
    if (payload === undefined) continue
    figures[at + 4] = payloads.of(cut(payload, payloadCharsMax)) + 1
    figures[at + 5] = payload.length
  }
  return {
    labels: labels.texts,
    traceIds: spans.map((span) => span.context.traceId),
    spanIds: spans.map((span) => span.context.spanId),
    parentIds: spans.map((span) => span.parentSpanId),
    reasons: spans.map((span) => span.reason?.slice(0, reasonCharsMax)),
    times,
    figures,
    ...linkColumns(spans),
  }
}

function linkColumns(
  spans: readonly Span[],
): Pick<SpanColumns, 'linkTraceIds' | 'linkSpanIds' | 'linkCounts'> {
  const linkTraceIds: string[] = []
  const linkSpanIds: string[] = []
  const linkCounts = new Uint32Array(spans.length)
  for (const [index, span] of spans.entries()) {
    if (span.links === undefined) continue
    for (const link of span.links.slice(0, linksMax)) {
      linkTraceIds.push(link.traceId)
      linkSpanIds.push(link.spanId)
    }
    linkCounts[index] = Math.min(span.links.length, linksMax)
  }
  return { linkTraceIds, linkSpanIds, linkCounts }
}

function lineColumns(lines: readonly LogLine[]): LineColumns {
  const sources = new Numbered()
  const figures = new Uint32Array(2 * lines.length)
  for (const [index, line] of lines.entries()) {
    figures[2 * index] = sources.of(line.source)
    figures[2 * index + 1] = logLevels.indexOf(line.level)
  }
  return {
    sources: sources.texts,
    traceIds: lines.map((line) => line.context.traceId),
    spanIds: lines.map((line) => line.context.spanId),
    messages: lines.map((line) => cut(line.message, logCharsMax)),
    times: Float64Array.from(lines, (line) => line.timeMs),
    figures,
  }
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

function cut(text: string, charsMax: number): string {
  return text.length > charsMax ? text.slice(0, charsMax) : text
}

/** Numbers different texts in the order they come. */
class Numbered {
  readonly #numbers = new Map<string, number>()

  of(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  get texts(): string[] {
    return [...this.#numbers.keys()]
  }
}
