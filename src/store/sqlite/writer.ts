import type { GroupOutcome, TimedBatch } from './engine.ts'

/** Applies groups of batches to the store, in the order they come, on its one writing connection. */
export interface Writer {
  /** Calls back when what has arrived by then is to be written. */
  soon(flush: () => void): void
  /** Writes a group; `committed` hears of it when it is on disk, perhaps together with later ones. */
  write(group: readonly TimedBatch[]): void
  /** Writes what it was given and closes the connection. */
  close(): Promise<void>
}

export type Committed = (outcome: GroupOutcome) => void
