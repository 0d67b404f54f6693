// Survives a crash: every blob, snapshot, version and uncommitted block, with the bytes they refer to. Nothing is
// kept in memory: a change expects the blob as it was read, and is made again when another writer was faster.
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import type { ByteSource, OpenBlobs, StagedBlob } from '../../store/blobs.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Operation, type Store } from '../../store/store.ts'
import type { Account } from './account.ts'
import { heldBy, type BlobRecord } from './blob.ts'
import { toBlobEvent, type BlobHappening, type Origin } from './blob-event.ts'
import type { BlobEvents } from './blob-events.ts'
import type { ContainerRecord } from './container.ts'
import { keyOf } from './containers.ts'
import { containerNotFound, serverBusy } from './errors.ts'
import { overtakenCountMax } from './limits.ts'
import { etagOf, type Ticks } from './ticks.ts'

/** Where a blob is. */
export interface BlobPlace {
  readonly account: Account
  readonly container: ContainerRecord
  readonly name: string
}

/** A snapshot, version or deleted blob beside the blob of its name, by the time that names it. */
export interface PastBlob {
  readonly moment: string
  readonly record: BlobRecord
}

/** What becomes of a blob. */
export interface BlobChange {
  /** The blob afterwards; absent: there is none. */
  readonly next: BlobRecord | undefined
  /** Bytes that came with the request. */
  readonly staged?: readonly StagedBlob[]
  /** Ids of bytes whose hold comes from elsewhere in the same batch. */
  readonly taken?: Iterable<string>
  readonly pastPut?: readonly PastBlob[]
  readonly pastRemoved?: readonly PastBlob[]
  readonly operations?: readonly Operation[]
  readonly happening?: BlobHappening
}

/** Changes a blob: called with what is there, and again when it has changed meanwhile. */
export type BlobStep = (found: BlobRecord | undefined) => BlobChange | Promise<BlobChange>

/** The blobs of all containers. */
export class BlobTable {
  readonly store: Store
  readonly clock: Clock
  readonly ticks: Ticks
  readonly #events: BlobEvents

  constructor(parts: {
    readonly store: Store
    readonly clock: Clock
    readonly ticks: Ticks
    readonly events: BlobEvents
  }) {
    this.store = parts.store
    this.clock = parts.clock
    this.ticks = parts.ticks
    this.#events = parts.events
  }

  async find(place: BlobPlace): Promise<BlobRecord | undefined> {
    const document = await this.store.getDocument(blobKey(place))
    return document && readBlob(document)
  }

  /** A snapshot or version by the time that names it. */
  async findPast(place: BlobPlace, moment: string): Promise<BlobRecord | undefined> {
    const document = await this.store.getDocument(pastKey(place, moment))
    return document && readBlob(document)
  }

  /** Snapshots, versions and deletions of one blob, oldest first. */
  async past(place: BlobPlace): Promise<readonly PastBlob[]> {
    const { collection, partition } = pastKey(place, '')
    const from = `${place.name}${separator}`
    const before = `${place.name}${afterSeparator}`
    const documents = await this.store.listDocuments({
      collection,
      partition,
      from,
      before,
      limit: pastCountMax,
    })
    return documents.map(toPast)
  }

  /** Blobs of a container by name. */
  async list(
    place: Omit<BlobPlace, 'name'>,
    range: { readonly from: string; readonly before?: string; readonly limit: number },
  ): Promise<readonly BlobRecord[]> {
    const { collection, partition } = blobKey({ ...place, name: '' })
    return (await this.store.listDocuments({ collection, partition, ...range })).map(readBlob)
  }

  /** Snapshots, versions and deletions of a container, by name and time. */
  async listPast(
    place: Omit<BlobPlace, 'name'>,
    range: { readonly from: string; readonly before?: string; readonly limit: number },
  ): Promise<readonly PastBlob[]> {
    const { collection, partition } = pastKey({ ...place, name: '' }, '')
    return (await this.store.listDocuments({ collection, partition, ...range })).map(toPast)
  }

  /** Makes a change whole or not at all, with the bytes and the event that belong to it. */
  async change(
    place: BlobPlace,
    origin: Origin,
    step: BlobStep,
  ): Promise<{ readonly before: BlobRecord | undefined; readonly change: BlobChange }> {
    for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
      const document = await this.store.getDocument(blobKey(place))
      const before = document && readBlob(document)
      const change = await step(before)
      try {
        await this.store.write(this.#batch(place, { document, before, change, origin }))
        return { before, change }
      } catch (error) {
        if (!(error instanceof ExpectationFailed)) throw error
        if (error.index === 0) throw containerNotFound()
      }
    }
    throw serverBusy()
  }

  /** True where there is a blob whose name begins with that of a directory. */
  async hasBelow(place: BlobPlace): Promise<boolean> {
    const from = `${place.name}/`
    return (await this.list(place, { from, before: `${place.name}0`, limit: 1 })).length > 0
  }

  document(place: BlobPlace): Promise<StoredDocument | undefined> {
    return this.store.getDocument(blobKey(place))
  }

