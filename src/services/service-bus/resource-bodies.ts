import { formatIsoDuration } from '../../base/iso-duration.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Definition, Queue, Subscription, Topic } from './entities.ts'
import type { ReceivableProperties, SendableProperties } from './entity-properties.ts'
import { timeToLiveNever } from './limits.ts'

/** What is read back of an entity: every property, also those left to their defaults. */
export function queueBody({ properties, definition }: Queue): JsonObject {
  return {
    ...sendable(properties, definition),
    ...receivable(properties, definition),
    ...stamps(definition),
    enablePartitioning: given(definition, 'enablePartitioning', false),
    enableExpress: given(definition, 'enableExpress', false),
  }
}

export function topicBody({ properties, definition, subscriptions }: Topic): JsonObject {
  return {
    ...sendable(properties, definition),
    ...stamps(definition),
    supportOrdering: given(definition, 'supportOrdering', true),
    enablePartitioning: given(definition, 'enablePartitioning', false),
    enableExpress: given(definition, 'enableExpress', false),
    subscriptionCount: subscriptions.size,
  }
}

export function subscriptionBody({ properties, definition }: Subscription): JsonObject {
  return {
    ...receivable(properties, definition),
    ...stamps(definition),
    deadLetteringOnFilterEvaluationExceptions: properties.deadLetteringOnFilterEvaluationExceptions,
    isClientAffine: false,
  }
}

function sendable(properties: SendableProperties, definition: Definition): JsonObject {
  const { maxMessageSizeInKilobytes } = properties
  return {
    ...shared(properties, definition),
    maxSizeInMegabytes: properties.maxSizeInMegabytes,
    requiresDuplicateDetection: properties.requiresDuplicateDetection,
    duplicateDetectionHistoryTimeWindow: formatIsoDuration(properties.duplicateWindowMs),
    ...(maxMessageSizeInKilobytes === undefined ? {} : { maxMessageSizeInKilobytes }),
  }
}

function receivable(properties: ReceivableProperties, definition: Definition): JsonObject {
  const { forwardTo, forwardDeadLetteredMessagesTo } = properties
  return {
    ...shared(properties, definition),
    lockDuration: formatIsoDuration(properties.lockDurationMs),
    requiresSession: properties.requiresSession,
    deadLetteringOnMessageExpiration: properties.deadLetteringOnMessageExpiration,
    maxDeliveryCount: properties.maxDeliveryCount,
    ...(forwardTo === undefined ? {} : { forwardTo }),
    ...(forwardDeadLetteredMessagesTo === undefined ? {} : { forwardDeadLetteredMessagesTo }),
  }
}

function shared(
  properties: Pick<SendableProperties, 'status' | 'defaultTimeToLiveMs'>,
  definition: Definition,
): JsonObject {
  const { status, defaultTimeToLiveMs: aliveMs } = properties
  return {
    status,
    defaultMessageTimeToLive: aliveMs === undefined ? timeToLiveNever : formatIsoDuration(aliveMs),
    autoDeleteOnIdle: timeToLiveNever,
    enableBatchedOperations: given(definition, 'enableBatchedOperations', true),
  }
}

function stamps(definition: Definition): JsonObject {
  return {
    createdAt: new Date(definition.createdMs).toISOString(),
    updatedAt: new Date(definition.updatedMs).toISOString(),
  }
}

function given(definition: Definition, name: string, otherwise: boolean): boolean {
  const value = definition.properties[name]
  return typeof value === 'boolean' ? value : otherwise
}
