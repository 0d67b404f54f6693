import { xmlAnswer, type Answer } from '../answer.ts'
import { readText } from '../body.ts'
import { invalidQuery, invalidXml, missingQuery } from '../errors.ts'
import { childrenOf, readXml } from '../xml-reader.ts'
import { document, element, group } from '../xml-writer.ts'
import { outOfRange } from './errors.ts'
import {
  messageBodyBytesMax,
  messageCountMax,
  timeToLiveSecondsDefault,
  visibilitySecondsDefault,
  visibilitySecondsMax,
} from './limits.ts'
import { foreverMs, parsePopReceipt, popReceiptOf, type QueueMessage } from './message.ts'
import { queueOf, type QueueCall, type QueueOperation } from './operation.ts'
import type { HeldMessage } from './queue-messages.ts'

const messages = { level: 'messages', comp: '' } as const
const message = { level: 'message', comp: '' } as const
const processing = 'queues/messages/process/action'

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-messages */
export const messageOperations: readonly QueueOperation[] = [
  {
    ...messages,
    method: 'POST',
    name: 'Put Message',
    permission: {
      sas: 'a',
      action: 'queues/messages/add/action',
      otherAction: 'queues/messages/write',
    },
    handle: put,
  },
  {
    ...messages,
    method: 'GET',
    isPeek: true,
    name: 'Peek Messages',
    permission: { sas: 'r', action: 'queues/messages/read' },
    handle: peek,
  },
  {
    ...messages,
    method: 'GET',
    name: 'Get Messages',
    permission: { sas: 'p', action: processing, otherAction: 'queues/messages/delete' },
    handle: take,
  },
  {
    ...messages,
    method: 'DELETE',
    name: 'Clear Messages',
    permission: { sas: '', accountSas: 'd', action: 'queues/messages/delete' },
    handle: clear,
  },
  {
    ...message,
    method: 'DELETE',
    name: 'Delete Message',
    permission: { sas: 'p', action: processing, otherAction: 'queues/messages/delete' },
    handle: remove,
  },
  {
    ...message,
    method: 'PUT',
    name: 'Update Message',
    permission: { sas: 'u', action: 'queues/messages/write' },
    handle: update,
  },
]

/** https://learn.microsoft.com/rest/api/storageservices/put-message */
async function put(call: QueueCall): Promise<Answer> {
  const { storage, request } = call
  const seconds = { min: 0, max: visibilitySecondsMax, otherwise: 0 }
  const visibility = readInteger(request.query, 'visibilitytimeout', seconds)
  const timeToLive = readTimeToLive(request.query)
  if (timeToLive !== -1 && visibility >= timeToLive) {
    const max = Math.max(0, timeToLive - 1)
    throw outOfRange('visibilitytimeout', String(visibility), { min: 0, max })
  }
  const text = readMessageText(await readText(request, messageBodyBytesMax))
  if (text === undefined) throw invalidXml('expected a MessageText')
  const { trace } = request.origin
  const [made] = await storage.queueMessages.put(queueOf(call), [
    {
      text,
      visibilityMs: visibility * 1000,
      timeToLiveMs: timeToLive === -1 ? 'never' : timeToLive * 1000,
      trace,
    },
  ])
  return { ...xmlAnswer(listOf(made ? [[...headOf(made), ...receiptOf(made)]] : [])), status: 201 }
}

/** https://learn.microsoft.com/rest/api/storageservices/peek-messages */
async function peek(call: QueueCall): Promise<Answer> {
  const found = await call.storage.queueMessages.peek(queueOf(call), readCount(call))
  return xmlAnswer(
    listOf(found.map((each) => [...headOf(each), ...countOf(each), ...textElement(each)])),
  )
}

