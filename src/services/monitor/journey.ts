import { continuationsMax, traceLogsMax, traceSpansMax } from './limits.ts'
import type { Continuation } from './span-reader.ts'
import type { Trace, TraceLog, TraceSpan, TraceSummary } from './trace.ts'

/** Where the spans come from. */
export interface JourneySource {
  spansOf(traceId: string): readonly TraceSpan[]
  continuationsOf(traceId: string): readonly Continuation[]
  logsOf(traceId: string): readonly TraceLog[]
}

/**
 * Collects a trace and what continues it in other traces. A batch of items is a trace of its own whose first
 * span links to every item: of such a trace only that span and what it caused belong to the journey of one
 * item, and of what it caused nothing that continues only other items.
 */
export function collectJourney(source: JourneySource, traceId: string): Trace {
  const journey = collectSpans(source, traceId)
  const spans = [...journey.spans.values()].toSorted((a, b) => a.startMs - b.startMs)
  const logs = [...journey.traceIds]
    .flatMap((id) => source.logsOf(id))
    .filter((line) => journey.spans.has(line.spanId))
    .toSorted((a, b) => a.timeMs - b.timeMs)
  const truncated = journey.truncated || logs.length > traceLogsMax
  return { traceId, spans, logs: logs.slice(0, traceLogsMax), truncated }
}

/** What the list of traces says about one; `undefined` when nothing of it is kept any more. */
export function summarizeJourney(
  source: JourneySource,
  traceId: string,
): JourneySummary | undefined {
  const spans = [...collectSpans(source, traceId).spans.values()]
  const [first, ...others] = spans.toSorted((a, b) => a.startMs - b.startMs)
  if (!first) return undefined
  let endMs = first.startMs + first.durationMs
  for (const span of others) endMs = Math.max(endMs, span.startMs + span.durationMs)
  const reason = spans.find((span) => span.reason !== undefined)?.reason
  const summary = {
    traceId,
    service: first.service,
    operation: first.operation,
    resource: first.resource,
    startMs: first.startMs,
    durationMs: endMs - first.startMs,
    spans: spans.length,
    errors: spans.filter((span) => span.status === 'error').length,
    ...(reason === undefined ? {} : { reason }),
  }
  return { summary, resources: new Set(spans.map((span) => span.resource)) }
}

interface JourneySummary {
  readonly summary: TraceSummary
  readonly resources: ReadonlySet<string>
}

interface Collected {
  readonly spans: Map<string, TraceSpan>
  readonly traceIds: Set<string>
  truncated: boolean
}

function collectSpans(source: JourneySource, traceId: string): Collected {
  const collected: Collected = { spans: new Map(), traceIds: new Set(), truncated: false }
  add(collected, source.spansOf(traceId))
  const pending = [traceId]
  const followed = new Set<string>()
  for (let id = pending.shift(); id !== undefined; id = pending.shift()) {
    collected.traceIds.add(id)
    for (const { target, source: from } of source.continuationsOf(id)) {
      if (followed.has(from.spanId) || !collected.spans.has(target.spanId)) continue
      if (followed.size >= continuationsMax) {
        collected.truncated = true
        return collected
      }
      followed.add(from.spanId)
      add(collected, branchOf(source.spansOf(from.traceId), from.spanId, collected))
      pending.push(from.traceId)
    }
  }
  return collected
}

function add(collected: Collected, spans: Iterable<TraceSpan>): void {
  for (const span of spans) {
    if (collected.spans.size < traceSpansMax) collected.spans.set(span.spanId, span)
    else collected.truncated = true
  }
}

// The span and what it caused in its own trace, but for what continues only spans outside the journey.
function branchOf(
  spans: readonly TraceSpan[],
  spanId: string,
  collected: Collected,
): ReadonlySet<TraceSpan> {
  const children = byParent(spans)
  const branch = new Set(spans.filter((span) => span.spanId === spanId))
  // The loop sees what it adds.
  for (const span of branch) {
    for (const child of children.get(span.spanId) ?? []) {
      const foreign = child.links?.every((link) => !collected.spans.has(link.spanId)) ?? false
      if (!foreign) branch.add(child)
    }
  }
  return branch
}

function byParent(spans: readonly TraceSpan[]): Map<string, TraceSpan[]> {
  const children = new Map<string, TraceSpan[]>()
  for (const span of spans) {
    if (span.parentSpanId === undefined) continue
    const siblings = children.get(span.parentSpanId)
    if (siblings) siblings.push(span)
    else children.set(span.parentSpanId, [span])
  }
  return children
}
