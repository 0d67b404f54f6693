import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'
import { isArray, isObject } from '../../languages/workflow-expression/value.ts'
import type { ForeachWork, GraphNode } from './graph.ts'
import type { RunFrame } from './run-frame.ts'
import type { RunSteps } from './run-steps.ts'
import { statusOf, worse } from './status.ts'
import type { Step } from './walk-graph.ts'

/**
 * Runs the actions of a loop once for each item, several items at a time; every item runs even when one failed.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-loops#foreach-loop
 */
export function runForeach(
  steps: RunSteps,
  place: { readonly node: GraphNode; readonly frame: RunFrame; readonly work: ForeachWork },
): Step {
  const { node, frame, work } = place
  const saved = steps.replay.saved(node, frame)
  const startMs = saved?.startMs ?? steps.clock.preciseNow()
  const found = saved ? { items: itemsOf(saved.state) } : work.items(frame)
  if ('fault' in found) {
    steps.end(node, frame, { startMs, outcome: found.fault })
    return undefined
  }
  const { items } = found
  if (items.length > work.itemsMax) {
    steps.end(node, frame, {
      startMs,
      outcome: steps.wording.tooManyItems(node.name, work.itemsMax),
    })
    return undefined
  }
  if (!saved) {
    const state: ValueObject = { items }
    steps.log.append({
      kind: 'saved',
      name: node.name,
      repetition: frame.repetition,
      startMs,
      state,
    })
  }
  return new Iterations(steps, { ...place, items, startMs }).run()
}

interface LoopPlace {
  readonly node: GraphNode
  readonly frame: RunFrame
  readonly work: ForeachWork
  readonly items: readonly Value[]
  readonly startMs: number
}

class Iterations {
  readonly #steps: RunSteps
  readonly #place: LoopPlace
  #next = 0
  #running = 0
  #status: 'Succeeded' | 'Failed' | 'TimedOut' = 'Succeeded'
  #failure: { readonly error: unknown } | undefined
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined

  constructor(steps: RunSteps, place: LoopPlace) {
    this.#steps = steps
    this.#place = place
  }

  run(): Step {
    this.#pump()
    if (this.#running > 0) {
      return new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject }
      })
    }
    this.#end()
    return undefined
  }

  #pump(): void {
    const { items, work } = this.#place
    while (this.#running < work.concurrency && this.#next < items.length) {
      if (this.#steps.isEnding || this.#failure) return
      const index = this.#next
      this.#next += 1
      this.#begin(items[index] ?? null, index)
    }
  }

  #begin(item: Value, index: number): void {
    const { node, frame, work } = this.#place
    const inner = frame.open(node, work.graph, { item, index })
    const step = this.#steps.runGraph(inner)
    if (!step) {
      this.#merge(inner)
      return
    }
    this.#running += 1
    step
      .then(
        () => this.#merge(inner),
        (error: unknown) => {
          this.#failure ??= { error }
        },
      )
      .finally(() => this.#returned())
      .catch(() => {})
  }

  #returned(): void {
    this.#running -= 1
    try {
      this.#pump()
    } catch (error) {
      this.#failure ??= { error }
    }
    if (this.#running > 0) return
    if (this.#failure) {
      this.#settle?.reject(this.#failure.error)
      return
    }
    this.#end()
    this.#settle?.resolve()
  }

  #merge(inner: RunFrame): void {
    const status = statusOf(inner.graph.nodes, (node) => inner.record(node)?.status)
    this.#status = worse(this.#status, status)
  }

  #end(): void {
    const { node, frame, startMs, items } = this.#place
    const { wording } = this.#steps
    const error =
      this.#status === 'Failed'
        ? wording.innerFailed
        : this.#status === 'TimedOut'
          ? wording.innerTimedOut
          : undefined
    this.#steps.end(node, frame, {
      startMs,
      iterations: items.length,
      outcome: {
        status: this.#status,
        ...(error ? { code: error.code, error } : {}),
      },
    })
  }
}

function itemsOf(state: Value): readonly Value[] {
  const items = isObject(state) ? state['items'] : undefined
  return items !== undefined && isArray(items) ? items : []
}
