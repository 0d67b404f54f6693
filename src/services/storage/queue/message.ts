import { newUuid, randomHex } from '../../../base/ids.ts'
import type { DocumentKey, PutDocument, StoredDocument } from '../../../store/documents.ts'
import type { QueueRecord } from './queue.ts'

/** A message of a queue, as it is kept. */
export interface QueueMessage {
  readonly id: string
  readonly text: string
  readonly insertedMs: number
  /** Absent: never. */
  readonly expiresMs?: number | undefined
  /** From then on it can be taken. */
  readonly visibleMs: number
  readonly dequeueCount: number
  /** Its place among messages that become visible at the same time. */
  readonly order: string
  /** Changes with every taking and every update: only the newest pop receipt is good. */
  readonly receipt: string
  /** The run of the platform whose function has it; absent where a client took it. */
  readonly owner?: string | undefined
  /** W3C `traceparent` of whoever put it. */
  readonly trace?: string | undefined
}

/** The end of time of a message that never expires, as the service writes it. */
export const foreverMs = Date.UTC(9999, 11, 31, 23, 59, 59)

const partition = 'messages'
const orderDigits = 20
const timeDigits = 15

export function newMessage(
  given: Pick<QueueMessage, 'text' | 'insertedMs' | 'expiresMs' | 'visibleMs' | 'trace'>,
  ticks: bigint,
): QueueMessage {
  const order = String(ticks).padStart(orderDigits, '0')
  return { ...given, id: newUuid(), dequeueCount: 0, order, receipt: randomHex(8) }
}

/** The same message after it was taken or changed: with a pop receipt of its own. */
export function changedMessage(
  message: QueueMessage,
  change: Partial<Pick<QueueMessage, 'text' | 'visibleMs' | 'dequeueCount' | 'owner'>>,
): QueueMessage {
  return { ...message, ...change, receipt: randomHex(8) }
}

/** Collection of a queue's messages. */
export function messagesOf(queue: Pick<QueueRecord, 'id'>): string {
  return `storage/queue/${queue.id}`
}

/** Where a message is kept: in the order in which messages become visible. */
export function keyOfMessage(
  queue: Pick<QueueRecord, 'id'>,
  place: Pick<QueueMessage, 'visibleMs' | 'order'>,
): DocumentKey {
  const id = `${visibleFrom(place.visibleMs)}-${place.order}`
  return { collection: messagesOf(queue), partition, id }
}

/** Ids of messages that become visible at a time begin with it. */
export function visibleFrom(timeMs: number): string {
  return String(timeMs).padStart(timeDigits, '0')
}

/** What puts a message; the store forgets it when it expires. */
export function putOfMessage(
  queue: Pick<QueueRecord, 'id'>,
  message: QueueMessage,
  nowMs: number,
): PutDocument {
  const { expiresMs, receipt, trace } = message
  return {
    kind: 'document.put',
    ...keyOfMessage(queue, message),
    body: JSON.stringify(message),
    etag: receipt,
    expect: 'absent',
    ...(expiresMs === undefined ? {} : { timeToLiveMs: Math.max(1, expiresMs - nowMs) }),
    ...(trace === undefined ? {} : { trace }),
  }
}

export function readMessage(document: StoredDocument): QueueMessage {
  const message: QueueMessage = JSON.parse(document.body)
  return message
}

/** Where a pop receipt leads: to the message as it was when it was given. */
export type PopReceipt = Pick<QueueMessage, 'visibleMs' | 'order' | 'receipt'>

export function popReceiptOf({ visibleMs, order, receipt }: PopReceipt): string {
  return Buffer.from(`${visibleFrom(visibleMs)}-${order}-${receipt}`).toString('base64')
}

export function parsePopReceipt(text: string): PopReceipt | undefined {
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  const [, visible, order, receipt] = /^(\d{15})-(\d{20})-([\da-f]{16})$/.exec(decoded) ?? []
  if (visible === undefined || order === undefined || receipt === undefined) return undefined
  return { visibleMs: Number(visible), order, receipt }
}
