import { ExpectationFailed, type ExpectationName } from '../store.ts'

/** When and where an operation is applied. */
export interface Turn {
  readonly nowMs: number
  /** The operation's place in its batch. */
  readonly index: number
}

/** Fails the operation, and with it its batch, unless what it expects holds. */
export function expectThat(
  holds: boolean,
  expectation: ExpectationName,
  turn: Turn,
): asserts holds {
  if (!holds) throw new ExpectationFailed(expectation, turn.index)
}
