/** Names one counter: a collection, and a key in it. */
export interface CounterKey {
  readonly collection: string
  readonly key: string
}

/** Adds to a counter; one that is absent or expired begins at 0. */
export interface AddToCounter extends CounterKey {
  readonly kind: 'counter.add'
  readonly by: number
  /** Commits only when the counter does not come above this; otherwise the batch fails as `limit`. */
  readonly max?: number
  /** When the counter is forgotten, where the operation begins it; one that counts already keeps its end. */
  readonly expiresAtMs?: number
}

/** Gives a counter a value, whatever it was; it keeps its end where it has one. */
export interface SetCounter extends CounterKey {
  readonly kind: 'counter.set'
  readonly value: number
  readonly expiresAtMs?: number
}

/** Forgets every counter of a collection. */
export interface DropCounters {
  readonly kind: 'counter.drop'
  readonly collection: string
}

export interface CounterResult {
  readonly value: number
}

/** A counter as the store keeps it. */
export interface StoredCounter extends CounterKey {
  readonly value: number
  readonly expiresAtMs?: number
}

/** Counters of a collection whose keys begin with a text, in the order of their keys. */
export interface CounterList {
  readonly collection: string
  readonly prefix: string
  readonly limit: number
}
