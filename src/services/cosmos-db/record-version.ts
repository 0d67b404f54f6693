import type { Clock } from '../../base/clock.ts'
import { newEtag } from './item.ts'

/** Which state of a database or container this is: its `_etag` and `_ts`. */
export interface RecordVersion {
  readonly etag: string
  readonly changedMs: number
}

/** Of a record that an earlier release wrote. */
export const unknownVersion: RecordVersion = {
  etag: '"00000000-0000-0300-0000-000000000000"',
  changedMs: 0,
}

export function newVersion(clock: Clock): RecordVersion {
  return { etag: newEtag(), changedMs: clock.now() }
}
