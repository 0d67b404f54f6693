import type { GroupOutcome, TimedBatch } from './engine.ts'

/** Applies groups of batches in the order they come, and answers each when it is on disk. */
export interface Writer {
  write(group: readonly TimedBatch[]): Promise<GroupOutcome>
  close(): Promise<void>
}
