import { strict as assert } from 'node:assert'

// Rows of one collection or queue lie together and in order: the number of their owner, then their own.
const sequencesPerOwner = 2 ** 36
const ownersMax = 2 ** 17

/** The primary key of a document or message: its collection or queue, then its sequence number. */
export function clusterKey(owner: number, sequence: number): number {
  assert(owner >= 0 && owner < ownersMax && sequence < sequencesPerOwner)
  return owner * sequencesPerOwner + sequence
}

/** The sequence number in a primary key. */
export function sequenceOf(key: number): number {
  return key % sequencesPerOwner
}

/** The first key after all of an owner's. */
export function clusterEnd(owner: number): number {
  return (owner + 1) * sequencesPerOwner
}

/** Finds the number of a new owner: those of owners that are gone come back into use. */
export function freeIdSql(table: 'collections' | 'queues'): string {
  return (
    `SELECT coalesce(min(id) + 1, 1) FROM ${table} o ` +
    `WHERE NOT EXISTS (SELECT 1 FROM ${table} n WHERE n.id = o.id + 1)`
  )
}
