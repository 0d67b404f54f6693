import type { TraceContext } from './trace-context.ts'

/** One hop of a trace: what one service did for it. */
export interface Span {
  readonly context: TraceContext
  /** The span that caused this one, in the same trace. */
  readonly parentSpanId?: string
  /** Spans of other traces that this one continues: a batch of items has one for each item. */
  readonly links?: readonly TraceContext[]
  /** The room that did the work: a folder name under `services/`, or `demo`. */
  readonly service: string
  /** What was done, in the service's verb: `write item`, `send`, `invoke`. */
  readonly operation: string
  /** What it was done to: `orders/toprocess`, `QueueOrders`. Nodes of the flow map are named by it. */
  readonly resource: string
  /** Milliseconds since the Unix epoch, with a fraction. */
  readonly startMs: number
  readonly durationMs: number
  readonly status: 'ok' | 'error'
  /** Why it failed, or why something did not fire. */
  readonly reason?: string
  /** What passed by, as text; the sink bounds what it keeps. */
  readonly payload?: string
}

/** One line that an invocation wrote. */
export interface LogLine {
  readonly context: TraceContext
  /** `app/function`. */
  readonly source: string
  readonly timeMs: number
  readonly level: 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical'
  readonly message: string
}

/** Takes what happens; it never throws, never waits, and drops (and counts) what it cannot keep up with. */
export interface Telemetry {
  span(span: Span): void
  log(line: LogLine): void
}

/** Keeps nothing: for tools and tests that look at something else. */
export const silentTelemetry: Telemetry = { span() {}, log() {} }
