import type { TraceContext } from '../../base/trace-context.ts'

/**
 * A value of an application property; its type is kept from sender to receiver. A `number` that is whole
 * counts as an integer in filters, as the official SDKs send it.
 */
export type PropertyValue = string | number | boolean | bigint | Date | Uint8Array | null

export type ApplicationProperties = Readonly<Record<string, PropertyValue>>

/** Which section of an AMQP message carries the body. */
export type BodyType = 'data' | 'value' | 'sequence'

/** What sender and receiver agree on: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messages-payloads */
export interface MessageHeaders {
  readonly bodyType?: BodyType
  readonly contentType?: string
  readonly correlationId?: string
  readonly subject?: string
  readonly to?: string
  readonly replyTo?: string
  readonly replyToSessionId?: string
  readonly sessionId?: string
  readonly partitionKey?: string
  readonly timeToLiveMs?: number
  readonly scheduledEnqueueTimeMs?: number
  readonly applicationProperties?: ApplicationProperties
  /** What no other field has a place for, as whoever speaks the protocol wrote it. */
  readonly wire?: string
}

export interface OutgoingMessage extends MessageHeaders {
  readonly body: string | Uint8Array
  /** Stamped by the broker when missing. */
  readonly messageId?: string
  /** What caused this message, where it differs from what caused the send. */
  readonly trace?: TraceContext
  /** Its size as its sender encoded it; counted from its parts when missing. */
  readonly bytes?: number
}

export interface ReceivedMessage extends MessageHeaders {
  readonly body: string | Uint8Array
  readonly messageId: string
  readonly sequenceNumber: number
  /** The sequence number it had where it was first enqueued, before it was forwarded or dead-lettered. */
  readonly enqueuedSequenceNumber: number
  readonly enqueuedTimeMs: number
  /** Undefined when it never expires. */
  readonly expiresAtMs?: number
  /** Undefined for a message that was peeked or removed by receiving it. */
  readonly lockedUntilMs?: number
  /** Empty for a message that was peeked or removed by receiving it. */
  readonly lockToken: string
  /** Counts this delivery: 1 when it is received for the first time. */
  readonly deliveryCount: number
  readonly deadLetterReason?: string
  readonly deadLetterErrorDescription?: string
  /** Where it was dead-lettered, for a message forwarded from a dead-letter queue. */
  readonly deadLetterSource?: string
  readonly state: 'active' | 'deferred' | 'scheduled'
  /** The span of the send that brought it here. */
  readonly trace?: TraceContext
}

/** What names a locked message: all that settling needs. */
export type LockedMessage = Pick<ReceivedMessage, 'sequenceNumber' | 'lockToken'>
