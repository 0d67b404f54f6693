/**
 * Survives a crash: every event whose commit has come back. Events of one turn share a commit, and many runs share the
 * fsync of a commit; what was not committed is done again, which is why an action with effects outside commits first.
 */
import type { Operation } from '../../store/store.ts'
import { pendingEventsMax } from './limits.ts'
import { type RunEvent, readEvents, writeEvents } from './run-events.ts'
import type { Store } from '../../store/store.ts'

/** Where the events of a run go. */
export interface RunLog {
  append(event: RunEvent): void
  /** Resolves when every event up to now is durable; `also` commits with them. */
  commit(also?: readonly Operation[]): Promise<void>
  /** Gives others their turn, and commits. */
  readonly isFull: boolean
}

/** The log of a stateful run. */
export class StoredRunLog implements RunLog {
  readonly #store: Store
  readonly #place: LogPlace
  #next: number
  #pending: RunEvent[] = []
  #soon = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(store: Store, place: LogPlace, next: number) {
    this.#store = store
    this.#place = place
    this.#next = next
  }

  append(event: RunEvent): void {
    this.#pending.push(event)
    if (this.#soon) return
    this.#soon = true
    // What a run did is on its way to disk at the end of the turn even when nothing waits for it.
    setImmediate(() => {
      this.#soon = false
      this.#flush([])
    })
  }

  async commit(also: readonly Operation[] = []): Promise<void> {
    this.#flush(also)
    await this.#last
  }

  get isFull(): boolean {
    return this.#pending.length >= pendingEventsMax
  }

  #flush(also: readonly Operation[]): void {
    const events = this.#pending
    if (events.length === 0 && also.length === 0) return
    this.#pending = []
    const batch: Operation[] = [...also]
    if (events.length > 0) {
      batch.push({
        kind: 'document.put',
        ...logKey(this.#place, this.#next),
        body: writeEvents(events),
        etag: '"1"',
        timeToLiveMs: this.#place.timeToLiveMs,
      })
      this.#next += 1
    }
    // Commits keep the order of the writes: when the last has come back all have.
    const written = this.#store.write(batch)
    this.#last = written
    // Whoever commits next hears of a failure; until then it must not be one that nobody handles.
    written.catch(() => {})
  }
}

/** The log of a stateless run: nothing survives. */
export class VolatileRunLog implements RunLog {
  readonly #onEvent: ((event: RunEvent) => void) | undefined
  readonly isFull = false

  constructor(onEvent?: (event: RunEvent) => void) {
    this.#onEvent = onEvent
  }

  append(event: RunEvent): void {
    this.#onEvent?.(event)
  }

  commit(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }
}

/** Which run a log is of. */
export interface LogPlace {
  readonly collection: string
  readonly partition: string
  readonly timeToLiveMs: number
}

/** Reads the log of a run from its first event; `next` is the number of the next commit. */
export async function readRunLog(
  store: Store,
  place: Pick<LogPlace, 'collection' | 'partition'>,
): Promise<{ readonly events: RunEvent[]; readonly next: number }> {
  const events: RunEvent[] = []
  for (let next = 0; ; next += 1) {
    const document = await store.getDocument(logKey(place, next))
    if (!document) return { events, next }
    for (const event of readEvents(document.body)) events.push(event)
  }
}

/** A log that begins with events of another run: what a resubmission from an action takes over. */
export function seedOperation(place: LogPlace, events: readonly RunEvent[]): Operation {
  return {
    kind: 'document.put',
    ...logKey(place, 0),
    body: writeEvents(events),
    etag: '"1"',
    timeToLiveMs: place.timeToLiveMs,
  }
}

function logKey(place: Pick<LogPlace, 'collection' | 'partition'>, number: number) {
  const { collection, partition } = place
  return { collection, partition, id: String(number) }
}
