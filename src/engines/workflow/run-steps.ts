import type { Clock } from '../../base/clock.ts'
import type { Outcome } from './action-call.ts'
import type { GraphNode } from './graph.ts'
import type { Replay } from './replay.ts'
import type { RunFrame } from './run-frame.ts'
import type { RunLog } from './run-log.ts'
import type { Step } from './walk-graph.ts'
import type { Wording } from './wording.ts'

/** What the loops need of the run that they are part of. */
export interface RunSteps {
  readonly clock: Clock
  readonly log: RunLog
  readonly replay: Replay
  readonly wording: Wording
  /** True once the run was cancelled, terminated or timed out: nothing new begins. */
  readonly isEnding: boolean
  runGraph(frame: RunFrame): Step
  /** Ends an action: its record goes to the frame and the log. */
  end(node: GraphNode, frame: RunFrame, end: EndOfAction): void
}

export interface EndOfAction {
  readonly startMs: number
  readonly outcome: Outcome
  readonly iterations?: number
}
