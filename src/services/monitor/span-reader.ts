import { decodedBytesMax, scannedTracesMax, traceLogsMax, traceSpansMax } from './limits.ts'
import { RecentlyRead } from './recently-read.ts'
import { keyOf } from './segment.ts'
import type { Segment } from './segment.ts'
import type { SpanFile } from './span-file.ts'
import type { SpanReference, TraceLog, TraceSpan } from './trace.ts'

/** A span of another trace that continues one of the trace asked for. */
export interface Continuation {
  readonly target: SpanReference
  readonly source: SpanReference
}

/** The spans of a segment by what they are looked for. */
interface SegmentSpans {
  readonly inOrder: readonly TraceSpan[]
  readonly byTrace: ReadonlyMap<string, readonly TraceSpan[]>
  /** By the trace that is continued. */
  readonly continuations: ReadonlyMap<string, readonly Continuation[]>
}

/** Reads what the file of spans holds. */
export class SpanReader {
  readonly #file: SpanFile
  readonly #spans = new RecentlyRead<string, SegmentSpans>(decodedBytesMax)
  readonly #lines = new RecentlyRead<string, ReadonlyMap<string, readonly TraceLog[]>>(
    decodedBytesMax,
  )

  constructor(file: SpanFile) {
    this.#file = file
  }

  /** The spans of one trace, in the order they ended. */
  spansOf(traceId: string): TraceSpan[] {
    return this.#mentioning(traceId)
      .flatMap((segment) => this.#spansIn(segment).byTrace.get(traceId) ?? [])
      .slice(0, traceSpansMax)
  }

  continuationsOf(traceId: string): Continuation[] {
    return this.#mentioning(traceId).flatMap(
      (segment) => this.#spansIn(segment).continuations.get(traceId) ?? [],
    )
  }

  logsOf(traceId: string): TraceLog[] {
    return this.#mentioning(traceId)
      .flatMap((segment) => this.#linesIn(segment).get(traceId) ?? [])
      .slice(0, traceLogsMax)
  }

  /** Traces that do not merely continue others, newest first. */
  *recentTraceIds(): Generator<string> {
    const starts = new Map<string, number>()
    const given = new Set<string>()
    for (const [segment, olderEndMs] of newestFirst(this.#file.segments)) {
      for (const [traceId, spans] of this.#spansIn(segment).byTrace) {
        if (given.has(traceId)) continue
        starts.set(traceId, Math.min(starts.get(traceId) ?? Infinity, startOf(spans)))
      }
      // What is in older segments ended before: it cannot have started later than these.
      const certainMs = starts.size > scannedTracesMax ? -Infinity : olderEndMs
      const certain = [...starts].filter(([, startMs]) => startMs >= certainMs)
      for (const [traceId] of certain.toSorted(([, a], [, b]) => b - a)) {
        starts.delete(traceId)
        given.add(traceId)
        if (!this.spansOf(traceId).some((span) => span.links)) yield traceId
      }
    }
  }

  payload(id: string): string | undefined {
    const [flush, index] = id.split('-')
    return this.#file.payloadsOf(Number(flush))[Number(index)]
  }

  /** Spans with the operation `invoke` of one resource, newest first. */
  invocationsOf(resource: string, limit: number): TraceSpan[] {
    const found: TraceSpan[] = []
    for (const segment of this.#mentioning(resource).toReversed()) {
      if (found.length >= limit) break
      const spans = this.#spansIn(segment).inOrder.filter(
        (span) => span.operation === 'invoke' && span.resource === resource,
      )
      found.push(...spans.toReversed())
    }
    return found.slice(0, limit)
  }

  #mentioning(text: string): Segment[] {
    const key = keyOf(text)
    return this.#file.segments.filter((segment) => segment.mentions(key))
  }

  #spansIn(segment: Segment): SegmentSpans {
    return this.#spans.of(nameOf(segment), segment.bytes, () =>
      arrange(this.#file.spansOf(segment)),
    )
  }

  #linesIn(segment: Segment): ReadonlyMap<string, readonly TraceLog[]> {
    return this.#lines.of(nameOf(segment), segment.bytes, () => {
      const byTrace = new Map<string, TraceLog[]>()
      for (const { traceId, line } of this.#file.linesOf(segment)) append(byTrace, traceId, line)
      return byTrace
    })
  }
}

function nameOf(segment: Segment): string {
  return `${segment.first}-${segment.last}`
}

function arrange(inOrder: readonly TraceSpan[]): SegmentSpans {
  const byTrace = new Map<string, TraceSpan[]>()
  const continuations = new Map<string, Continuation[]>()
  for (const span of inOrder) {
    append(byTrace, span.traceId, span)
    const source = { traceId: span.traceId, spanId: span.spanId }
    for (const target of span.links ?? []) append(continuations, target.traceId, { target, source })
  }
  return { inOrder, byTrace, continuations }
}

function append<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name)
  if (list) list.push(value)
  else lists.set(name, [value])
}

/** Each segment with the time when the newest span of all older ones ended. */
function newestFirst(segments: readonly Segment[]): [Segment, olderEndMs: number][] {
  let olderEndMs = -Infinity
  const pairs = segments.map((segment): [Segment, number] => {
    const pair: [Segment, number] = [segment, olderEndMs]
    olderEndMs = Math.max(olderEndMs, segment.newestEndMs)
    return pair
  })
  return pairs.toReversed()
}

function startOf(spans: readonly TraceSpan[]): number {
  return Math.min(...spans.map((span) => span.startMs))
}
