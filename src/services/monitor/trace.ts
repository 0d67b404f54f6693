import type { LogLine, Span } from '../../base/telemetry.ts'

/** A span as it is kept: the payload is a reference, since many hops carry the same text. */
export interface TraceSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links?: readonly SpanReference[]
  readonly service: string
  readonly operation: string
  readonly resource: string
  readonly startMs: number
  readonly durationMs: number
  readonly status: Span['status']
  readonly reason?: string
  readonly payload?: PayloadReference
}

export interface SpanReference {
  readonly traceId: string
  readonly spanId: string
}

/** Names a kept payload. `chars` is how long it was, of which the first 16 K are kept. */
export interface PayloadReference {
  readonly id: string
  readonly chars: number
}

export interface TraceLog {
  readonly spanId: string
  readonly source: string
  readonly timeMs: number
  readonly level: LogLine['level']
  readonly message: string
}

/** A trace with everything that continues it: the batches that took one of its items, and what came of that. */
export interface Trace {
  readonly traceId: string
  readonly spans: readonly TraceSpan[]
  readonly logs: readonly TraceLog[]
  /** There is more of it than an answer holds. */
  readonly truncated: boolean
}

/** One line of the list of traces. */
export interface TraceSummary {
  readonly traceId: string
  readonly service: string
  readonly operation: string
  readonly resource: string
  readonly startMs: number
  readonly durationMs: number
  readonly spans: number
  readonly errors: number
  /** Of the first span that has one. */
  readonly reason?: string
}

/** One run of a function, with the lines it wrote. */
export interface InvocationRecord {
  readonly span: TraceSpan
  readonly logs: readonly TraceLog[]
}

export interface RecentTracesQuery {
  readonly limit?: number
  /** Only traces with a span at a resource whose name contains this, in any case. */
  readonly resource?: string
  readonly status?: Span['status']
}
