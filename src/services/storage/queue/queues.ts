// Survives a crash: every queue with its metadata and stored policies.
import { newUuid } from '../../../base/ids.ts'
import type { CheckDocument, StoredDocument } from '../../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../../store/store.ts'
import type { AccessPolicy } from '../access.ts'
import { queueExists, queueNotFound } from './errors.ts'
import { messagesOf } from './message.ts'
import { checkQueueName, type QueueRecord } from './queue.ts'

/** Collection of the queues themselves. */
export const queueCollection = 'storage/queues'

/** The queues of all accounts. */
export class Queues {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async find(account: string, name: string): Promise<QueueRecord | undefined> {
    const document = await this.#store.getDocument(keyOf(account, name))
    return document && readQueue(document)
  }

  async get(account: string, name: string): Promise<QueueRecord> {
    const found = await this.find(account, name)
    if (!found) throw queueNotFound()
    return found
  }

  /** Makes a queue; one that is there with the same metadata is as good as made. */
  async create(
    account: string,
    name: string,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly queue: QueueRecord; readonly isNew: boolean }> {
    checkQueueName(name)
    const queue = { id: newUuid(), account, name, metadata, policies: [] }
    try {
      await this.#store.write([{ ...putOf(queue), expect: 'absent' }])
      return { queue, isNew: true }
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
    }
    const found = await this.get(account, name)
    if (!isSame(found.metadata, metadata)) throw queueExists()
    return { queue: found, isNew: false }
  }

  /** The queue of a name, made when there is none. */
  async ensure(account: string, name: string): Promise<QueueRecord> {
    const found = await this.find(account, name)
    return found ?? (await this.create(account, name)).queue
  }

  setMetadata(queue: QueueRecord, metadata: Readonly<Record<string, string>>): Promise<void> {
    return this.#replace({ ...queue, metadata })
  }

  setPolicies(queue: QueueRecord, policies: readonly AccessPolicy[]): Promise<void> {
    return this.#replace({ ...queue, policies })
  }

  /** Removes a queue with its messages. */
  async delete(queue: QueueRecord): Promise<void> {
    const key = keyOf(queue.account, queue.name)
    await this.#mustBeThere(async () => {
      await this.#store.write([
        { kind: 'document.delete', ...key, expect: { etag: queue.id } },
        { kind: 'collection.drop', collection: messagesOf(queue) },
      ])
    })
  }

  /** Queues by name, from one on. */
  async list(account: string, from: string, limit: number): Promise<readonly QueueRecord[]> {
    const list = { collection: queueCollection, partition: account, from, limit }
    return (await this.#store.listDocuments(list)).map(readQueue)
  }

  async #replace(queue: QueueRecord): Promise<void> {
    await this.#mustBeThere(async () => {
      await this.#store.write([{ ...putOf(queue), expect: { etag: queue.id } }])
    })
  }

  async #mustBeThere(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      throw error instanceof ExpectationFailed ? queueNotFound() : error
    }
  }
}

/** What a batch that writes a message expects: the queue is there, and is the same one. */
export function expectQueue(queue: QueueRecord): CheckDocument {
  const key = keyOf(queue.account, queue.name)
  return { kind: 'document.check', ...key, expect: { etag: queue.id } }
}

// The etag is the queue's own for ever: a change of its metadata does not hold up its messages.
function putOf(queue: QueueRecord) {
  const key = keyOf(queue.account, queue.name)
  return { kind: 'document.put', ...key, body: JSON.stringify(queue), etag: queue.id } as const
}

function keyOf(account: string, name: string) {
  return { collection: queueCollection, partition: account, id: name }
}

function readQueue(document: StoredDocument): QueueRecord {
  const queue: QueueRecord = JSON.parse(document.body)
  return queue
}

function isSame(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
  )
}
