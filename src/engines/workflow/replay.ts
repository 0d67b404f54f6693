import type { ActionRecord } from './action-record.ts'
import type { GraphNode } from './graph.ts'
import { innerGraphs } from './graph.ts'
import type { RunEnd, RunEvent } from './run-events.ts'
import type { RunFrame } from './run-frame.ts'
import type { Variables } from './variables.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'

/** What the log already has of a run that goes on after a crash. */
export class Replay {
  readonly #ended = new Map<string, ActionRecord>()
  /** Set when an action already ended the run. */
  readonly end: RunEnd | undefined
  readonly #saved = new Map<string, { readonly startMs: number; readonly state: Value }>()

  constructor(events: readonly RunEvent[], variables: Variables) {
    let end: RunEnd | undefined
    for (const event of events) {
      const key = keyOf(event.name, event.repetition)
      if (event.kind === 'saved') {
        const startMs = this.#saved.get(key)?.startMs ?? event.startMs
        this.#saved.set(key, { startMs, state: event.state })
        continue
      }
      this.#ended.set(key, event.record)
      for (const change of event.variables ?? []) variables.apply(change)
      end ??= event.terminate
    }
    this.end = end
  }

  ended(node: GraphNode, frame: RunFrame): ActionRecord | undefined {
    return this.#ended.get(keyOf(node.name, frame.repetition))
  }

  saved(
    node: GraphNode,
    frame: RunFrame,
  ): { readonly startMs: number; readonly state: Value } | undefined {
    return this.#saved.get(keyOf(node.name, frame.repetition))
  }

  /** Puts an action that ended back into its frame, with all that is inside it. */
  restore(node: GraphNode, frame: RunFrame, record: ActionRecord): void {
    frame.set(node, record)
    for (const graph of innerGraphs(node)) {
      if (node.work.kind === 'foreach' && record.iterations !== undefined) {
        for (let index = 0; index < record.iterations; index += 1) {
          this.#restoreAll(frame.open(node, graph, { item: null, index }))
        }
      } else if (node.work.kind === 'until' && (record.iterations ?? 0) > 0) {
        this.#restoreAll(
          frame.open(node, graph, { item: null, index: (record.iterations ?? 1) - 1 }),
        )
      } else {
        this.#restoreAll(frame.open(node, graph))
      }
    }
  }

  /** Puts what ended in a list of actions back into its frame. */
  #restoreAll(frame: RunFrame): void {
    for (const node of frame.graph.nodes) {
      const record = this.ended(node, frame)
      if (record) this.restore(node, frame, record)
    }
  }

  /** The same for one iteration of a loop that goes on after it. */
  restoreIteration(frame: RunFrame): void {
    this.#restoreAll(frame)
  }
}

function keyOf(name: string, repetition: string): string {
  return `${name}\n${repetition}`
}
