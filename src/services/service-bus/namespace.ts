// Survives a crash: everything of a namespace, its definitions as documents and its messages in queues.
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { CancelMessage, QueueCounts } from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import type { Arrivals } from './arrivals.ts'
import type { DeadLetterWatch } from './dead-letter-watch.ts'
import { AuthorizationRules } from './authorization-rules.ts'
import { sourceOf } from './entities.ts'
import type { Entity, Queue, SubQueue, Subscription, Topic } from './entities.ts'
import {
  argumentError,
  entityAlreadyExists,
  entityNotFound,
  invalidOperation,
  messageLockLost,
  messageNotFound,
} from './errors.ts'
import type { Tier } from './entity-checks.ts'
import { Forwarders } from './forwarders.ts'
import {
  messageBytesMaxPremium,
  messageBytesMaxStandard,
  peekCountMax,
  sessionStateBytesMaxPremium,
  sessionStateBytesMaxStandard,
} from './limits.ts'
import type { OutgoingMessage, ReceivedMessage } from './message.ts'
import { Quota } from './quota.ts'
import { MessageReceiver } from './receiver.ts'
import type { Receiver, ReceiverContext } from './receiver.ts'
import { toReceivedMessage } from './received-message.ts'
import type { Rule } from './rule.ts'
import { Sender } from './sender.ts'
import type { Settlement } from './settlement.ts'
import { acceptSession } from './session-receiver.ts'
import type { AcceptSessionOptions, SessionReceiver } from './session-receiver.ts'
import { Topology, rulePath, subscriptionPath } from './topology.ts'

export interface NamespaceOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly arrivals: Arrivals
  readonly deadLetterWatch: DeadLetterWatch
  readonly owner: string
  readonly name: string
}

export interface NamespaceDefinition {
  readonly tier?: Tier
  /** As the resource type has them, for whoever serves the namespace on the wire. */
  readonly properties?: JsonObject
  /** Its id among the resources, for the roles that are assigned there. */
  readonly resourceId?: string
}

export interface OpenReceiverOptions {
  readonly mode: 'peekLock' | 'receiveAndDelete'
  readonly subQueue?: SubQueue
  /** The run whose death frees the locks; default this one. A receiver elsewhere says undefined: nobody. */
  readonly owner?: string | undefined
}

export interface PeekOptions {
  readonly from?: number
  readonly maxCount: number
  readonly sessionId?: string
  readonly subQueue?: SubQueue
}

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-counters */
export interface EntityCounts {
  readonly activeMessageCount: number
  readonly deadLetterMessageCount: number
  readonly scheduledMessageCount: number
  readonly transferDeadLetterMessageCount: number
  readonly transferMessageCount: number
  readonly sizeInBytes: number
}

/** One Service Bus namespace: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-overview */
export class Namespace {
  readonly name: string
  readonly authorizationRules: AuthorizationRules
  #tier: Tier = 'Standard'
  #properties: JsonObject = {}
  #resourceId = ''
  readonly #options: NamespaceOptions
  readonly #topology: Topology
  readonly #sender: Sender
  readonly #forwarders: Forwarders

