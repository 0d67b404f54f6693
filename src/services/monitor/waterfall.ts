import type { Trace, TraceSpan } from './trace.ts'

/** One hop of a trace, placed: how deep under its cause, how long after the first, for how long. */
export interface WaterfallRow {
  readonly span: TraceSpan
  readonly depth: number
  readonly offsetMs: number
  readonly durationMs: number
  /** `invoke dataprocessing/QueueOrders` */
  readonly label: string
  readonly status: TraceSpan['status']
  /** Why it failed, or why something did not fire. */
  readonly reason?: string
}

/**
 * Places the spans of a trace as a tree: each below the span that caused it, in order of time. A span that
 * continues several others stands below the first of them; one whose cause is not kept stands at the root.
 */
export function toWaterfall(trace: Pick<Trace, 'spans'>): WaterfallRow[] {
  const spans = trace.spans.toSorted((a, b) => a.startMs - b.startMs)
  const [first] = spans
  if (!first) return []
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const children = new Map<TraceSpan | undefined, TraceSpan[]>()
  for (const span of spans) {
    const cause = causeOf(span, byId)
    const siblings = children.get(cause)
    if (siblings) siblings.push(span)
    else children.set(cause, [span])
  }
  const rows: WaterfallRow[] = []
  const placed = new Set<TraceSpan>()
  const place = (span: TraceSpan, depth: number, cause?: TraceSpan): void => {
    if (placed.has(span)) return
    placed.add(span)
    rows.push(toRow(span, { depth, startMs: first.startMs, cause }))
    for (const child of children.get(span) ?? []) place(child, depth + 1, span)
  }
  for (const root of children.get(undefined) ?? []) place(root, 0)
  // Only spans that cause each other in a circle are left, which nothing of ours writes.
  for (const span of spans) place(span, 0)
  return rows
}

/** From the start of the first hop to the end of the last one to end. */
export function waterfallDurationMs(rows: readonly WaterfallRow[]): number {
  return rows.reduce((latest, row) => Math.max(latest, row.offsetMs + row.durationMs), 0)
}

function toRow(
  span: TraceSpan,
  place: { depth: number; startMs: number; cause: TraceSpan | undefined },
): WaterfallRow {
  return {
    span,
    depth: place.depth,
    offsetMs: span.startMs - place.startMs,
    durationMs: span.durationMs,
    label: `${span.operation} ${nameUnder(place.cause, span)}`,
    status: span.status,
    ...(span.reason === undefined ? {} : { reason: span.reason }),
  }
}

/** What belongs to its cause alone is told by its own name: the action of a run. */
function nameUnder(cause: TraceSpan | undefined, { resource, service }: TraceSpan): string {
  const inside = `${cause?.resource ?? ''}/`
  const isPart = cause?.service === service && cause.operation === 'run'
  return isPart && resource.startsWith(inside) ? resource.slice(inside.length) : resource
}

function causeOf(span: TraceSpan, byId: ReadonlyMap<string, TraceSpan>): TraceSpan | undefined {
  const ids = [span.parentSpanId, ...(span.links ?? []).map((link) => link.spanId)]
  for (const id of ids) {
    const cause = id === undefined ? undefined : byId.get(id)
    if (cause && cause !== span) return cause
  }
  return undefined
}
