import type { LogLine, Span } from '../../base/telemetry.ts'

/** A span whose payload may have been cut off: `payloadChars` is how long it was. */
export interface RecordedSpan extends Span {
  readonly payloadChars?: number
}

/** What one flush hands to the worker thread. */
export interface SpanBatch {
  readonly spans: readonly RecordedSpan[]
  readonly logs: readonly LogLine[]
}
