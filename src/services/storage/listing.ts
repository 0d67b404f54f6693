import type { Account } from './account.ts'
import type { BlobRecord } from './blob.ts'
import type { BlobTable } from './blob-table.ts'
import { blockCollection, splitBlockKey } from './block-blob.ts'
import type { ContainerRecord } from './container.ts'
import { listedDocumentsMax } from './limits.ts'

/** What a listing shows besides the blobs. */
export interface ListInclude {
  readonly snapshots: boolean
  readonly versions: boolean
  readonly deleted: boolean
  readonly uncommitted: boolean
}

/** What is listed. */
export interface ListRequest {
  readonly prefix: string
  readonly delimiter: string
  /** The name to go on from. */
  readonly from: string
  readonly limit: number
  readonly include: ListInclude
  /** Give names from here on only. */
  readonly startFrom?: string
}

export type ListedItem =
  | { readonly kind: 'blob'; readonly record: BlobRecord; readonly isCurrent: boolean }
  | { readonly kind: 'prefix'; readonly name: string; readonly record?: BlobRecord }
  | { readonly kind: 'uncommitted'; readonly name: string }

/** https://learn.microsoft.com/rest/api/storageservices/list-blobs */
export async function listBlobs(
  table: BlobTable,
  place: { readonly account: Account; readonly container: ContainerRecord },
  request: ListRequest,
): Promise<{ readonly items: readonly ListedItem[]; readonly next: string | undefined }> {
  const { prefix, delimiter, limit } = request
  const sources = sourcesOf(table, place, request)
  const items: ListedItem[] = []
  const directories = new Set<string>()
  let passed = 0
  for (;;) {
    const name = lowest(await Promise.all(sources.map((source) => source.peek())))
    if (name === undefined) return { items, next: undefined }
    if (items.length >= limit || passed >= listedDocumentsMax) return { items, next: name }
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
    if (end >= 0) {
      const common = name.slice(0, end + delimiter.length)
      if (!directories.has(common)) items.push({ kind: 'prefix', name: common })
      for (const source of sources) source.seek(`${common}${lastCharacter}`)
      continue
    }
    for (const source of sources) {
      const taken = (await source.take(name)).map((item) => asPrefix(item, delimiter))
      taken.forEach((item) => item.kind === 'prefix' && directories.add(item.name))
      items.push(...taken)
    }
    passed += 1
  }
}

/** After every name that begins with what stands before it. */
export const lastCharacter = '\u{10ffff}'

const fetchCount = 200

/** One of the lists that a listing is merged of. */
class Source {
  readonly #fetch: (from: string, limit: number) => Promise<readonly Named[]>
  #from: string
  #waiting: readonly Named[] = []
  #isAtEnd = false

  constructor(from: string, fetch: (from: string, limit: number) => Promise<readonly Named[]>) {
    this.#from = from
    this.#fetch = fetch
  }

  async peek(): Promise<string | undefined> {
    while (this.#waiting.length === 0 && !this.#isAtEnd) {
      const fetched = await this.#fetch(this.#from, fetchCount)
      const last = fetched.at(-1)
      this.#isAtEnd = fetched.length < fetchCount
      if (last) this.#from = `${last.key}\u0001`
      this.#waiting = fetched.filter(({ item }) => item !== undefined)
    }
    return this.#waiting[0]?.name
  }

  async take(name: string): Promise<readonly ListedItem[]> {
    const taken: ListedItem[] = []
    while ((await this.peek()) === name) {
      const item = this.#waiting[0]?.item
      this.#waiting = this.#waiting.slice(1)
      if (item) taken.push(item)
    }
    return taken
  }

  seek(from: string): void {
    this.#waiting = this.#waiting.filter(({ name }) => name >= from)
    if (this.#waiting.length > 0 || from < this.#from) return
    this.#from = from
  }
}

interface Named {
  /** What the document is named by. */
  readonly key: string
  readonly name: string
  /** Absent for what is not shown. */
  readonly item: ListedItem | undefined
}

function sourcesOf(
  table: BlobTable,
  place: { readonly account: Account; readonly container: ContainerRecord },
  request: ListRequest,
): readonly Source[] {
  const { prefix, include, startFrom = '' } = request
  const from = [prefix, request.from, startFrom].toSorted().at(-1) ?? ''
  const before = prefix === '' ? {} : { before: `${prefix}${lastCharacter}` }
  const nowMs = table.clock.now()
  const pastSource = new Source(from, async (start, limit) => {
    const found = await table.listPast(place, { from: start, ...before, limit })
    return found.map(({ moment, record }) => {
      const key = `${record.name}\u0001${moment}`
      const item = isPastShown(record, include)
        ? ({ kind: 'blob', record, isCurrent: false } as const)
        : undefined
      return { key, name: record.name, item }
    })
  })
  const blobSource = new Source(from, async (start, limit) => {
    const found = await table.list(place, { from: start, ...before, limit })
    return found.map((record) => {
      const isGone = record.expiresMs !== undefined && record.expiresMs <= nowMs
      const item = isGone ? undefined : ({ kind: 'blob', record, isCurrent: true } as const)
      return { key: record.name, name: record.name, item }
    })
  })
  const hasPast = include.snapshots || include.versions || include.deleted
  const sources = hasPast ? [pastSource, blobSource] : [blobSource]
  return include.uncommitted ? [...sources, blockSource(table, place, { from, before })] : sources
}

/** Blobs that have blocks and were never committed. */
function blockSource(
  table: BlobTable,
  place: { readonly account: Account; readonly container: ContainerRecord },
  range: { readonly from: string; readonly before: { readonly before?: string } },
): Source {
  return new Source(range.from, async (from, limit) => {
    const { account, container } = place
    const collection = blockCollection(account.name)
    const list = { collection, partition: container.id, from, ...range.before, limit }
    const named: Named[] = []
    for (const { id } of await table.store.listDocuments(list)) {
      const { name } = splitBlockKey(id)
      const isNew = named.at(-1)?.name !== name && !(await table.find({ ...place, name }))
      named.push({ key: id, name, item: isNew ? { kind: 'uncommitted', name } : undefined })
    }
    return named
  })
}

function isPastShown(record: BlobRecord, include: ListInclude): boolean {
  if (record.deletedMs !== undefined) {
    return include.deleted && (record.snapshot === undefined || include.snapshots)
  }
  return record.snapshot === undefined ? include.versions : include.snapshots
}

/** In a listing by levels a directory stands for what it holds. */
function asPrefix(item: ListedItem, delimiter: string): ListedItem {
  const isDirectory = item.kind === 'blob' && item.record.isDirectory === true
  return isDirectory && delimiter === '/'
    ? { kind: 'prefix', name: `${item.record.name}/`, record: item.record }
    : item
}

function lowest(names: readonly (string | undefined)[]): string | undefined {
  let first: string | undefined
  for (const name of names) {
    if (name !== undefined && (first === undefined || name < first)) first = name
  }
  return first
}
