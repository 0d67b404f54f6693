import { newUuid } from '../../base/ids.ts'
import { isJsonObject, objectMember, parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { AppendMessage, ClaimedMessage } from '../../store/messages.ts'
import type { GridEvent, InputSchema } from './event.ts'

/** An event that waits for one subscription. */
export interface WaitingEvent {
  readonly event: GridEvent
  readonly history: DeliveryHistory
  readonly message: ClaimedMessage
  readonly trace: TraceContext | undefined
}

/** What has become of it so far. */
export interface DeliveryHistory {
  readonly publishedMs: number
  /** The same at every delivery. */
  readonly messageId: string
  readonly attempts: number
  readonly outcome?: string
  readonly lastAttemptMs?: number
  /** It is given up, and waits for its dead letter to be stored. */
  readonly givenUp?: { readonly reason: string; readonly sinceMs: number }
}

/** Every queue of this service in the store begins so. */
export const queuePrefix = 'event-grid/'

/** The queue of the store that holds what a subscription waits for. */
export function queueOf(subscription: { readonly key: string }): string {
  return `${queuePrefix}${subscription.key}`
}

/** Puts an event into the queue of a subscription; `text` is the body of the event, written once for all of them. */
export function appendEvent(
  event: GridEvent,
  to: {
    readonly queue: string
    readonly text: string
    readonly nowMs: number
    readonly trace: string
  },
): AppendMessage {
  const history = { publishedMs: to.nowMs, messageId: newUuid(), attempts: 0 }
  return {
    kind: 'message.append',
    queue: to.queue,
    body: to.text,
    properties: encodeProperties(event, history),
    trace: to.trace,
  }
}

/** Reads an event that was claimed. */
export function readWaitingEvent(message: ClaimedMessage): WaitingEvent {
  const properties = parseJson(message.properties)
  const body = parseJson(textOf(message.body))
  const mapped = objectMember(properties, 'mapped')
  const history = objectMember(properties, 'history')
  const outcome = stringMember(history, 'outcome')
  const lastAttemptMs = history['lastAttemptMs']
  const givenUp = objectMember(history, 'givenUp')
  const reason = stringMember(givenUp, 'reason')
  return {
    message,
    trace: parseTraceparent(message.trace),
    event: {
      schema: schemaOf(stringMember(properties, 'schema')),
      body: isJsonObject(body) ? body : {},
      ...(Object.keys(mapped).length > 0 ? { mapped } : {}),
    },
    history: {
      publishedMs: Number(history['publishedMs'] ?? message.enqueuedMs),
      messageId: stringMember(history, 'messageId') ?? '',
      attempts: Number(history['attempts'] ?? 0),
      ...(outcome === undefined ? {} : { outcome }),
      ...(typeof lastAttemptMs === 'number' ? { lastAttemptMs } : {}),
      ...(reason === undefined ? {} : { givenUp: { reason, sinceMs: Number(givenUp['sinceMs']) } }),
    },
  }
}

/** The properties of the message with another history. */
export function encodeProperties(event: GridEvent, history: DeliveryHistory): string {
  const { givenUp, ...rest } = history
  const properties: JsonObject = {
    schema: event.schema,
    ...(event.mapped ? { mapped: event.mapped } : {}),
    history: { ...rest, ...(givenUp ? { givenUp: { ...givenUp } } : {}) },
  }
  return JSON.stringify(properties)
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
}

function schemaOf(text: string | undefined): InputSchema {
  return text === 'CloudEventSchemaV1_0' || text === 'CustomEventSchema' ? text : 'EventGridSchema'
}
