import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, newTrace, type TraceContext } from '../../base/trace-context.ts'

/** The span of one operation, begun before it so that a written item can carry its context. */
export interface ItemSpan {
  readonly context: TraceContext
  succeed(payload: string): void
  fail(error: unknown, payload?: string): void
}

export interface ItemSpanOptions {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly operation: string
  /** `database/container` */
  readonly resource: string
  readonly parent?: TraceContext | undefined
}

/** Begins the span of an operation; it is reported when that has succeeded or failed. */
export function beginItemSpan(options: ItemSpanOptions): ItemSpan {
  const { clock, telemetry, operation, resource, parent } = options
  const context = parent ? childOf(parent) : newTrace()
  const startMs = clock.preciseNow()
  function report(outcome: { status: 'ok' | 'error'; reason?: string; payload?: string }): void {
    telemetry.span({
      context,
      ...(parent ? { parentSpanId: parent.spanId } : {}),
      service: 'cosmos-db',
      operation,
      resource,
      startMs,
      durationMs: clock.preciseNow() - startMs,
      ...outcome,
    })
  }
  return {
    context,
    succeed: (payload) => report({ status: 'ok', payload }),
    fail: (error, payload) =>
      report({
        status: 'error',
        reason: messageOf(error),
        ...(payload === undefined ? {} : { payload }),
      }),
  }
}
