import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  InvocationOutcome,
  TriggerContext,
  TriggerItem,
} from '../../services/functions/extension.ts'
import type { TypedValue } from '../../services/functions/typed-value.ts'
import type { PropertyValue, ReceivedMessage } from '../../services/service-bus/message.ts'
import type { Receiver } from '../../services/service-bus/receiver.ts'
import { LockRenewal } from './service-bus-lock-renewal.ts'

/** What the binding says about how messages reach the function; host.json is the default. */
export interface DeliveryOptions {
  readonly autoComplete: boolean
  /** The property `dataType` is `binary`: the function gets Buffers. */
  readonly isBinary: boolean
}

/** Calls the function for messages and settles them: complete on success, abandon on failure. */
export class MessageDelivery {
  readonly #context: TriggerContext
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #receiver: Receiver
  readonly #options: DeliveryOptions

  constructor(
    parts: { context: TriggerContext; clock: Clock; logger: Logger; delivery: DeliveryOptions },
    receiver: Receiver,
  ) {
    this.#context = parts.context
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#receiver = receiver
    this.#options = parts.delivery
  }

  async deliver(message: ReceivedMessage): Promise<void> {
    const metadata = metadataOf(message)
    await this.#withRenewal([message], () =>
      this.#context.invoke({
        input: bodyOf(message, this.#options.isBinary),
        metadata,
        bindingData: metadata,
        ...(message.trace ? { trace: message.trace } : {}),
      }),
    )
  }

  async deliverBatch(messages: readonly ReceivedMessage[]): Promise<void> {
    const items = messages.map((message): TriggerItem => {
      const text = textOf(message)
      return message.trace ? { text, trace: message.trace } : { text }
    })
    await this.#withRenewal(messages, () =>
      this.#context.invoke({
        input: batchOf(messages, this.#options.isBinary),
        metadata: batchMetadataOf(messages),
        items,
      }),
    )
  }

  async #withRenewal(
    messages: readonly ReceivedMessage[],
    call: () => Promise<InvocationOutcome>,
  ): Promise<void> {
    const renewal = new LockRenewal({
      clock: this.#clock,
      lockedUntilMs: messages[0]?.lockedUntilMs,
      maxMs: this.#context.host.serviceBus.maxAutoLockRenewalMs,
      renew: () => this.#renewAll(messages),
    })
    const outcome = await call()
    renewal.stop()
    await this.#settle(messages, outcome)
  }

  /** Gives the time until which the first is locked; one that is lost meanwhile takes nothing from the others. */
  async #renewAll(messages: readonly ReceivedMessage[]): Promise<number> {
    const renewals = messages.map((message) => this.#receiver.renewLock(message))
    await Promise.allSettled(renewals)
    return (await renewals[0]) ?? 0
  }

  async #settle(messages: readonly ReceivedMessage[], outcome: InvocationOutcome): Promise<void> {
    // What the function neither settled nor failed stays locked, and comes again when its lock has run out.
    if (outcome.ok && !this.#options.autoComplete) return
    const settled = messages.map((message) =>
      outcome.ok ? this.#receiver.complete(message) : this.#receiver.abandon(message),
    )
    for (const result of await Promise.allSettled(settled)) {
      // The lock ran out meanwhile: the message is another delivery's now, which will settle it.
      if (result.status === 'rejected') {
        this.#logger.warn({ function: this.#context.functionName }, messageOf(result.reason))
      }
    }
  }
}

function bodyOf(message: ReceivedMessage, isBinary: boolean): TypedValue {
  return isBinary
    ? { kind: 'bytes', bytes: bytesOf(message) }
    : { kind: 'string', text: textOf(message) }
}

function batchOf(messages: readonly ReceivedMessage[], isBinary: boolean): TypedValue {
  return isBinary
    ? { kind: 'byteArrays', bytes: messages.map(bytesOf) }
    : { kind: 'strings', texts: messages.map(textOf) }
}

function bytesOf(message: ReceivedMessage): Uint8Array {
  return typeof message.body === 'string' ? Buffer.from(message.body) : message.body
}

function textOf(message: ReceivedMessage): string {
  return typeof message.body === 'string'
    ? message.body
    : Buffer.from(message.body).toString('utf8')
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata */
function metadataOf(message: ReceivedMessage): JsonObject {
  const metadata: JsonObject = {
    MessageId: message.messageId,
    SequenceNumber: message.sequenceNumber,
    DeliveryCount: message.deliveryCount,
    EnqueuedTimeUtc: new Date(message.enqueuedTimeMs).toISOString(),
    EnqueuedSequenceNumber: message.enqueuedSequenceNumber,
    LockToken: message.lockToken,
    ApplicationProperties: propertiesOf(message),
  }
  for (const [name, value] of optionalMetadata(message))
    if (value !== undefined) metadata[name] = value
  return metadata
}

function optionalMetadata(
  message: ReceivedMessage,
): readonly (readonly [string, JsonValue | undefined])[] {
  return [
    ['ContentType', message.contentType],
    ['CorrelationId', message.correlationId],
    ['Subject', message.subject],
    ['Label', message.subject],
    ['To', message.to],
    ['ReplyTo', message.replyTo],
    ['ReplyToSessionId', message.replyToSessionId],
    ['SessionId', message.sessionId],
    ['PartitionKey', message.partitionKey],
    ['DeadLetterSource', message.deadLetterSource],
    ['DeadLetterReason', message.deadLetterReason],
    ['DeadLetterErrorDescription', message.deadLetterErrorDescription],
    ['ExpiresAtUtc', timeOf(message.expiresAtMs)],
    ['LockedUntil', timeOf(message.lockedUntilMs)],
  ]
}

/** A batch has a list for each name: `MessageIdArray`. */
function batchMetadataOf(messages: readonly ReceivedMessage[]): JsonObject {
  const each = messages.map(metadataOf)
  const names = new Set(each.flatMap(Object.keys))
  const batch: JsonObject = {}
  for (const name of names) batch[`${name}Array`] = each.map((metadata) => metadata[name] ?? null)
  return batch
}

function timeOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString()
}

function propertiesOf(message: ReceivedMessage): JsonObject {
  const properties: JsonObject = {}
  for (const [name, value] of Object.entries(message.applicationProperties ?? {})) {
    properties[name] = jsonOf(value)
  }
  return properties
}

function jsonOf(value: PropertyValue): JsonValue {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return value
}
