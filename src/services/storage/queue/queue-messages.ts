/**
 * Survives a crash: every message, who sees it when, and how often it was taken. Messages are documents and not the
 * store's own messages: a pop receipt outlives its visibility timeout until the next taking, an update gives a
 * message another text and another receipt, and a lease knows neither.
 */
import type { Clock } from '../../../base/clock.ts'
import { newUuid } from '../../../base/ids.ts'
import type { StoredDocument } from '../../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../../store/store.ts'
import { serverBusy } from '../errors.ts'
import type { Ticks } from '../ticks.ts'
import { messageNotFound, messageTooLarge, popReceiptMismatch, queueNotFound } from './errors.ts'
import {
  messageBytesMax,
  overtakenTakesMax,
  searchedMessagesMax,
  timeToLiveSecondsDefault,
} from './limits.ts'
import {
  changedMessage,
  keyOfMessage,
  messagesOf,
  newMessage,
  putOfMessage,
  readMessage,
  visibleFrom,
  type PopReceipt,
  type QueueMessage,
} from './message.ts'
import type { QueueRecord } from './queue.ts'
import { expectQueue, queueCollection } from './queues.ts'

/** A message that is to be put. */
export interface OutgoingMessage {
  readonly text: string
  /** Until it can be taken. */
  readonly visibilityMs?: number
  /** `never`, or a week where nothing is said. */
  readonly timeToLiveMs?: number | 'never'
  readonly trace?: string | undefined
}

/** A message that somebody holds: its id, and the pop receipt that proves it. */
export interface HeldMessage {
  readonly id: string
  readonly receipt: PopReceipt
}

/** How messages are taken. */
export interface Taking {
  readonly count: number
  readonly visibilityMs: number
  /** Set by what ends with this run of the platform. */
  readonly isOwned?: boolean
}

/** The messages of all queues. */
export class QueueMessages {
  readonly #store: Store
  readonly #clock: Clock
  readonly #ticks: Ticks
  /** This run of the platform: what an earlier one had taken for its functions is given back. */
  readonly #owner = newUuid()
  /** Messages that are being taken right now, by queue: takers at the same time look for others. */
  readonly #taking = new Map<string, Set<string>>()

