import { messageOf } from '../../base/errors.ts'
import { ExpectationFailed, type ExpectationName, type Operation } from '../store.ts'
import type { PutDocumentResult, DeleteDocumentResult } from '../documents.ts'
import type { CounterResult } from '../counters.ts'
import type { AppendMessageResult, ClaimGroupResult, ClaimMessagesResult } from '../messages.ts'
import { BlobWriter } from './blob-writer.ts'
import { BodyIndexes } from './body-indexes.ts'
import { Collections } from './collections.ts'
import type { Connection } from './connection.ts'
import { CounterWriter } from './counter-table.ts'
import { DocumentWriter } from './document-writer.ts'
import { DueMessages } from './due-messages.ts'
import { GroupLeases } from './group-leases.ts'
import { GroupWriter } from './group-writer.ts'
import { LeaseTable } from './lease-table.ts'
import { MessageTable } from './message-table.ts'
import { MessageWriter } from './message-writer.ts'
import { Queues } from './queues.ts'
import { Sweeper } from './sweeper.ts'
import { Touched } from './touched.ts'
import type { Turn } from './turn.ts'

/** What the store does for itself, in the same line of commits. */
export type Chore =
  | { readonly kind: 'store.sweep' }
  | { readonly kind: 'store.forget'; readonly blobs: readonly string[] }
  | {
      readonly kind: 'store.index'
      readonly collection: string
      readonly path: readonly (string | number)[]
    }

/** A batch and the time it was written at. */
export interface TimedBatch {
  readonly nowMs: number
  readonly batch: readonly (Operation | Chore)[]
}

export type OperationResult =
  | PutDocumentResult
  | DeleteDocumentResult
  | AppendMessageResult
  | ClaimMessagesResult
  | ClaimGroupResult
  | CounterResult
  | undefined

/** What became of a batch; plain data, since it crosses threads. */
export type BatchOutcome =
  | { readonly results: readonly OperationResult[] }
  | { readonly unmet: ExpectationName; readonly index: number }
  | { readonly fault: string }

export interface GroupOutcome {
  readonly outcomes: readonly BatchOutcome[]
  readonly collections: readonly string[]
  readonly queues: readonly string[]
  /** Blobs that may have lost their last hold. */
  readonly blobs: readonly string[]
  /** When the store has something to sweep because of it; `Infinity` for never. */
  readonly sweepMs: number
}

/** Applies groups of batches to one connection: each group is one transaction and one flush to disk. */
export class Engine {
  readonly #connection: Connection
  readonly #collections: Collections
  readonly #queues: Queues
  readonly #table: MessageTable
  readonly #documents: DocumentWriter
  readonly #messages: MessageWriter
  readonly #groups: GroupWriter
  readonly #blobs: BlobWriter
  readonly #counters: CounterWriter
  readonly #indexes: BodyIndexes
  readonly #sweeper: Sweeper
  readonly #touched = new Touched()

  constructor(connection: Connection) {
    this.#connection = connection
    this.#collections = new Collections(connection)
    this.#queues = new Queues(connection)
    const touched = this.#touched
    const queues = this.#queues
    const leases = new LeaseTable(connection)
    const table = new MessageTable(connection, { queues, leases, touched })
    this.#table = table
    const due = new DueMessages(connection, { table, leases })
    const groups = new GroupLeases(connection)
    this.#documents = new DocumentWriter(connection, this.#collections, touched)
    this.#messages = new MessageWriter(connection, { queues, table, due, leases, groups, touched })
    this.#groups = new GroupWriter(connection, { queues, table, due, leases, touched })
    this.#blobs = new BlobWriter(connection, touched)
    this.#counters = new CounterWriter(connection, touched)
    this.#indexes = new BodyIndexes(connection)
    this.#sweeper = new Sweeper(connection, this.#indexes)
  }

  apply(group: readonly TimedBatch[]): GroupOutcome {
    const outcomes = this.#applyTogether(group) ?? group.map((timed) => this.#applyAlone(timed))
    const collections = [...this.#touched.collections]
    const queues = [...this.#touched.queues]
    const blobs = [...this.#touched.blobs]
    const { sweepMs } = this.#touched
    this.#touched.clear()
    return { outcomes, collections, queues, blobs, sweepMs }
  }

  /** Gives nothing where one batch met a fault that may have ended the transaction of all. */
  #applyTogether(group: readonly TimedBatch[]): readonly BatchOutcome[] | undefined {
    if (group.length < 2) return undefined
    try {
      return this.#commit(group)
    } catch {
      this.#rollBack()
      return undefined
    }
  }

  #applyAlone(timed: TimedBatch): BatchOutcome {
    try {
      const [outcome] = this.#commit([timed])
      return outcome ?? { fault: 'nothing was applied' }
    } catch (error) {
      this.#rollBack()
      return { fault: messageOf(error) }
    }
  }

  #commit(group: readonly TimedBatch[]): readonly BatchOutcome[] {
    this.#connection.exec('BEGIN IMMEDIATE')
    const outcomes = group.map((timed) =>
      needsSavepoint(timed.batch) ? this.#applyWithSavepoint(timed) : this.#applyBatch(timed),
    )
    this.#table.flush()
    this.#documents.flush()
    this.#queues.flush()
    this.#connection.exec('COMMIT')
    return outcomes
  }

