import { randomHex } from './ids.ts'

/** A place in a trace, as W3C Trace Context names it: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string
}

const traceparentPattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/

/** The first span of a new trace. */
export function newTrace(): TraceContext {
  return { traceId: randomHex(16), spanId: randomHex(8) }
}

/** A new span in the same trace. */
export function childOf(parent: TraceContext): TraceContext {
  return { traceId: parent.traceId, spanId: randomHex(8) }
}

/** Reads a `traceparent` header; a malformed or all-zero one gives `undefined`, as the standard asks. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const match = header === undefined ? null : traceparentPattern.exec(header)
  const [, traceId, spanId] = match ?? []
  if (!traceId || !spanId || header?.startsWith('ff')) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId }
}

/** Writes a `traceparent` header with the sampled flag set. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-01`
}