/** https://learn.microsoft.com/rest/api/storageservices/get-messages */
async function take(call: QueueCall): Promise<Answer> {
  const { query } = call.request
  const count = readCount(call)
  const seconds = { min: 1, max: visibilitySecondsMax, otherwise: visibilitySecondsDefault }
  const visibilityMs = readInteger(query, 'visibilitytimeout', seconds) * 1000
  const taken = await call.storage.queueMessages.take(queueOf(call), { count, visibilityMs })
  return xmlAnswer(
    listOf(
      taken.map((each) => [
        ...headOf(each),
        ...receiptOf(each),
        ...countOf(each),
        ...textElement(each),
      ]),
    ),
  )
}

async function clear(call: QueueCall): Promise<Answer> {
  await call.storage.queueMessages.clear(queueOf(call))
  return { status: 204 }
}

/** https://learn.microsoft.com/rest/api/storageservices/delete-message2 */
async function remove(call: QueueCall): Promise<Answer> {
  await call.storage.queueMessages.delete(queueOf(call), readHeld(call))
  return { status: 204 }
}

/** https://learn.microsoft.com/rest/api/storageservices/update-message */
async function update(call: QueueCall): Promise<Answer> {
  const { request, storage } = call
  const held = readHeld(call)
  if (!request.query.has('visibilitytimeout')) throw missingQuery('visibilitytimeout')
  const seconds = { min: 0, max: visibilitySecondsMax, otherwise: 0 }
  const visibilityMs = readInteger(request.query, 'visibilitytimeout', seconds) * 1000
  const body = await readText(request, messageBodyBytesMax)
  const text = body.trim() === '' ? undefined : readMessageText(body)
  const next = await storage.queueMessages.update(queueOf(call), held, { text, visibilityMs })
  return {
    status: 204,
    headers: {
      'x-ms-popreceipt': popReceiptOf(next),
      'x-ms-time-next-visible': new Date(next.visibleMs).toUTCString(),
    },
  }
}

function readHeld({ request, address }: QueueCall): HeldMessage {
  const text = request.query.get('popreceipt')
  if (text === null || text === '') throw missingQuery('popreceipt')
  const receipt = parsePopReceipt(text)
  if (!receipt) throw invalidQuery('popreceipt', text, 'Invalid pop receipt format')
  return { id: address.message, receipt }
}

// Text is kept as it is, spaces too.
function readMessageText(body: string): string | undefined {
  return childrenOf(readXml(body), 'MessageText')[0]?.text
}

function readCount({ request }: QueueCall): number {
  return readInteger(request.query, 'numofmessages', { min: 1, max: messageCountMax, otherwise: 1 })
}

function readTimeToLive(query: URLSearchParams): number {
  const text = query.get('messagettl')
  if (text === '-1') return -1
  const max = Number.MAX_SAFE_INTEGER / 1e6
  const bounds = { min: 1, max: Math.floor(max), otherwise: timeToLiveSecondsDefault }
  return readInteger(query, 'messagettl', bounds)
}

function readInteger(
  query: URLSearchParams,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  const text = query.get(name)
  if (text === null || text === '') return bounds.otherwise
  if (!/^-?\d{1,18}$/.test(text)) throw invalidQuery(name, text, 'expected a whole number')
  const value = Number(text)
  if (value < bounds.min || value > bounds.max) throw outOfRange(name, text, bounds)
  return value
}

type Elements = readonly string[]

function listOf(each: readonly Elements[]): string {
  return document(
    group(
      'QueueMessagesList',
      each.map((elements) => group('QueueMessage', elements)),
    ),
  )
}

function headOf({ id, insertedMs, expiresMs }: QueueMessage): Elements {
  return [
    element('MessageId', id),
    element('InsertionTime', new Date(insertedMs).toUTCString()),
    element('ExpirationTime', new Date(expiresMs ?? foreverMs).toUTCString()),
  ]
}

function receiptOf(each: QueueMessage): Elements {
  return [
    element('PopReceipt', popReceiptOf(each)),
    element('TimeNextVisible', new Date(each.visibleMs).toUTCString()),
  ]
}

function countOf({ dequeueCount }: QueueMessage): Elements {
  return [element('DequeueCount', dequeueCount)]
}

function textElement({ text }: QueueMessage): Elements {
  return [element('MessageText', text)]
}
