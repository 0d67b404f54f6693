// Survives a crash: accounts, containers, blobs with their bytes, events that nobody took, queues and their messages,
// tables and their entities. The accounts are also kept in memory.
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import type { ByteSource } from '../../store/blobs.ts'
import type { Store } from '../../store/store.ts'
import type { StorageIdentity } from './access.ts'
import type { Account } from './account.ts'
import { Accounts } from './accounts.ts'
import type { Answer } from './answer.ts'
import type { BlobRecord, ContentHeaders } from './blob.ts'
import type { Origin } from './blob-event.ts'
import { BlobEvents, type DeliverBlobEvent } from './blob-events.ts'
import { deleteBlob } from './blob-removal.ts'
import { BlobTable, type BlobPlace } from './blob-table.ts'
import { putBlockBlob } from './block-blob.ts'
import { Containers } from './containers.ts'
import { blobNotFound } from './errors.ts'
import { Expiry } from './expiry.ts'
import { listBlobs } from './listing.ts'
import { readRange, type BlobRange } from './reading.ts'
import { QueueMessages } from './queue/queue-messages.ts'
import { Queues } from './queue/queues.ts'
import { queueHandler } from './queue/rest.ts'
import { answerRequest, blobHandler } from './rest.ts'
import type { StorageRequest } from './storage-request.ts'
import { Entities } from './table/entities.ts'
import { tableHandler } from './table/rest.ts'
import { Tables } from './table/tables.ts'
import { Ticks } from './ticks.ts'

export interface StorageOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly tenantId: string
  /** Who acts by a bearer token, and what roles allow. */
  readonly identity: StorageIdentity
}

/** A blob by its names. */
export interface BlobName {
  readonly account: string
  readonly container: string
  readonly name: string
}

/** A blob that is being read; its bytes are to be read or closed. */
export interface ReadBlob {
  readonly record: BlobRecord
  readonly content: AsyncIterable<Uint8Array>
}

/** Azure Storage: https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api */
export class Storage {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly tenantId: string
  readonly identity: StorageIdentity
  readonly accounts: Accounts
  readonly containers: Containers
  readonly table: BlobTable
  readonly queues: Queues
  readonly queueMessages: QueueMessages
  readonly tables: Tables
  readonly entities: Entities
  /** Serves the Blob endpoint: path-style, and by the host names of Azure. */
  readonly blobHandler: HttpHandler
  /** Serves the Queue endpoint alike. */
  readonly queueHandler: HttpHandler
  /** Serves the Table endpoint alike. */
  readonly tableHandler: HttpHandler
  readonly #events: BlobEvents
  readonly #expiry: Expiry

  constructor(options: StorageOptions) {
    const { store, clock, logger, telemetry, tenantId, identity } = options
    this.clock = clock
    this.telemetry = telemetry
    this.tenantId = tenantId
    this.identity = identity
    const ticks = new Ticks(clock)
    const owner = 'storage/events'
    this.#events = new BlobEvents({ store, clock, logger, owner })
    this.accounts = new Accounts(store)
    this.containers = new Containers({ store, clock, ticks })
    this.table = new BlobTable({ store, clock, ticks, events: this.#events })
    this.queues = new Queues(store)
    this.queueMessages = new QueueMessages({ store, clock, ticks })
    this.tables = new Tables(store)
    this.entities = new Entities({ store, ticks })
    const { accounts, containers, table } = this
    this.#expiry = new Expiry({ table, accounts, containers, logger })
    this.blobHandler = blobHandler(this)
    this.queueHandler = queueHandler(this)
    this.tableHandler = tableHandler(this)
  }

  async start(): Promise<void> {
    await this.accounts.load()
    await this.#events.start()
    this.#expiry.start()
  }

  async stop(): Promise<void> {
    await this.#expiry.stop()
    await this.#events.stop()
  }

  /** Gives every event of a blob to whoever takes it, at least once and in order; called before `start`. */
  onBlobEvent(deliver: DeliverBlobEvent): void {
    this.#events.listen(deliver)
  }

  /** Events that were not taken yet: 0 means idle. */
  pendingEvents(): Promise<number> {
    return this.#events.pending()
  }

  /** Answers a request, wherever it came from. */
  answer(requestId: string, read: () => StorageRequest): Promise<Answer> {
    return answerRequest(this, requestId, read)
  }

  /** The blob's properties, and its bytes as a stream. */
  async readBlob(name: BlobName, range?: Partial<BlobRange>): Promise<ReadBlob> {
    const place = await this.place(name)
    const { record, bytes } = await this.table.open(async () => {
      const found = await this.table.find(place)
      if (!found) throw blobNotFound()
      return found
    })
    const from = Math.min(range?.from ?? 0, record.length)
    const length = Math.min(range?.length ?? record.length, record.length - from)
    return { record, content: readRange(record, bytes, { from, length }) }
  }

  async findBlob(name: BlobName): Promise<BlobRecord | undefined> {
    return this.table.find(await this.place(name))
  }

  /** Puts a block blob over what is there. */
  async putBlob(
    name: BlobName,
    blob: {
      readonly content: ByteSource
      readonly headers?: ContentHeaders
      readonly metadata?: Readonly<Record<string, string>>
      /** Refuse where there is a blob of the name. */
      readonly isNew?: boolean
      readonly trace?: string | undefined
    },
  ): Promise<BlobRecord> {
    const place = await this.place(name)
    const { headers = {}, metadata = {}, isNew, trace } = blob
    const conditions = isNew === true ? { ifNoneMatch: '*' } : {}
    return this.table.withStaged(blob.content, (staged) =>
      putBlockBlob(this.table, place, {
        given: { headers, metadata, conditions },
        staged,
        origin: newOrigin(trace),
      }),
    )
  }

  /** Blobs whose name begins with a prefix, in the order of their names. */
  async listBlobs(
    container: Omit<BlobName, 'name'>,
    page: { readonly prefix?: string; readonly from?: string; readonly limit: number },
  ): Promise<{ readonly blobs: readonly BlobRecord[]; readonly next: string | undefined }> {
    const place = await this.place({ ...container, name: '' })
    const include = { snapshots: false, versions: false, deleted: false, uncommitted: false }
    const { prefix = '', from = '', limit } = page
    const request = { prefix, delimiter: '', from, limit, include }
    const { items, next } = await listBlobs(this.table, place, request)
    return { blobs: items.flatMap((item) => (item.kind === 'blob' ? [item.record] : [])), next }
  }

  async deleteBlob(name: BlobName, trace?: string): Promise<void> {
    const origin = newOrigin(trace)
    const removal = { conditions: {}, origin, snapshots: 'include' } as const
    await deleteBlob(this.table, await this.place(name), removal)
  }

  /** The account, container and name of a blob; refuses where one of them is not there. */
  async place({ account: accountName, container, name }: BlobName): Promise<BlobPlace> {
    const account: Account = this.accounts.get(accountName)
    return { account, container: await this.containers.get(account.name, container), name }
  }
}

function newOrigin(trace: string | undefined): Origin {
  return { requestId: newUuid(), trace }
}