  #rollBack(): void {
    if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
    this.#collections.forget()
    this.#queues.forget()
    this.#table.forget()
    this.#documents.forget()
  }

  #applyWithSavepoint(timed: TimedBatch): BatchOutcome {
    this.#table.flush()
    this.#connection.exec('SAVEPOINT batch')
    this.#collections.mark()
    this.#queues.mark()
    const outcome = this.#applyBatch(timed)
    if ('unmet' in outcome) {
      this.#connection.exec('ROLLBACK TO batch')
      this.#collections.restore()
      this.#queues.restore()
      this.#table.forget()
    }
    this.#queues.unmark()
    this.#connection.exec('RELEASE batch')
    return outcome
  }

  #applyBatch(timed: TimedBatch): BatchOutcome {
    const results: OperationResult[] = []
    try {
      for (const operation of timed.batch) {
        results.push(this.#applyOperation(operation, { nowMs: timed.nowMs, index: results.length }))
      }
      return { results }
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      return { unmet: error.expectation, index: error.index }
    }
  }

  #applyOperation(operation: Operation | Chore, turn: Turn): OperationResult {
    if (looksAtMessages(operation)) this.#table.flush()
    switch (operation.kind) {
      case 'document.put':
        return this.#documents.put(operation, turn)
      case 'document.delete':
        return this.#documents.delete(operation, turn)
      case 'document.check':
        return this.#documents.check(operation, turn)
      case 'collection.drop':
        return this.#documents.drop(operation, turn)
      case 'message.append':
        return this.#messages.append(operation, turn)
      case 'message.claim':
        return this.#messages.claim(operation, turn)
      case 'message.claimParked':
        return this.#messages.claimParked(operation, turn)
      case 'message.settle':
        return this.#messages.settle(operation, turn)
      case 'message.renew':
        return this.#messages.renew(operation, turn)
      case 'message.cancel':
        return this.#messages.cancel(operation, turn)
      case 'queue.sweep':
        return this.#messages.sweep(operation, turn)
      case 'queue.drop':
        return this.#messages.drop(operation, turn)
      case 'group.claim':
        return this.#groups.claim(operation, turn)
      case 'group.renew':
        return this.#groups.renew(operation, turn)
      case 'group.release':
        return this.#groups.release(operation, turn)
      case 'group.setState':
        return this.#groups.setState(operation, turn)
      case 'owner.release':
        return this.#groups.releaseOwner(operation, turn)
      case 'blob.put':
        return this.#blobs.put(operation)
      case 'blob.hold':
        return this.#blobs.hold(operation, turn)
      case 'blob.release':
        return this.#blobs.release(operation)
      case 'counter.add':
        return this.#counters.add(operation, turn)
      case 'counter.set':
        return this.#counters.set(operation, turn)
      case 'counter.drop':
        return this.#counters.drop(operation)
      case 'store.forget':
        return this.#blobs.forget(operation.blobs)
      case 'store.sweep':
        this.#touched.sweepAt(this.#sweeper.sweep(turn.nowMs))
        return undefined
      case 'store.index':
        return this.#index(operation)
    }
  }

  #index(chore: { readonly collection: string; readonly path: readonly (string | number)[] }) {
    const collection = this.#collections.find(chore.collection)
    if (collection) this.#indexes.create(collection.id, chore.path)
    return undefined
  }
}

/** Whether an operation can fail after one before it has changed something. */
function needsSavepoint(batch: TimedBatch['batch']): boolean {
  if (batch.length < 2) return false
  const first = batch.findIndex(changesSomething)
  return first >= 0 && batch.findLastIndex(canFail) > first
}

/** Whether an operation reads rows of messages, so that those that are to be removed must be gone. */
function looksAtMessages(operation: Operation | Chore): boolean {
  switch (operation.kind) {
    case 'document.put':
    case 'document.delete':
    case 'document.check':
    case 'collection.drop':
    case 'message.append':
    case 'message.settle':
    case 'blob.put':
    case 'blob.hold':
    case 'blob.release':
    case 'counter.add':
    case 'counter.set':
    case 'counter.drop':
    case 'store.forget':
    case 'store.index':
      return false
    case 'message.claim':
    case 'message.claimParked':
    case 'message.renew':
    case 'message.cancel':
    case 'queue.sweep':
    case 'queue.drop':
    case 'group.claim':
    case 'group.renew':
    case 'group.release':
    case 'group.setState':
    case 'owner.release':
    case 'store.sweep':
      return true
  }
}

function changesSomething(operation: Operation | Chore): boolean {
  return operation.kind !== 'document.check'
}

function canFail(operation: Operation | Chore): boolean {
  switch (operation.kind) {
    case 'document.put':
      return operation.expect !== undefined || operation.unique !== undefined
    case 'document.delete':
      return operation.expect !== undefined
    case 'message.claim':
    case 'message.claimParked':
      return operation.group !== undefined
    case 'group.claim':
      return operation.group !== undefined
    case 'counter.add':
      return operation.max !== undefined
    case 'collection.drop':
    case 'message.append':
    case 'queue.sweep':
    case 'queue.drop':
    case 'owner.release':
    case 'blob.put':
    case 'blob.release':
    case 'counter.set':
    case 'counter.drop':
    case 'store.forget':
    case 'store.sweep':
    case 'store.index':
      return false
    case 'document.check':
    case 'blob.hold':
    case 'message.settle':
    case 'message.renew':
    case 'message.cancel':
    case 'group.renew':
    case 'group.release':
    case 'group.setState':
      return true
  }
}
