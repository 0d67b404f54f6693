// What survives a crash: each lease is an item of the lease container with its owner and how far it came.
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import type { Container } from './container.ts'
import { badRequest } from './errors.ts'
import { slotsBetween, type FeedRange } from './feed-range.ts'

/** A lease as it was last read or written. */
export interface ChangeFeedLease {
  readonly id: string
  /** The id of the feed range. */
  readonly token: string
  readonly range: Pick<FeedRange, 'id' | 'min' | 'max' | 'slots'>
  /** Cursor of the change feed; none until the first checkpoint of a reader from the beginning. */
  readonly continuation?: string
  readonly owner?: string
  readonly timestampMs: number
  readonly etag: string
  /** Kept as it is for others who write there. */
  readonly properties: JsonObject
}

type LeaseChange = { readonly owner?: string | null; readonly continuation?: string }

/** Another host has the lease, or it was deleted. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** The leases of one processor on one container, in the shape that Azure's own processor writes. */
export class ChangeFeedLeases {
  readonly #container: Container
  readonly #idPrefix: string
  readonly #copyIdTo: string | undefined

  constructor(options: { leases: Container; monitored: Container; leasePrefix: string }) {
    const { leases, monitored, leasePrefix } = options
    this.#container = leases
    this.#idPrefix = `${leasePrefix}${monitored.accountHost}_${monitored.databaseRid}_${monitored.rid}..`
    this.#copyIdTo = idProperty(leases)
  }

  async list(): Promise<readonly ChangeFeedLease[]> {
    const leases: ChangeFeedLease[] = []
    for await (const page of this.#container.readItems()) {
      for (const { item } of page) {
        if (text(item, 'id').startsWith(this.#idPrefix)) leases.push(parseLease(item))
      }
    }
    return leases
  }

  /** Makes the lease of a range without an owner, unless there is one already. */
  async createIfAbsent(range: FeedRange, continuation: string | undefined): Promise<void> {
    const lease = {
      id: `${this.#idPrefix}${range.id}`,
      token: range.id,
      range,
      timestampMs: this.#now,
      properties: {},
      ...(continuation === undefined ? {} : { continuation }),
    }
    try {
      await this.#container.createItem(this.#document(lease), { silent: true })
    } catch (error) {
      if (!isStatus(error, 409)) throw error
    }
  }

  /** Makes a host the owner; fails with `LeaseLost` when another changed the lease since it was read. */
  acquire(lease: ChangeFeedLease, hostName: string): Promise<ChangeFeedLease> {
    return this.#replace(lease, { owner: hostName })
  }

  /** Shows that the owner is alive, and with `continuation` how far it came. */
  async renew(lease: ChangeFeedLease, continuation?: string): Promise<ChangeFeedLease> {
    const change = continuation === undefined ? {} : { continuation }
    try {
      return await this.#replace(lease, change)
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error
      return await this.#replace(await this.#stillOwned(lease), change)
    }
  }

  /** Gives the lease up, so that the next host need not wait until it expires. */
  async release(lease: ChangeFeedLease): Promise<void> {
    try {
      await this.#replace(await this.#stillOwned(lease), { owner: null })
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error
    }
  }

  async delete(lease: ChangeFeedLease): Promise<void> {
    try {
      await this.#container.deleteItem(lease.id, lease.id, { silent: true })
    } catch (error) {
      if (!isStatus(error, 404)) throw error
    }
  }

  get #now(): number {
    return this.#container.parts.clock.now()
  }

  // Someone else may write to a lease document without taking it (its `properties`, a restore).
  async #stillOwned(lease: ChangeFeedLease): Promise<ChangeFeedLease> {
    try {
      const current = parseLease((await this.#container.readItem(lease.id, lease.id)).item)
      if (current.owner === lease.owner) return current
    } catch (error) {
      if (!isStatus(error, 404)) throw error
    }
    throw new LeaseLost(`the lease ${lease.id} is no longer held by ${lease.owner ?? 'anyone'}`)
  }

  async #replace(lease: ChangeFeedLease, change: LeaseChange): Promise<ChangeFeedLease> {
    const { owner, ...rest } = { ...lease, ...change }
    const changed = { ...rest, ...(owner ? { owner } : {}), timestampMs: this.#now }
    try {
      const { etag } = await this.#container.replaceItem(lease.id, this.#document(changed), {
        ifMatch: lease.etag,
        silent: true,
      })
      return { ...changed, etag }
    } catch (error) {
      if (!isStatus(error, 404) && !isStatus(error, 412)) throw error
      throw new LeaseLost(`the lease ${lease.id} was changed by another host`, { cause: error })
    }
  }

  #document(lease: Omit<ChangeFeedLease, 'etag'>): JsonObject {
    return {
      id: lease.id,
      ...(this.#copyIdTo === undefined ? {} : { [this.#copyIdTo]: lease.id }),
      version: 0,
      LeaseToken: lease.token,
      FeedRange: { Range: { min: lease.range.min, max: lease.range.max } },
      Owner: lease.owner ?? null,
      ContinuationToken: lease.continuation ?? null,
      properties: lease.properties,
      timestamp: new Date(lease.timestampMs).toISOString(),
      Mode: 'Incremental Feed',
    }
  }
}

function parseLease(item: JsonObject): ChangeFeedLease {
  const token = text(item, 'LeaseToken')
  const range = objectMember(item['FeedRange'], 'Range')
  const ends = { min: stringMember(range, 'min') ?? '', max: stringMember(range, 'max') ?? 'FF' }
  const continuation = stringMember(item, 'ContinuationToken')
  const owner = stringMember(item, 'Owner')
  return {
    id: text(item, 'id'),
    token,
    range: { id: token, ...ends, slots: slotsBetween(ends) },
    ...(continuation === undefined ? {} : { continuation }),
    ...(owner ? { owner } : {}),
    timestampMs: Date.parse(text(item, 'timestamp')) || Number(item['_ts']) * 1000,
    etag: text(item, '_etag'),
    properties: objectMember(item, 'properties'),
  }
}

function text(item: JsonObject, name: string): string {
  return stringMember(item, name) ?? ''
}

/** The property that must repeat the id, where the lease container is not partitioned by the id itself. */
function idProperty(leases: Container): string | undefined {
  const { paths } = leases.definition.partitionKey
  if (paths.length === 1 && paths[0] === '/id') return undefined
  if (paths.length === 1 && paths[0] === '/partitionKey') return 'partitionKey'
  throw badRequest(
    'The lease container, if partitioned, must have partition key equal to /id or /partitionKey.',
  )
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ServiceError && error.status === status
}
