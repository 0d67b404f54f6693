import type { ByteSource, OpenBlobs, StagedBlob } from './blobs.ts'
import type { CounterKey, CounterList, StoredCounter } from './counters.ts'
import type {
  DocumentKey,
  DocumentList,
  DocumentScan,
  FeedPage,
  FeedQuery,
  SlotRange,
  StoredDocument,
} from './documents.ts'
import type { BrowseQuery, QueueCounts, StoredGroup, StoredMessage } from './messages.ts'
import { slotCount } from './slot.ts'
import type { Commit, Operation, ResultsOf, Store } from './store.ts'

const stripes = 4
const stripeSlots = slotCount / stripes
const delayTicksMax = 4

/**
 * A store in front of another that shows what a distributed engine may do, drawn from a seed: writes
 * made at once commit in any order, the feed shows partitions late and interleaved (each in its own
 * order), and wake-ups come late, twice or never. What runs well on it does not rely on luck.
 */
export class ShuffledStore implements Store {
  readonly #store: Store
  readonly #random: (below: number) => number

  constructor(store: Store, options: { readonly seed: number }) {
    this.#store = store
    this.#random = newRandom(options.seed)
  }

  async write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>> {
    await this.#delay()
    try {
      return await this.#store.write(batch)
    } finally {
      await this.#delay()
    }
  }

  getDocument(key: DocumentKey): Promise<StoredDocument | undefined> {
    return this.#store.getDocument(key)
  }

  scan(scan: DocumentScan): AsyncIterable<readonly StoredDocument[]> {
    return this.#store.scan(scan)
  }

  listDocuments(list: DocumentList): Promise<readonly StoredDocument[]> {
    return this.#store.listDocuments(list)
  }

  countDocuments(collection: string): Promise<number> {
    return this.#store.countDocuments(collection)
  }

  async feed(query: FeedQuery): Promise<FeedPage> {
    const cursors = readCursor(query.after)
    const documents: StoredDocument[] = []
    for (const stripe of this.#inAnyOrder(stripes)) {
      const slots = stripeOf(stripe, query.slots)
      // Some of what is committed is not visible yet.
      const limit = this.#random(query.limit - documents.length + 1)
      if (!slots || limit === 0) continue
      const page = await this.#store.feed(stripeQuery({ ...query, limit }, cursors[stripe], slots))
      documents.push(...page.documents)
      cursors[stripe] = page.cursor
    }
    return { documents, cursor: cursors.join('/') }
  }

  async feedEnd(collection: string): Promise<string> {
    const end = await this.#store.feedEnd(collection)
    return Array.from({ length: stripes }, () => end).join('/')
  }

  async feedLag(query: FeedQuery): Promise<number> {
    const cursors = readCursor(query.after)
    let lag = 0
    for (let stripe = 0; stripe < stripes; stripe += 1) {
      const slots = stripeOf(stripe, query.slots)
      if (slots) lag += await this.#store.feedLag(stripeQuery(query, cursors[stripe], slots))
    }
    return Math.min(lag, query.limit)
  }

  getMessage(queue: string, sequence: number): Promise<StoredMessage | undefined> {
    return this.#store.getMessage(queue, sequence)
  }

  browse(query: BrowseQuery): Promise<readonly StoredMessage[]> {
    return this.#store.browse(query)
  }

  countMessages(queue: string): Promise<QueueCounts> {
    return this.#store.countMessages(queue)
  }

  listGroups(queue: string): Promise<readonly StoredGroup[]> {
    return this.#store.listGroups(queue)
  }

  getGroup(queue: string, group: string): Promise<StoredGroup | undefined> {
    return this.#store.getGroup(queue, group)
  }

  nextDue(queue: string): Promise<number | undefined> {
    return this.#store.nextDue(queue)
  }

  stageBlob(source: ByteSource): Promise<StagedBlob> {
    return this.#store.stageBlob(source)
  }

  discardBlob(blob: StagedBlob): Promise<void> {
    return this.#store.discardBlob(blob)
  }

  openBlobs(ids: readonly string[]): Promise<OpenBlobs | undefined> {
    return this.#store.openBlobs(ids)
  }

  getCounter(counter: CounterKey): Promise<StoredCounter | undefined> {
    return this.#store.getCounter(counter)
  }

  listCounters(list: CounterList): Promise<readonly StoredCounter[]> {
    return this.#store.listCounters(list)
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#store.onCommit((commit) => {
      for (let times = this.#random(3); times > 0; times -= 1) {
        void this.#delay().then(() => listener(commit))
      }
    })
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #delay(): Promise<void> {
    for (let ticks = this.#random(delayTicksMax); ticks > 0; ticks -= 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #inAnyOrder(count: number): number[] {
    const numbers: number[] = []
    for (let number = 0; number < count; number += 1) {
      numbers.splice(this.#random(numbers.length + 1), 0, number)
    }
    return numbers
  }
}

// A cursor is one of the other store for each stripe of slots.
function readCursor(cursor: string | undefined): string[] {
  return cursor === undefined ? Array.from({ length: stripes }, () => '') : cursor.split('/')
}

function stripeOf(stripe: number, slots: SlotRange | undefined): SlotRange | undefined {
  const from = Math.max(stripe * stripeSlots, slots?.from ?? 0)
  const to = Math.min((stripe + 1) * stripeSlots, slots?.to ?? slotCount)
  return from < to ? { from, to } : undefined
}

function stripeQuery(query: FeedQuery, cursor: string | undefined, slots: SlotRange): FeedQuery {
  const { collection, limit, sinceMs } = query
  return {
    collection,
    limit,
    slots,
    ...(cursor ? { after: cursor } : {}),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  }
}

/** Whole numbers from 0 to below a bound, always the same for a seed (mulberry32). */
function newRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