  /** Opens a blob's bytes for reading; `find` is asked again when they are gone in between. */
  async open(
    find: () => Promise<BlobRecord>,
  ): Promise<{ readonly record: BlobRecord; readonly bytes: OpenBlobs }> {
    for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
      const record = await find()
      const bytes = await this.store.openBlobs([...heldBy(record)])
      if (bytes) return { record, bytes }
    }
    throw serverBusy()
  }

  /** Takes bytes in, and forgets them where what was to become of them fails. */
  async withStaged<T>(source: ByteSource, work: (staged: StagedBlob) => Promise<T>): Promise<T> {
    const staged = await this.store.stageBlob(source)
    try {
      return await work(staged)
    } catch (error) {
      await this.store.discardBlob(staged)
      throw error
    }
  }

  /** A new etag and time of change. */
  stamp(): { readonly etag: string; readonly modifiedMs: number } {
    return { etag: etagOf(this.ticks.next()), modifiedMs: this.clock.now() }
  }

  /** What a batch carries so that an event comes with it. */
  eventFor(place: BlobPlace, happening: BlobHappening, origin: Origin): readonly Operation[] {
    const { account, name } = place
    const at = { account, container: place.container.name, name }
    return this.#events.operationsFor(() => {
      const stamp = { origin, ticks: this.ticks.next(), nowMs: this.clock.now() }
      return toBlobEvent(at, happening, stamp)
    })
  }

  #batch(
    place: BlobPlace,
    parts: {
      readonly document: StoredDocument | undefined
      readonly before: BlobRecord | undefined
      readonly change: BlobChange
      readonly origin: Origin
    },
  ): readonly Operation[] {
    const { document, before, change, origin } = parts
    const { pastPut = [], pastRemoved = [], staged = [], operations = [], happening } = change
    const container = keyOf(place.account.name, place.container.name)
    const batch: Operation[] = [{ kind: 'document.check', ...container, expect: 'present' }]
    batch.push(blobOperation(place, { document, next: change.next, trace: origin.trace }))
    // One that is both is replaced.
    for (const { moment } of pastRemoved) {
      batch.push({ kind: 'document.delete', ...pastKey(place, moment) })
    }
    for (const { moment, record } of pastPut) {
      const body = JSON.stringify(record)
      batch.push({ kind: 'document.put', ...pastKey(place, moment), body, etag: newUuid() })
    }
    for (const blob of staged) batch.push({ kind: 'blob.put', blob })
    batch.push(
      ...holdOperations({
        before: [before, ...pastRemoved.map(({ record }) => record)],
        after: [change.next, ...pastPut.map(({ record }) => record)],
        given: [...staged.map(({ id }) => id), ...(change.taken ?? [])],
      }),
    )
    batch.push(...operations)
    if (happening) batch.push(...this.eventFor(place, happening, origin))
    return batch
  }
}

// Names cannot have it, so that the past of `a` comes before that of `a!`.
const separator = '\u0001'
const afterSeparator = '\u0002'

/** Snapshots, versions and deletions of one blob that are looked at together. */
const pastCountMax = 10_000

/** The document of a blob. */
export function blobKey(place: BlobPlace): { collection: string; partition: string; id: string } {
  const collection = blobCollection(place.account.name)
  return { collection, partition: place.container.id, id: place.name }
}

/** The document of a snapshot, version or deletion. */
function pastKey(
  place: BlobPlace,
  moment: string,
): { collection: string; partition: string; id: string } {
  const collection = pastCollection(place.account.name)
  return { collection, partition: place.container.id, id: `${place.name}${separator}${moment}` }
}

export function blobCollection(account: string): string {
  return `storage/blobs/${account}`
}

export function pastCollection(account: string): string {
  return `storage/past/${account}`
}

export function readBlob(document: StoredDocument): BlobRecord {
  const record: BlobRecord = JSON.parse(document.body)
  return record
}

function toPast(document: StoredDocument): PastBlob {
  const moment = document.id.slice(document.id.indexOf(separator) + 1)
  return { moment, record: readBlob(document) }
}

function blobOperation(
  place: BlobPlace,
  parts: {
    readonly document: StoredDocument | undefined
    readonly next: BlobRecord | undefined
    readonly trace: string | undefined
  },
): Operation {
  const { document, next } = parts
  const key = blobKey(place)
  const expect = document ? { etag: document.etag } : 'absent'
  if (next) {
    const trace = parts.trace === undefined ? {} : { trace: parts.trace }
    const body = JSON.stringify(next)
    return { kind: 'document.put', ...key, body, etag: newUuid(), expect, ...trace }
  }
  return document
    ? { kind: 'document.delete', ...key, expect }
    : { kind: 'document.check', ...key, expect }
}

/** Each record holds each of its bytes once: what a batch adds or takes away is the difference. */
function holdOperations(parts: {
  readonly before: readonly (BlobRecord | undefined)[]
  readonly after: readonly (BlobRecord | undefined)[]
  readonly given: readonly string[]
}): Operation[] {
  const holds = new Map<string, number>()
  const count = (id: string, by: number) => holds.set(id, (holds.get(id) ?? 0) + by)
  for (const record of parts.before) for (const id of heldBy(record)) count(id, -1)
  for (const record of parts.after) for (const id of heldBy(record)) count(id, 1)
  for (const id of parts.given) count(id, -1)
  const operations: Operation[] = []
  for (const [id, by] of holds) {
    for (let left = by; left > 0; left -= 1) operations.push({ kind: 'blob.hold', id })
    for (let left = by; left < 0; left += 1) operations.push({ kind: 'blob.release', id })
  }
  return operations
}