  constructor(options: NamespaceOptions) {
    this.name = options.name
    this.#options = options
    const { store, clock, telemetry, logger, arrivals, deadLetterWatch, owner } = options
    const quota = new Quota(store)
    this.authorizationRules = new AuthorizationRules({ store, namespace: options.name })
    this.#topology = new Topology({
      store,
      clock,
      namespace: options.name.toLowerCase(),
      tier: () => this.#tier,
      onChange: () => this.#forwarders.update(this.list()),
      onDrop: (queue) => {
        for (const memory of [quota, arrivals, deadLetterWatch]) memory.forget(queue)
      },
    })
    this.#sender = new Sender({
      store,
      clock,
      telemetry,
      topology: this.#topology,
      quota,
      messageBytesMax: () =>
        this.#tier === 'Premium' ? messageBytesMaxPremium : messageBytesMaxStandard,
    })
    const sender = this.#sender
    this.#forwarders = new Forwarders({ store, clock, logger, telemetry, arrivals, sender, owner })
  }

  get tier(): Tier {
    return this.#tier
  }

  get properties(): JsonObject {
    return this.#properties
  }

  get resourceId(): string {
    return this.#resourceId
  }

  define(definition: NamespaceDefinition): void {
    this.#resourceId = definition.resourceId ?? this.#resourceId
    this.#tier = definition.tier ?? this.#tier
    this.#properties = definition.properties ?? this.#properties
  }

  async start(): Promise<void> {
    await this.#topology.load()
    await this.authorizationRules.load()
    this.#forwarders.start(this.list())
  }

  async stop(): Promise<void> {
    await this.#forwarders.stop()
  }

  async createQueue(path: string, properties: JsonObject = {}): Promise<Queue> {
    await this.#topology.create({ kind: 'queue', path, properties })
    return this.queue(path)
  }

  async createTopic(path: string, properties: JsonObject = {}): Promise<Topic> {
    await this.#topology.create({ kind: 'topic', path, properties })
    return this.topic(path)
  }

  /** Creates a subscription with the rule `$Default`, which lets everything through. */
  async createSubscription(
    topic: string,
    name: string,
    properties: JsonObject = {},
  ): Promise<Subscription> {
    const path = subscriptionPath(this.topic(topic).path, name)
    await this.#topology.create(
      { kind: 'subscription', path, properties },
      { kind: 'rule', path: rulePath(path, '$Default'), properties: {} },
    )
    return this.subscription(path)
  }

  /** Adds a rule to a subscription; `properties` as the resource type `rules` has them. */
  async createRule(subscription: string, name: string, properties: JsonObject): Promise<Rule> {
    const path = rulePath(this.subscription(subscription).path, name)
    await this.#topology.create({ kind: 'rule', path, properties })
    return this.rule(path)
  }

  /** Creates a queue, or replaces the properties of an existing one. */
  async putQueue(path: string, properties: JsonObject): Promise<Queue> {
    const existing = this.#topology.find(path)
    if (!existing) return this.createQueue(path, properties)
    if (existing.kind !== 'queue') throw entityAlreadyExists(path)
    await this.#topology.update({ kind: 'queue', path: existing.path, properties })
    return this.queue(path)
  }

  async putTopic(path: string, properties: JsonObject): Promise<Topic> {
    const existing = this.#topology.find(path)
    if (!existing) return this.createTopic(path, properties)
    if (existing.kind !== 'topic') throw entityAlreadyExists(path)
    await this.#topology.update({ kind: 'topic', path: existing.path, properties })
    return this.topic(path)
  }

  async putSubscription(
    topic: string,
    name: string,
    properties: JsonObject,
  ): Promise<Subscription> {
    const existing = this.#topology.find(subscriptionPath(topic, name))
    if (!existing) return this.createSubscription(topic, name, properties)
    await this.#topology.update({ kind: 'subscription', path: existing.path, properties })
    return this.subscription(existing.path)
  }

  async putRule(subscription: string, name: string, properties: JsonObject): Promise<Rule> {
    const path = rulePath(this.subscription(subscription).path, name)
    const existing = this.#topology.rule(path)
    if (!existing) return this.createRule(subscription, name, properties)
    await this.#topology.update({ kind: 'rule', path: existing.definition.path, properties })
    return this.rule(path)
  }

  /** Deletes an entity or a rule with everything in it; false when there is none. */
  async delete(path: string): Promise<boolean> {
    const deleted = await this.#topology.delete(path)
    if (deleted) await this.authorizationRules.deleteOf(path)
    return deleted
  }

  async deleteEverything(): Promise<void> {
    for (const { path } of this.list()) await this.#topology.delete(path)
    await this.authorizationRules.deleteOf()
  }

  entity(path: string): Entity {
    const entity = this.#topology.find(path)
    if (!entity) throw entityNotFound(path)
    return entity
  }

  queue(path: string): Queue {
    const entity = this.#topology.find(path)
    if (entity?.kind !== 'queue') throw entityNotFound(path)
    return entity
  }

  topic(path: string): Topic {
    const entity = this.#topology.find(path)
    if (entity?.kind !== 'topic') throw entityNotFound(path)
    return entity
  }

  subscription(path: string): Subscription {
    const entity = this.#topology.find(path)
    if (entity?.kind !== 'subscription') throw entityNotFound(path)
    return entity
  }

  rule(path: string): Rule {
    const rule = this.#topology.rule(path)
    if (!rule) throw entityNotFound(path)
    return rule
  }

  /** Every queue, topic and subscription. */
  list(): readonly Entity[] {
    return [...this.#topology.entities()]
  }

  /** Sends all of the messages or none; resolves with their sequence numbers once they are on disk. */
  async send(
    path: string,
    messages: readonly OutgoingMessage[],
    options: { readonly trace?: TraceContext } = {},
  ): Promise<readonly number[]> {
    return this.#sender.send(path, messages, options.trace)
  }

  /** Does what a transaction holds in one commit, or nothing of it. */
  async commit(transaction: {
    readonly sends: readonly {
      readonly path: string
      readonly messages: readonly OutgoingMessage[]
    }[]
    readonly settlements: readonly {
      readonly receiver: Receiver
      readonly settlement: Settlement
    }[]
  }): Promise<void> {
    const settled = await Promise.all(
      transaction.settlements.map(({ receiver, settlement }) => receiver.settlementOf(settlement)),
    )
    await this.#sender.commit(transaction.sends, settled).catch((error: unknown) => {
      throw error instanceof ExpectationFailed ? messageLockLost() : error
    })
  }

  /** Cancels scheduled messages, all of them or none. */
  async cancelScheduled(path: string, sequences: readonly number[]): Promise<void> {
    const entity = this.#sender.destination(path)
    const queue = entity.kind === 'topic' ? entity.inbox.queue : entity.sources.active.queue
    const batch: CancelMessage[] = sequences.map((sequence) => ({
      kind: 'message.cancel',
      queue,
      sequence,
    }))
    await this.#options.store.write(batch).catch((error: unknown) => {
      if (!(error instanceof ExpectationFailed)) throw error
      throw messageNotFound(sequences[error.index] ?? 0)
    })
  }

  /** The largest message that a queue or topic takes. */
  messageBytesMax(path: string): number {
    return this.#sender.bytesMax(this.#sender.destination(path))
  }

  /** The sessions of a queue or subscription that have messages or a state. */
  async sessions(path: string): Promise<readonly string[]> {
    const { queue } = this.#receivable(path).sources.active
    const groups = await this.#options.store.listGroups(queue)
    return groups.map(({ group }) => group)
  }

  openReceiver(path: string, options: OpenReceiverOptions): Receiver {
    const { requiresSession } = this.#receivable(path).properties
    if (requiresSession && options.subQueue === undefined) {
      throw invalidOperation(
        `It is not possible for an entity that requires sessions to create a non-sessionful message receiver: '${path}'.`,
      )
    }
    return new MessageReceiver(this.#receiverContext(path), {
      owner: this.#options.owner,
      ...options,
    })
  }

  /**
   * Locks a session, or without `sessionId` the one that waits longest; undefined when the wait is over
   * and there was none. A named session that another receiver holds is refused at once.
   */
  async acceptSession(
    path: string,
    options: AcceptSessionOptions,
  ): Promise<SessionReceiver | undefined> {
    return acceptSession(this.#receiverContext(path), { owner: this.#options.owner, ...options })
  }

  /** Messages in the order of their sequence numbers, locked ones too, without locking any. */
  async peek(path: string, options: PeekOptions): Promise<readonly ReceivedMessage[]> {
    if (options.maxCount < 1)
      throw argumentError('The number of messages to peek must be at least 1.')
    const entity = this.entity(path)
    const { queue } = entity.kind === 'topic' ? entity.inbox : sourceOf(entity, options.subQueue)
    const stored = await this.#options.store.browse({
      queue,
      from: options.from ?? 1,
      limit: Math.min(options.maxCount, peekCountMax),
      ...(options.sessionId === undefined ? {} : { group: options.sessionId }),
    })
    return stored.map(toReceivedMessage)
  }

  async counts(path: string): Promise<EntityCounts> {
    const entity = this.entity(path)
    const { store } = this.#options
    if (entity.kind === 'topic') {
      const inbox = await store.countMessages(entity.inbox.queue)
      return entityCounts(inbox, emptyCounts, emptyCounts)
    }
    const { active, deadLetter, transferDeadLetter } = entity.sources
    return entityCounts(
      await store.countMessages(active.queue),
      await store.countMessages(deadLetter.queue),
      await store.countMessages(transferDeadLetter.queue),
    )
  }

  #receiverContext(path: string): ReceiverContext {
    const { store, clock, arrivals } = this.#options
    const entity = (): Queue | Subscription => this.#receivable(path)
    const stateBytesMax = (): number =>
      this.#tier === 'Premium' ? sessionStateBytesMaxPremium : sessionStateBytesMaxStandard
    return { store, clock, arrivals, entity, stateBytesMax }
  }

  #receivable(path: string): Queue | Subscription {
    const entity = this.entity(path)
    if (entity.kind === 'topic') {
      throw invalidOperation(
        `Cannot receive from the topic '${path}': messages are received from its subscriptions.`,
      )
    }
    return entity
  }
}

const emptyCounts: QueueCounts = { ready: 0, leased: 0, scheduled: 0, parked: 0, bodyBytes: 0 }

function entityCounts(
  active: QueueCounts,
  deadLetter: QueueCounts,
  transferDeadLetter: QueueCounts,
): EntityCounts {
  return {
    activeMessageCount: active.ready + active.leased + active.parked,
    deadLetterMessageCount: deadLetter.ready + deadLetter.leased + deadLetter.parked,
    scheduledMessageCount: active.scheduled,
    transferDeadLetterMessageCount: transferDeadLetter.ready + transferDeadLetter.leased,
    transferMessageCount: 0,
    sizeInBytes: active.bodyBytes + deadLetter.bodyBytes + transferDeadLetter.bodyBytes,
  }
}