  constructor(parts: { readonly store: Store; readonly clock: Clock; readonly ticks: Ticks }) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#ticks = parts.ticks
  }

  /** Puts messages, all or none. */
  async put(
    queue: QueueRecord,
    outgoing: readonly OutgoingMessage[],
  ): Promise<readonly QueueMessage[]> {
    const nowMs = this.#clock.now()
    const messages = outgoing.map((each) => this.#made(each, nowMs))
    try {
      await this.#store.write([
        expectQueue(queue),
        ...messages.map((message) => putOfMessage(queue, message, nowMs)),
      ])
    } catch (error) {
      throw error instanceof ExpectationFailed ? queueNotFound() : error
    }
    return messages
  }

  /** Takes visible messages, the longest visible first, and hides them for a time. */
  async take(queue: QueueRecord, asked: Taking): Promise<readonly QueueMessage[]> {
    for (let attempt = 0; attempt < overtakenTakesMax; attempt += 1) {
      const taken = await this.#tryTake(queue, asked)
      if (taken) return taken
    }
    throw serverBusy()
  }

  /** Visible messages, which stay so. */
  async peek(queue: QueueRecord, count: number): Promise<readonly QueueMessage[]> {
    return (await this.#visible(queue, count)).map(readMessage)
  }

  /** Gives a message another text, where one is given, and hides it for a time from now on. */
  async update(
    queue: QueueRecord,
    held: HeldMessage,
    change: Pick<Taking, 'visibilityMs' | 'isOwned'> & { readonly text?: string | undefined },
  ): Promise<QueueMessage> {
    const found = await this.#held(queue, held)
    const nowMs = this.#clock.now()
    const text = change.text === undefined ? {} : { text: checked(change.text) }
    const next = changedMessage(found, {
      ...text,
      visibleMs: nowMs + change.visibilityMs,
      owner: change.isOwned === true ? this.#owner : undefined,
    })
    await this.#whileHeld(queue, held, () =>
      this.#store.write([
        expectQueue(queue),
        { kind: 'document.delete', ...keyOfMessage(queue, found), expect: { etag: found.receipt } },
        putOfMessage(queue, next, nowMs),
      ]),
    )
    return next
  }

  async delete(queue: QueueRecord, held: HeldMessage): Promise<void> {
    const found = await this.#held(queue, held)
    const key = keyOfMessage(queue, found)
    await this.#whileHeld(queue, held, () =>
      this.#store.write([{ kind: 'document.delete', ...key, expect: { etag: found.receipt } }]),
    )
  }

  /** Gives back what functions of an earlier run had taken when it ended: those deliveries do not count. */
  async recover(queue: QueueRecord): Promise<void> {
    for await (const page of this.#store.scan({ collection: messagesOf(queue) })) {
      const lost = page
        .map(readMessage)
        .filter(({ owner }) => (owner ?? this.#owner) !== this.#owner)
      for (const message of lost) await this.#giveBack(queue, message)
    }
  }

  /** Moves a message to another queue of the account: it begins there anew. */
  async move(from: QueueRecord, held: HeldMessage, to: QueueRecord): Promise<void> {
    const found = await this.#held(from, held)
    const nowMs = this.#clock.now()
    const { text, trace } = found
    await this.#whileHeld(from, held, () =>
      this.#store.write([
        expectQueue(to),
        { kind: 'document.delete', ...keyOfMessage(from, found), expect: { etag: found.receipt } },
        putOfMessage(to, this.#made({ text, trace }, nowMs), nowMs),
      ]),
    )
  }

  async clear(queue: QueueRecord): Promise<void> {
    try {
      await this.#store.write([
        expectQueue(queue),
        { kind: 'collection.drop', collection: messagesOf(queue) },
      ])
    } catch (error) {
      throw error instanceof ExpectationFailed ? queueNotFound() : error
    }
  }

  /** All messages, also those that are hidden. */
  count(queue: QueueRecord): Promise<number> {
    return this.#store.countDocuments(messagesOf(queue))
  }

  /** When the next message becomes visible; absent where there is none. */
  async nextVisibleMs(queue: QueueRecord): Promise<number | undefined> {
    const list = { collection: messagesOf(queue), partition: 'messages', limit: 1 }
    const [first] = await this.#store.listDocuments(list)
    return first && readMessage(first).visibleMs
  }

  /** Calls back when something may have changed in a queue; gives what ends it. */
  onChange(queue: QueueRecord, listener: () => void): () => void {
    const collection = messagesOf(queue)
    return this.#store.onCommit(({ collections }) => {
      if (collections.has(collection) || collections.has(queueCollection)) listener()
    })
  }

  async #giveBack(queue: QueueRecord, message: QueueMessage): Promise<void> {
    const nowMs = this.#clock.now()
    const dequeueCount = message.dequeueCount - 1
    const next = changedMessage(message, { visibleMs: nowMs, dequeueCount, owner: undefined })
    const expect = { etag: message.receipt }
    try {
      await this.#store.write([
        { kind: 'document.delete', ...keyOfMessage(queue, message), expect },
        putOfMessage(queue, next, nowMs),
      ])
    } catch (error) {
      // Taken again meanwhile: it is in good hands.
      if (!(error instanceof ExpectationFailed)) throw error
    }
  }

  #made(outgoing: OutgoingMessage, nowMs: number): QueueMessage {
    const { visibilityMs = 0, timeToLiveMs = timeToLiveSecondsDefault * 1000, trace } = outgoing
    const expiresMs = timeToLiveMs === 'never' ? undefined : nowMs + timeToLiveMs
    const text = checked(outgoing.text)
    const visibleMs = nowMs + visibilityMs
    return newMessage({ text, insertedMs: nowMs, expiresMs, visibleMs, trace }, this.#ticks.next())
  }

  /** Nothing where another was faster. */
  async #tryTake(queue: QueueRecord, asked: Taking): Promise<readonly QueueMessage[] | undefined> {
    const taking = this.#taking.get(queue.id) ?? new Set<string>()
    const free = await this.#free(queue, asked.count, taking)
    if (free.length === 0) return []
    this.#taking.set(queue.id, taking)
    for (const { id } of free) taking.add(id)
    try {
      return await this.#hide(queue, free, asked)
    } catch (error) {
      if (error instanceof ExpectationFailed) return undefined
      throw error
    } finally {
      for (const { id } of free) taking.delete(id)
      if (taking.size === 0) this.#taking.delete(queue.id)
    }
  }

  /** Visible messages that nobody is taking: those after the ones that are being taken, or else before. */
  async #free(
    queue: QueueRecord,
    count: number,
    taking: ReadonlySet<string>,
  ): Promise<readonly StoredDocument[]> {
    const last = [...taking].at(-1)
    const after = last === undefined ? [] : await this.#visible(queue, count, `${last}-`)
    const isFree = ({ id }: StoredDocument) => !taking.has(id)
    if (last !== undefined && after.length === count && after.every(isFree)) return after
    const found = await this.#visible(queue, count + taking.size)
    return found.filter(isFree).slice(0, count)
  }

  async #hide(
    queue: QueueRecord,
    documents: readonly StoredDocument[],
    { visibilityMs, isOwned }: Taking,
  ): Promise<readonly QueueMessage[]> {
    const nowMs = this.#clock.now()
    const messages = documents.map(readMessage).map((message) =>
      changedMessage(message, {
        visibleMs: nowMs + visibilityMs,
        dequeueCount: message.dequeueCount + 1,
        owner: isOwned === true ? this.#owner : undefined,
      }),
    )
    await this.#store.write([
      expectQueue(queue),
      ...documents.map(
        ({ collection, partition, id, etag }) =>
          ({ kind: 'document.delete', collection, partition, id, expect: { etag } }) as const,
      ),
      ...messages.map((message) => putOfMessage(queue, message, nowMs)),
    ])
    return messages
  }

  async #visible(queue: QueueRecord, limit: number, from = ''): Promise<readonly StoredDocument[]> {
    const before = visibleFrom(this.#clock.now() + 1)
    const list = { collection: messagesOf(queue), partition: 'messages', from, before, limit }
    return this.#store.listDocuments(list)
  }

  async #held(queue: QueueRecord, held: HeldMessage): Promise<QueueMessage> {
    const document = await this.#store.getDocument(keyOfMessage(queue, held.receipt))
    const message = document && readMessage(document)
    const isHeld = message?.id === held.id && message.receipt === held.receipt.receipt
    if (message && isHeld) return message
    throw await this.#whyNot(queue, held.id)
  }

  async #whileHeld(
    queue: QueueRecord,
    held: HeldMessage,
    write: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      throw await this.#whyNot(queue, held.id)
    }
  }

  /** A message that is there has another pop receipt by now. */
  async #whyNot(queue: QueueRecord, id: string): Promise<Error> {
    let seen = 0
    for await (const page of this.#store.scan({ collection: messagesOf(queue) })) {
      if (page.some((document) => readMessage(document).id === id)) return popReceiptMismatch()
      seen += page.length
      if (seen >= searchedMessagesMax) break
    }
    return messageNotFound()
  }
}

function checked(text: string): string {
  if (Buffer.byteLength(text) > messageBytesMax) throw messageTooLarge()
  return text
}
