import type { JsonObject } from '../../base/json.ts'
import { parseIsoDuration } from '../../base/iso-duration.ts'
import { badRequest } from './errors.ts'
import {
  duplicateWindowMsDefault,
  duplicateWindowMsMax,
  duplicateWindowMsMin,
  lockDurationMsDefault,
  lockDurationMsMax,
  lockDurationMsMin,
  maxDeliveryCountDefault,
  maxDeliveryCountMax,
  maxSizeInMegabytesDefault,
  maxSizesInMegabytes,
  messageKilobytesMax,
  timeToLiveMsMin,
  timeToLiveNever,
} from './limits.ts'
import { PropertyReader } from './property-reader.ts'

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/entity-suspend */
export type EntityStatus = 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled'

/** What a queue and a subscription hand out and give up. */
export interface ReceivableProperties {
  readonly status: EntityStatus
  readonly lockDurationMs: number
  readonly requiresSession: boolean
  /** Undefined: a message lives until it is settled. */
  readonly defaultTimeToLiveMs: number | undefined
  readonly deadLetteringOnMessageExpiration: boolean
  readonly maxDeliveryCount: number
  readonly forwardTo: string | undefined
  readonly forwardDeadLetteredMessagesTo: string | undefined
}

/** What a queue and a topic take in. */
export interface SendableProperties {
  readonly status: EntityStatus
  readonly maxSizeInMegabytes: number
  readonly maxMessageSizeInKilobytes: number | undefined
  readonly defaultTimeToLiveMs: number | undefined
  readonly requiresDuplicateDetection: boolean
  readonly duplicateWindowMs: number
}

/** https://learn.microsoft.com/en-us/azure/templates/microsoft.servicebus/namespaces/queues */
export type QueueProperties = ReceivableProperties & SendableProperties

/** https://learn.microsoft.com/en-us/azure/templates/microsoft.servicebus/namespaces/topics */
export type TopicProperties = SendableProperties

/** https://learn.microsoft.com/en-us/azure/templates/microsoft.servicebus/namespaces/topics/subscriptions */
export interface SubscriptionProperties extends ReceivableProperties {
  readonly deadLetteringOnFilterEvaluationExceptions: boolean
}

export function parseQueueProperties(properties: JsonObject): QueueProperties {
  const reader = new PropertyReader(properties, 'a queue')
  const parsed = { ...readSendable(reader), ...readReceivable(reader) }
  readInert(reader)
  reader.end()
  return parsed
}

export function parseTopicProperties(properties: JsonObject): TopicProperties {
  const reader = new PropertyReader(properties, 'a topic')
  const status = reader.oneOf('status', ['Active', 'Disabled', 'SendDisabled']) ?? 'Active'
  const parsed = { ...readSendable(reader), status }
  readInert(reader)
  reader.end()
  return parsed
}

export function parseSubscriptionProperties(properties: JsonObject): SubscriptionProperties {
  const reader = new PropertyReader(properties, 'a subscription')
  const onFilterErrors = reader.optionalBoolean('deadLetteringOnFilterEvaluationExceptions')
  const parsed = {
    ...readReceivable(reader),
    status: reader.oneOf('status', ['Active', 'Disabled', 'ReceiveDisabled']) ?? 'Active',
    deadLetteringOnFilterEvaluationExceptions: onFilterErrors ?? true,
  }
  if (reader.boolean('isClientAffine') || reader.object('clientAffineProperties')) {
    throw badRequest("The property 'isClientAffine' of a subscription is not supported.")
  }
  readInert(reader)
  reader.end()
  return parsed
}

const statuses = ['Active', 'Disabled', 'SendDisabled', 'ReceiveDisabled'] as const

function readStatus(reader: PropertyReader): EntityStatus {
  return reader.oneOf('status', statuses) ?? 'Active'
}

function readSendable(reader: PropertyReader): Omit<SendableProperties, 'status'> {
  const maxSizeInMegabytes =
    reader.integer('maxSizeInMegabytes', { min: 1, max: 81_920 }) ?? maxSizeInMegabytesDefault
  if (!maxSizesInMegabytes.some((size) => size === maxSizeInMegabytes)) {
    throw badRequest(
      `The value ${maxSizeInMegabytes} of the property 'maxSizeInMegabytes' is not valid: it must be one of ${maxSizesInMegabytes.join(', ')}.`,
    )
  }
  return {
    maxSizeInMegabytes,
    maxMessageSizeInKilobytes: reader.integer('maxMessageSizeInKilobytes', {
      min: 1,
      max: messageKilobytesMax,
    }),
    defaultTimeToLiveMs: readTimeToLive(reader),
    requiresDuplicateDetection: reader.boolean('requiresDuplicateDetection'),
    duplicateWindowMs:
      reader.durationMs('duplicateDetectionHistoryTimeWindow', {
        min: duplicateWindowMsMin,
        max: duplicateWindowMsMax,
      }) ?? duplicateWindowMsDefault,
  }
}

function readReceivable(reader: PropertyReader): ReceivableProperties {
  return {
    status: readStatus(reader),
    lockDurationMs:
      reader.durationMs('lockDuration', { min: lockDurationMsMin, max: lockDurationMsMax }) ??
      lockDurationMsDefault,
    requiresSession: reader.boolean('requiresSession'),
    defaultTimeToLiveMs: readTimeToLive(reader),
    deadLetteringOnMessageExpiration: reader.boolean('deadLetteringOnMessageExpiration'),
    maxDeliveryCount:
      reader.integer('maxDeliveryCount', { min: 1, max: maxDeliveryCountMax }) ??
      maxDeliveryCountDefault,
    forwardTo: entityPath(reader.text('forwardTo')),
    forwardDeadLetteredMessagesTo: entityPath(reader.text('forwardDeadLetteredMessagesTo')),
  }
}

// Some clients give the address of the destination instead of its name.
function entityPath(destination: string | undefined): string | undefined {
  return destination?.replace(/^(?:sb|https?|amqps?):\/\/[^/]+\//i, '')
}

const neverMs = parseIsoDuration(timeToLiveNever) ?? 0

function readTimeToLive(reader: PropertyReader): number | undefined {
  const ms = reader.durationMs('defaultMessageTimeToLive', { min: timeToLiveMsMin })
  return ms === undefined || ms >= neverMs ? undefined : ms
}

/**
 * Accepted without effect, because there is none to see on one machine: batching and express are hints about
 * performance, partitioning spreads an entity over several brokers. `autoDeleteOnIdle` would delete entities,
 * so only its default, never, is accepted.
 */
function readInert(reader: PropertyReader): void {
  reader.boolean('enableBatchedOperations')
  reader.boolean('enableExpress')
  reader.boolean('enablePartitioning')
  reader.boolean('supportOrdering')
  // A note of the user's, read back as it is.
  reader.text('userMetadata')
  const idleMs = reader.durationMs('autoDeleteOnIdle', { min: 0 })
  if (idleMs !== undefined && idleMs < neverMs) {
    throw badRequest(
      "The property 'autoDeleteOnIdle' is not supported except for its default, never.",
    )
  }
  reader.skip([
    'accessedAt',
    'countDetails',
    'createdAt',
    'messageCount',
    'sizeInBytes',
    'subscriptionCount',
    'updatedAt',
  ])
}
