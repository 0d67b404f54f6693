import { newUuid } from '../../base/ids.ts'
import type { AppendMessage } from '../../store/messages.ts'
import type { Queue, Subscription, Topic } from './entities.ts'
import { encodeEnvelope } from './envelope.ts'
import type { DeadLetterNote, Envelope } from './envelope.ts'
import { argumentError, invalidOperation, messageSizeExceeded } from './errors.ts'
import {
  headerBytesMax,
  messageIdLengthMax,
  partitionKeyLengthMax,
  propertyBytesMax,
  sessionIdLengthMax,
} from './limits.ts'
import type { OutgoingMessage } from './message.ts'

/** A message on its way into an entity. */
export interface Parcel {
  readonly envelope: Envelope
  /** The envelope as the store keeps it. */
  readonly properties: string
  readonly body: string | Uint8Array
  readonly bytes: number
  readonly trace: string
}

/** Stamps what the sender left out and checks the message against the limits. */
export function toParcel(
  message: OutgoingMessage,
  options: { readonly bytesMax: number; readonly trace: string },
): Parcel {
  const { body, trace: _trace, bytes: bytesGiven, ...headers } = message
  checkHeaders(message)
  const envelope: Envelope = { ...headers, messageId: message.messageId ?? newUuid() }
  const properties = encodeEnvelope(envelope)
  const headerBytes = Buffer.byteLength(properties)
  if (headerBytes > propertyBytesMax) checkHeaderBytes(envelope, headerBytes)
  const bytes = bytesGiven ?? headerBytes + Buffer.byteLength(body)
  if (bytes > options.bytesMax) throw messageSizeExceeded(bytes, options.bytesMax)
  return { envelope, properties, body, bytes, trace: options.trace }
}

/** The same parcel with another envelope. */
export function withEnvelope(parcel: Parcel, envelope: Envelope): Parcel {
  return { ...parcel, envelope, properties: encodeEnvelope(envelope) }
}

/** Puts a parcel into a queue or a subscription; `topic` is where a subscription's message came from. */
export function appendTo(
  entity: Queue | Subscription,
  parcel: Parcel,
  options: { readonly nowMs: number; readonly topic?: Topic },
): AppendMessage {
  const { nowMs, topic } = options
  const { properties } = entity
  const { sessionId, messageId, scheduledEnqueueTimeMs } = parcel.envelope
  if (properties.requiresSession && sessionId === undefined) {
    if (entity.kind === 'subscription') return deadLetterTo(entity, parcel, sessionMissing(entity))
    throw invalidOperation(
      `The SessionId was not set on a message, and it cannot be sent to the entity '${entity.path}'. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.`,
    )
  }
  // The message has been enqueued in the topic: a schedule that an action of a rule set is ignored.
  const visibleAtMs = topic ? undefined : scheduledAfter(scheduledEnqueueTimeMs, nowMs)
  const aliveMs = shortest(
    parcel.envelope.timeToLiveMs,
    properties.defaultTimeToLiveMs,
    topic?.properties.defaultTimeToLiveMs,
  )
  return {
    kind: 'message.append',
    queue: entity.sources.active.queue,
    body: parcel.body,
    properties: parcel.properties,
    trace: parcel.trace,
    ...(properties.requiresSession && sessionId !== undefined ? { group: sessionId } : {}),
    ...(visibleAtMs === undefined ? {} : { visibleAtMs }),
    ...(Number.isFinite(aliveMs)
      ? { expiresAtMs: Math.floor((visibleAtMs ?? nowMs) + aliveMs) }
      : {}),
    ...(entity.kind === 'queue' && entity.properties.requiresDuplicateDetection
      ? { dedupe: { key: messageId, untilMs: nowMs + entity.properties.duplicateWindowMs } }
      : {}),
  }
}

/** Puts a parcel into the topic itself, from where it is distributed when its time comes. */
export function appendToInbox(topic: Topic, parcel: Parcel, nowMs: number): AppendMessage {
  const { requiresDuplicateDetection, duplicateWindowMs } = topic.properties
  const { messageId, scheduledEnqueueTimeMs } = parcel.envelope
  const visibleAtMs = scheduledAfter(scheduledEnqueueTimeMs, nowMs)
  return {
    kind: 'message.append',
    queue: topic.inbox.queue,
    body: parcel.body,
    properties: parcel.properties,
    trace: parcel.trace,
    ...(visibleAtMs === undefined ? {} : { visibleAtMs }),
    ...(requiresDuplicateDetection
      ? { dedupe: { key: messageId, untilMs: nowMs + duplicateWindowMs } }
      : {}),
  }
}

/** Puts a parcel into the dead-letter queue of an entity that cannot take it. */
export function deadLetterTo(
  entity: Queue | Subscription,
  parcel: Parcel,
  deadLetter: DeadLetterNote,
): AppendMessage {
  return {
    kind: 'message.append',
    queue: entity.sources.deadLetter.queue,
    body: parcel.body,
    properties: encodeEnvelope({ ...parcel.envelope, deadLetter }),
    trace: parcel.trace,
  }
}

/** True when the message waits for its scheduled time. */
export function isScheduled(parcel: Parcel, nowMs: number): boolean {
  return scheduledAfter(parcel.envelope.scheduledEnqueueTimeMs, nowMs) !== undefined
}

function scheduledAfter(scheduledMs: number | undefined, nowMs: number): number | undefined {
  return scheduledMs !== undefined && scheduledMs > nowMs ? scheduledMs : undefined
}

function sessionMissing(entity: Subscription): DeadLetterNote {
  return {
    reason: 'Session ID is null.',
    description: "Session enabled entity doesn't allow a message whose session identifier is null.",
    source: entity.path,
  }
}

function shortest(...durations: readonly (number | undefined)[]): number {
  let least = Infinity
  for (const ms of durations) least = Math.min(least, ms ?? Infinity)
  return least
}

function checkHeaders(message: OutgoingMessage): void {
  const { messageId, sessionId, partitionKey, timeToLiveMs, scheduledEnqueueTimeMs } = message
  checkLength('MessageId', messageId, messageIdLengthMax)
  checkLength('SessionId', sessionId, sessionIdLengthMax)
  checkLength('PartitionKey', partitionKey, partitionKeyLengthMax)
  if (sessionId !== undefined && partitionKey !== undefined && sessionId !== partitionKey) {
    throw invalidOperation(
      `The PartitionKey property '${partitionKey}' of a message must be the same as its SessionId property '${sessionId}'.`,
    )
  }
  if (timeToLiveMs !== undefined && !(timeToLiveMs > 0)) {
    throw argumentError('The time to live of a message must be greater than zero.')
  }
  if (scheduledEnqueueTimeMs !== undefined && !Number.isFinite(scheduledEnqueueTimeMs)) {
    throw argumentError('The scheduled enqueue time of a message is not a time.')
  }
}

function checkLength(name: string, value: string | undefined, lengthMax: number): void {
  if (value === undefined || value.length <= lengthMax) return
  throw argumentError(`The ${name} of a message must not be longer than ${lengthMax} characters.`)
}

function checkHeaderBytes(envelope: Envelope, headerBytes: number): void {
  for (const [name, value] of Object.entries(envelope.applicationProperties ?? {})) {
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0
    if (bytes > propertyBytesMax) throw messageSizeExceeded(bytes, propertyBytesMax)
    if (name.length > propertyBytesMax) throw messageSizeExceeded(name.length, propertyBytesMax)
  }
  if (headerBytes > headerBytesMax) throw messageSizeExceeded(headerBytes, headerBytesMax)
}
