import type { JsonObject } from '../../base/json.ts'
import type { QueueRules } from '../../store/messages.ts'
import type {
  QueueProperties,
  ReceivableProperties,
  SubscriptionProperties,
  TopicProperties,
} from './entity-properties.ts'
import { encodeNote } from './envelope.ts'
import type { Rule } from './rule.ts'

/** A definition as the store keeps it, in the resource type's own words. */
export interface Definition {
  readonly kind: 'queue' | 'topic' | 'subscription' | 'rule'
  /** `orders`, `bookings/subscriptions/new`, `bookings/subscriptions/new/rules/$Default` */
  readonly path: string
  readonly properties: JsonObject
  readonly createdMs: number
  readonly updatedMs: number
  /** Changes whenever the definition does, and a topic's also when its subscriptions or rules do. */
  readonly etag: string
}

/** A queue of the store, and what it does with messages that nobody settles. */
export interface MessageSource {
  readonly queue: string
  readonly rules: QueueRules
}

/** Where the messages of a queue or a subscription are. */
export interface MessageSources {
  readonly active: MessageSource
  readonly deadLetter: MessageSource
  readonly transferDeadLetter: MessageSource
}

export interface Queue {
  readonly kind: 'queue'
  readonly path: string
  readonly definition: Definition
  readonly properties: QueueProperties
  readonly sources: MessageSources
}

export interface Topic {
  readonly kind: 'topic'
  readonly path: string
  readonly definition: Definition
  readonly properties: TopicProperties
  /** Scheduled messages, and those of a topic that detects duplicates, wait here to be distributed. */
  readonly inbox: MessageSource
  /** By lower-case name. */
  readonly subscriptions: Map<string, Subscription>
}

export interface Subscription {
  readonly kind: 'subscription'
  readonly path: string
  readonly definition: Definition
  readonly properties: SubscriptionProperties
  readonly sources: MessageSources
  /** By lower-case name. */
  readonly rules: Map<string, Rule>
}

export type Entity = Queue | Topic | Subscription

/** The part of an entity that holds messages that were given up. */
export type SubQueue = 'deadLetter' | 'transferDeadLetter'

/** What the names of all queues of this service in the store begin with. */
export const storeQueuePrefix = 'servicebus/'

/** The name of an entity's queue in the store. */
export function storeQueueName(namespace: string, path: string): string {
  return `${storeQueuePrefix}${namespace}/${path.toLowerCase()}`
}

export function messageSources(
  namespace: string,
  path: string,
  properties: ReceivableProperties,
): MessageSources {
  const queue = storeQueueName(namespace, path)
  const deadLetterQueue = `${queue}/$deadletterqueue`
  return {
    active: { queue, rules: activeRules(path, deadLetterQueue, properties) },
    // A dead letter neither expires nor wears out: it waits until somebody takes it.
    deadLetter: { queue: deadLetterQueue, rules: {} },
    transferDeadLetter: { queue: `${queue}/$transfer/$deadletterqueue`, rules: {} },
  }
}

/** The sub-queue of an entity, or its active messages when none is named. */
export function sourceOf(entity: Queue | Subscription, subQueue?: SubQueue): MessageSource {
  return subQueue === undefined ? entity.sources.active : entity.sources[subQueue]
}

function activeRules(
  source: string,
  deadLetterQueue: string,
  properties: ReceivableProperties,
): QueueRules {
  const { maxDeliveryCount } = properties
  const exhausted = {
    to: deadLetterQueue,
    note: encodeNote({
      reason: 'MaxDeliveryCountExceeded',
      description: `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
      source,
    }),
  }
  if (!properties.deadLetteringOnMessageExpiration) {
    return { attemptsMax: maxDeliveryCount, exhausted }
  }
  const expired = {
    to: deadLetterQueue,
    note: encodeNote({
      reason: 'TTLExpiredException',
      description: 'The message expired and was dead lettered.',
      source,
    }),
  }
  return { attemptsMax: maxDeliveryCount, exhausted, expired }
}
