import { type Value, isObject } from '../../languages/workflow-expression/value.ts'
import type { Outcome } from './action-call.ts'
import type { GraphNode, UntilWork } from './graph.ts'
import type { RunFrame } from './run-frame.ts'
import type { RunSteps } from './run-steps.ts'
import { statusOf } from './status.ts'
import { after, type Step } from './walk-graph.ts'

/**
 * Runs the actions of a loop until its condition holds, which is looked at after each iteration. The limits end the loop
 * without a failure unless it asks for one; only the last iteration decides how it ended.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-loops#until-loop
 */
export function runUntil(
  steps: RunSteps,
  place: { readonly node: GraphNode; readonly frame: RunFrame; readonly work: UntilWork },
): Step {
  const { node, frame, work } = place
  const saved = steps.replay.saved(node, frame)
  const loop = new UntilLoop(steps, place, saved?.startMs ?? steps.clock.preciseNow())
  const done = saved ? doneIterations(saved.state) : undefined
  if (!done) return loop.iterate(0)
  const index = done.iterations - 1
  if (index >= 0) {
    const inner = frame.open(node, work.graph, { item: null, index })
    frame.keepLast(node)
    steps.replay.restoreIteration(inner)
    return loop.goOn(inner, { isDone: done.isDone, iterations: done.iterations })
  }
  return loop.iterate(0)
}

class UntilLoop {
  readonly #steps: RunSteps
  readonly #node: GraphNode
  readonly #frame: RunFrame
  readonly #work: UntilWork
  readonly #startMs: number

  constructor(
    steps: RunSteps,
    place: { readonly node: GraphNode; readonly frame: RunFrame; readonly work: UntilWork },
    startMs: number,
  ) {
    this.#steps = steps
    this.#node = place.node
    this.#frame = place.frame
    this.#work = place.work
    this.#startMs = startMs
  }

  iterate(first: number): Step {
    // Iterations that are over at once are taken in a loop: a promise or a call for each would not end well.
    for (let index = first; ; index += 1) {
      const inner = this.#frame.open(this.#node, this.#work.graph, { item: null, index })
      this.#frame.keepLast(this.#node)
      const step = this.#steps.runGraph(inner)
      if (step) return after(step, () => this.#judge(inner, index + 1))
      if (this.#look(inner, index + 1)) return undefined
    }
  }

  goOn(inner: RunFrame, state: { isDone: boolean; iterations: number }): Step {
    if (this.#endsAfter(inner, state)) return undefined
    return this.iterate(state.iterations)
  }

  #judge(inner: RunFrame, iterations: number): Step {
    return this.#look(inner, iterations) ? undefined : this.iterate(iterations)
  }

  /** Looks at the condition and the limits after an iteration; true when the loop has ended. */
  #look(inner: RunFrame, iterations: number): boolean {
    if (this.#steps.isEnding) {
      this.#end({ status: 'Succeeded' }, iterations)
      return true
    }
    const done = this.#work.isDone(inner)
    if (typeof done !== 'boolean') {
      this.#end(done, iterations)
      return true
    }
    this.#steps.log.append({
      kind: 'saved',
      name: this.#node.name,
      repetition: this.#frame.repetition,
      startMs: this.#startMs,
      state: { iterations, isDone: done },
    })
    return this.#endsAfter(inner, { isDone: done, iterations })
  }

  #endsAfter(inner: RunFrame, state: { isDone: boolean; iterations: number }): boolean {
    const { countMax, timeoutMs, failsAtLimit } = this.#work
    const isLate = this.#steps.clock.preciseNow() - this.#startMs >= timeoutMs
    const isAtLimit = !state.isDone && (state.iterations >= countMax || isLate)
    if (!state.isDone && !isAtLimit) return false
    if (isAtLimit && failsAtLimit) {
      const error = this.#steps.wording.untilLimit(this.#node.name)
      this.#end({ status: 'Failed', code: error.code, error }, state.iterations)
      return true
    }
    this.#end(this.#outcomeOf(inner), state.iterations)
    return true
  }

  #outcomeOf(inner: RunFrame): Outcome {
    const status = statusOf(inner.graph.nodes, (node) => inner.record(node)?.status)
    if (status === 'Succeeded') return { status }
    const { innerFailed, innerTimedOut } = this.#steps.wording
    const error = status === 'Failed' ? innerFailed : innerTimedOut
    return { status, code: error.code, error }
  }

  #end(outcome: Outcome, iterations: number): void {
    this.#steps.end(this.#node, this.#frame, { startMs: this.#startMs, outcome, iterations })
  }
}

function doneIterations(state: Value): { iterations: number; isDone: boolean } | undefined {
  if (!isObject(state)) return undefined
  const { iterations, isDone } = state
  return typeof iterations === 'number' ? { iterations, isDone: isDone === true } : undefined
}
