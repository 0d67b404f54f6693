// Lives in memory only: the counts are those since the start of the platform.
import { DurationHistogram } from './duration-histogram.ts'
import { awaitedEffectsMax, awaitedSpansMax, rememberedSpansMax } from './limits.ts'
import { flowArrowsMax, flowNodesMax } from './limits.ts'
import { placeOf } from './flow-place.ts'
import { NewestMap } from './newest-map.ts'
import type { TraceSpan } from './trace.ts'

/** A resource of a service, and what happened there. */
export interface FlowNode {
  readonly id: string
  readonly service: string
  readonly resource: string
  readonly count: number
  readonly errors: number
  readonly p50Ms: number
  readonly p95Ms: number
  /** The newest fault, in its own words. */
  readonly reason?: string
}

/** How often something at one resource was caused by something at another, and how long after it began. */
export interface FlowArrow {
  readonly from: string
  readonly to: string
  readonly count: number
  readonly errors: number
  readonly p50Ms: number
  readonly p95Ms: number
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[]
  readonly arrows: readonly FlowArrow[]
  /** Spans at resources for which there was no room in the map. */
  readonly omitted: number
}

/** A resource that the map shows before anything happens there. */
export interface FlowPlace {
  readonly service: string
  readonly resource: string
}

/** An arrow that the map shows before anything takes it. */
export type FlowLink = readonly [from: FlowPlace, to: FlowPlace]

interface Traffic {
  count: number
  errors: number
  reason: string | undefined
  readonly histogram: DurationHistogram
}

interface Seen {
  readonly node: string
  readonly startMs: number
}

interface Effect extends Seen {
  readonly failed: boolean
}

/** Counts spans by resource and by cause as they come. */
export class FlowMap {
  readonly #nodes = new Map<string, Traffic & FlowPlace>()
  readonly #arrows = new Map<string, Traffic & { readonly from: string; readonly to: string }>()
  /** The newest spans by id. */
  readonly #seen = new NewestMap<Seen>(rememberedSpansMax)
  /** Effects by the id of a cause that has not ended yet. */
  readonly #awaited = new NewestMap<Effect[]>(awaitedSpansMax)
  #omitted = 0

  /** Shows resources and the arrows between them before anything happened. */
  declare(places: readonly FlowPlace[], arrows: readonly FlowLink[]): void {
    for (const place of places) this.#node(place)
    for (const [from, to] of arrows) {
      const fromId = this.#node(from) && idOf(from)
      const toId = this.#node(to) && idOf(to)
      if (fromId && toId) this.#arrow(fromId, toId)
    }
  }

  add(span: TraceSpan): void {
    const place = placeOf(span)
    const node = this.#node(place)
    if (!node) {
      this.#omitted += 1
      return
    }
    const effect = { node: idOf(place), startMs: span.startMs, failed: span.status === 'error' }
    if (!place.isStep) count(node, { failed: effect.failed, durationMs: span.durationMs })
    if (span.reason !== undefined) node.reason = span.reason
    const { spanId } = span
    this.#seen.set(spanId, effect)
    for (const waiting of this.#awaited.take(spanId) ?? []) this.#join(effect, waiting)
    if (span.parentSpanId !== undefined) this.#cause(span.parentSpanId, effect)
    for (const link of span.links ?? []) this.#cause(link.spanId, effect)
  }

  graph(): FlowGraph {
    const nodes = [...this.#nodes].map(([id, node]) => ({
      id,
      service: node.service,
      resource: node.resource,
      ...figures(node),
      ...(node.reason === undefined ? {} : { reason: node.reason }),
    }))
    const arrows = [...this.#arrows.values()].map((arrow) => ({
      from: arrow.from,
      to: arrow.to,
      ...figures(arrow),
    }))
    return { nodes, arrows, omitted: this.#omitted }
  }

  #node(place: FlowPlace): (Traffic & FlowPlace) | undefined {
    const id = idOf(place)
    const known = this.#nodes.get(id)
    if (known) return known
    if (this.#nodes.size >= flowNodesMax) return undefined
    const node = { ...newTraffic(), service: place.service, resource: place.resource }
    this.#nodes.set(id, node)
    return node
  }

  #arrow(from: string, to: string): Traffic | undefined {
    const key = `${from}\n${to}`
    const known = this.#arrows.get(key)
    if (known) return known
    if (this.#arrows.size >= flowArrowsMax) return undefined
    const arrow = { ...newTraffic(), from, to }
    this.#arrows.set(key, arrow)
    return arrow
  }

  // A span is reported when it ends, so an effect within its cause comes first and waits for it.
  #cause(spanId: string, effect: Effect): void {
    const cause = this.#seen.get(spanId)
    if (cause) {
      this.#join(cause, effect)
      return
    }
    const waiting = this.#awaited.get(spanId)
    if (waiting) {
      // A caller outside may send everything within one span of its own, which never comes here.
      if (waiting.length < awaitedEffectsMax) waiting.push(effect)
    } else this.#awaited.set(spanId, [effect])
  }

  #join(cause: Seen, effect: Effect): void {
    if (cause.node === effect.node) return
    const arrow = this.#arrow(cause.node, effect.node)
    if (!arrow) return
    count(arrow, { failed: effect.failed, durationMs: effect.startMs - cause.startMs })
  }
}

function idOf(place: FlowPlace): string {
  return `${place.service}:${place.resource}`
}

function newTraffic(): Traffic {
  return { count: 0, errors: 0, reason: undefined, histogram: new DurationHistogram() }
}

function count(traffic: Traffic, event: { failed: boolean; durationMs: number }): void {
  traffic.count += 1
  if (event.failed) traffic.errors += 1
  traffic.histogram.add(event.durationMs)
}

function figures(traffic: Traffic): Omit<FlowArrow, 'from' | 'to'> {
  return {
    count: traffic.count,
    errors: traffic.errors,
    p50Ms: traffic.histogram.percentile(0.5),
    p95Ms: traffic.histogram.percentile(0.95),
  }
}
