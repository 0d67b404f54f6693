// Survives a crash: every event subscription, whether its endpoint was validated, and the events that wait for it. A
// handshake that was under way is begun again.
import { setMaxListeners } from 'node:events'
import { messageOf } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { parseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { PutDocument } from '../../store/documents.ts'
import { invalidRequest, nameAmbiguous, resourceNotFound, validationRefused } from './errors.ts'
import { matches } from './event-filter.ts'
import type { DeliveryTarget } from './event-sender.ts'
import {
  deliverySchemaOf,
  readEventSubscription,
  readSubscriptionSettings,
} from './event-subscription.ts'
import type { EventSubscription, SubscriptionSettings } from './event-subscription.ts'
import type { GridEvent, InputSchema } from './event.ts'
import { subscriptionsPerTopicMax, validationRetryMs, validationWindowMs } from './limits.ts'
import { SubscriptionDelivery } from './subscription-delivery.ts'
import type { DeliveryParts } from './subscription-delivery.ts'
import type { GivenUp } from './undeliverable-events.ts'
import { queueOf, queuePrefix } from './waiting-event.ts'
import { isSameCode, shakeHands } from './webhook-validation.ts'
import type { WebhookCaller } from './webhook.ts'

const collection = 'event-grid/subscriptions'

export interface EventSubscriptionsOptions extends DeliveryParts {
  readonly webhooks: WebhookCaller
  /** Where the owner of an endpoint agrees by hand. */
  readonly validationUrl: (subscription: EventSubscription) => string
  /** The schema in which events of a source come. */
  readonly schemaOf: (sourceId: string) => InputSchema
  /** True until `beginDeliveries` is called. */
  readonly holdsDeliveries: boolean
}

interface Subscriber {
  target: DeliveryTarget
  delivery: SubscriptionDelivery
  isDelivering: boolean
}

/** The event subscriptions of an instance, each with its own deliveries. */
export class EventSubscriptions {
  readonly #options: EventSubscriptionsOptions
  readonly #byId = new Map<string, Subscriber>()
  readonly #bySource = new Map<string, Set<Subscriber>>()
  readonly #byQueue = new Map<string, Subscriber>()
  readonly #stopping = new AbortController()
  #isHeld: boolean
  readonly #handshakes = new Set<Promise<void>>()
  #stopListening: (() => void) | undefined

  constructor(options: EventSubscriptionsOptions) {
    this.#options = options
    this.#isHeld = options.holdsDeliveries
    // Every handshake that is under way listens.
    setMaxListeners(0, this.#stopping.signal)
  }

  async start(): Promise<void> {
    const { store } = this.#options
    for await (const page of store.scan({ collection })) {
      for (const { body } of page) {
        const subscription = readEventSubscription(parseJson(body))
        const settings = readSubscriptionSettings(subscription.properties)
        this.#remember({ subscription, settings })
      }
    }
    this.#stopListening = store.onCommit(({ queues }) => {
      for (const queue of queues) {
        if (queue.startsWith(queuePrefix)) this.#byQueue.get(queue)?.delivery.wake()
      }
    })
    for (const subscriber of this.#byId.values()) this.#resume(subscriber)
  }

  async stop(): Promise<void> {
    this.#stopListening?.()
    this.#stopping.abort()
    await Promise.all(this.#handshakes)
    const running = [...this.#byId.values()].filter(({ isDelivering }) => isDelivering)
    await Promise.all(running.map(({ delivery }) => delivery.stop()))
  }

  /** Lets deliveries begin that were held back. */
  beginDeliveries(): void {
    this.#isHeld = false
    for (const subscriber of this.#byId.values()) {
      if (subscriber.target.subscription.state === 'Succeeded') this.#deliver(subscriber)
    }
  }

  all(): readonly EventSubscription[] {
    return [...this.#byId.values()].map(({ target }) => target.subscription)
  }

  byId(id: string): EventSubscription | undefined {
    return this.#byId.get(id.toLowerCase())?.target.subscription
  }

  /** The one that a predicate and a name describe; throws where there is none, or more than one. */
  named(name: string, isMeant: (subscription: EventSubscription) => boolean): EventSubscription {
    const [found, second] = this.all().filter(
      (each) => each.name.toLowerCase() === name.toLowerCase() && isMeant(each),
    )
    if (second) throw nameAmbiguous(name)
    if (!found) throw resourceNotFound(name)
    return found
  }

  ofSource(sourceId: string): readonly EventSubscription[] {
    const subscribers = this.#bySource.get(sourceId.toLowerCase()) ?? []
    return [...subscribers].map(({ target }) => target.subscription)
  }

  /** The queues of the store that get an event of a source. */
  queuesFor(sourceId: string, event: GridEvent): readonly string[] {
    const nowMs = this.#options.clock.now()
    const queues: string[] = []
    for (const { target } of this.#bySource.get(sourceId.toLowerCase()) ?? []) {
      const { subscription, settings } = target
      const { state } = subscription
      const isOver = settings.expiresAtMs !== undefined && settings.expiresAtMs <= nowMs
      // What comes while the endpoint does not listen yet waits for it.
      if (isOver || (state !== 'Succeeded' && state !== 'Creating')) continue
      if (matches(settings.filter, event)) queues.push(queueOf(subscription))
    }
    return queues
  }

  /** Creates or changes a subscription, and asks its webhook whether it wants events. */
  async put(given: {
    readonly id: string
    readonly name: string
    readonly sourceId: string
    readonly properties: JsonObject
  }): Promise<EventSubscription> {
    const settings = await this.#check(given)
    const before = this.#byId.get(given.id.toLowerCase())?.target
    const isKnown =
      before?.subscription.state === 'Succeeded' && isSameEndpoint(before.settings, settings)
    const needsHandshake = settings.endpoint.kind === 'WebHook' && !isKnown
    const subscription: EventSubscription = {
      ...given,
      key: before?.subscription.key ?? newUuid(),
      state: needsHandshake ? 'Creating' : 'Succeeded',
      validUntilMs: this.#options.clock.now() + validationWindowMs,
      validationCode: newUuid(),
    }
    await this.#write({ subscription, settings })
    if (!needsHandshake) return subscription
    try {
      await this.#shake(subscription.id)
    } catch (error) {
      if (before) await this.#restore(before)
      else await this.delete(given.id)
      throw error
    }
    return this.byId(given.id) ?? subscription
  }

  async #restore(target: DeliveryTarget): Promise<void> {
    await this.#write(target)
    const subscriber = this.#byId.get(target.subscription.id.toLowerCase())
    if (subscriber && target.subscription.state !== 'Succeeded') this.#resume(subscriber)
  }

  /** Deletes a subscription with all that waits for it; false when there is none. */
  async delete(id: string): Promise<boolean> {
    const subscriber = this.#byId.get(id.toLowerCase())
    if (!subscriber) return false
    const { subscription } = subscriber.target
    this.#forget(subscriber)
    if (subscriber.isDelivering) await subscriber.delivery.stop()
    const key = id.toLowerCase()
    await this.#options.store.write([
      { kind: 'document.delete', collection, partition: key, id: key },
      { kind: 'queue.drop', queue: queueOf(subscription) },
    ])
    return true
  }

  /** Takes the word of who opened the validation URL. */
  async validate(key: string, code: string): Promise<EventSubscription> {
    const found = this.all().find((each) => each.key === key)
    if (!found || !isSameCode(code, found.validationCode)) throw validationRefused()
    if (found.state === 'Succeeded') return found
    if (found.state === 'Failed' || found.validUntilMs < this.#options.clock.now()) {
      throw validationRefused()
    }
    await this.#setState(found.id, 'Succeeded')
    return found
  }

  /** Events that are on their way, or due within that time. */
  async pending(withinMs: number): Promise<number> {
    const waiting = [...this.#byId.values()].filter(
      ({ target }) => target.subscription.state !== 'Failed',
    )
    const counts = await Promise.all(waiting.map(({ delivery }) => delivery.pending(withinMs)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** What was given up since the start, by name of the subscription. */
  givenUp(): ReadonlyMap<string, GivenUp> {
    const found = new Map<string, GivenUp>()
    for (const { target, delivery } of this.#byId.values()) {
      const { givenUp } = delivery
      if (!givenUp) continue
      // Subscriptions of several topics may have the same name.
      const { name } = target.subscription
      const { count, reason } = found.get(name) ?? { count: 0, reason: givenUp.reason }
      found.set(name, { count: count + givenUp.count, reason })
    }
    return found
  }

  async #check(given: {
    readonly id: string
    readonly sourceId: string
    readonly properties: JsonObject
  }): Promise<SubscriptionSettings> {
    const settings = readSubscriptionSettings(given.properties)
    deliverySchemaOf(settings.schema, this.#options.schemaOf(given.sourceId))
    const isNew = !this.#byId.has(given.id.toLowerCase())
    if (isNew && this.ofSource(given.sourceId).length >= subscriptionsPerTopicMax) {
      throw invalidRequest(`A topic has at most ${subscriptionsPerTopicMax} event subscriptions.`)
    }
    await this.#options.sender.check(settings.endpoint)
    if (settings.deadLetter && !this.#options.putDeadLetter) {
      throw invalidRequest(
        "The property 'properties.deadLetterDestination' is not supported: no storage account is served here.",
      )
    }
    return settings
  }

  /** One handshake; an endpoint that does not listen yet is asked again in the background. */
  async #shake(id: string): Promise<void> {
    const unreachable = await this.#shakeOnce(id)
    const subscription = this.byId(id)
    if (unreachable === undefined || !subscription) return
    const ids = { subscription: id, reason: unreachable }
    this.#options.logger.warn(ids, 'the webhook does not answer yet: its handshake is tried again')
    this.#background(() => this.#shakeUntilAnswered(subscription, unreachable))
  }

  /** Gives why the endpoint could not be asked; otherwise the state says what became of it. */
  async #shakeOnce(id: string): Promise<string | undefined> {
    const target = this.#byId.get(id.toLowerCase())?.target
    if (!target || target.settings.endpoint.kind !== 'WebHook') return undefined
    const { subscription, settings } = target
    const { url, attributes, audience } = target.settings.endpoint
    const handshake = await shakeHands(
      {
        subscription: subscription.name,
        sourceId: subscription.sourceId,
        url,
        attributes,
        schema: deliverySchemaOf(settings.schema, this.#options.schemaOf(subscription.sourceId)),
        code: subscription.validationCode,
        validationUrl: this.#options.validationUrl(subscription),
        signal: this.#stopping.signal,
        ...(await this.#options.sender.authorizationFor(audience)),
      },
      this.#options,
    )
    switch (handshake.kind) {
      case 'agreed':
        await this.#setState(id, 'Succeeded')
        return undefined
      case 'by-hand':
        await this.#awaitByHand(subscription)
        return undefined
      case 'unreachable':
        return handshake.reason
    }
  }

  async #awaitByHand(subscription: EventSubscription): Promise<void> {
    const current = this.#current(subscription)
    if (!current || current.state === 'Succeeded') return
    await this.#setState(subscription.id, 'AwaitingManualAction')
    this.#background(() => this.#failWhenOver(subscription))
  }

  async #failWhenOver(subscription: EventSubscription): Promise<void> {
    const { clock } = this.#options
    await clock.sleep(Math.max(0, subscription.validUntilMs - clock.now()), this.#stopping.signal)
    const current = this.#current(subscription)
    if (current?.state === 'AwaitingManualAction') {
      await this.#fail(current, 'nobody opened the validation URL within 10 minutes')
    }
  }

  // The endpoint may be a program of this machine that starts after the template was applied.
  async #shakeUntilAnswered(subscription: EventSubscription, first: string): Promise<void> {
    const { clock } = this.#options
    let reason: string | undefined = first
    while (reason !== undefined) {
      await clock.sleep(validationRetryMs, this.#stopping.signal)
      const current = this.#current(subscription)
      if (current?.state !== 'Creating') return
      if (clock.now() >= subscription.validUntilMs) return this.#fail(current, reason)
      try {
        reason = await this.#shakeOnce(subscription.id)
      } catch (error) {
        return this.#fail(current, messageOf(error))
      }
    }
  }

  /** The subscription as it is now, unless it was deleted or asked for anew. */
  #current(subscription: EventSubscription): EventSubscription | undefined {
    const current = this.byId(subscription.id)
    return current?.validationCode === subscription.validationCode ? current : undefined
  }

  async #fail(subscription: EventSubscription, reason: string): Promise<void> {
    const { store, logger } = this.#options
    await this.#setState(subscription.id, 'Failed')
    const { ready, scheduled } = await store.countMessages(queueOf(subscription))
    // They were acknowledged: the next handshake that succeeds delivers what has not outlived its time.
    const ids = { subscription: subscription.id, reason, waitingEvents: ready + scheduled }
    logger.error(ids, 'the event subscription failed: its webhook was not validated')
  }

  #background(work: () => Promise<void>): void {
    const { logger } = this.#options
    const running = work()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          logger.error({ reason: messageOf(error) }, 'a handshake failed')
      })
      .finally(() => this.#handshakes.delete(running))
    this.#handshakes.add(running)
  }

  /** Goes on where the last process stopped. */
  #resume(subscriber: Subscriber): void {
    const { subscription } = subscriber.target
    switch (subscription.state) {
      case 'Succeeded':
        return this.#deliver(subscriber)
      case 'AwaitingManualAction':
        return this.#background(() => this.#failWhenOver(subscription))
      case 'Creating':
      case 'Failed':
        return this.#background(() => this.#beginAgain(subscriber.target))
    }
  }

  async #beginAgain(target: DeliveryTarget): Promise<void> {
    const validUntilMs = this.#options.clock.now() + validationWindowMs
    const subscription: EventSubscription = {
      ...target.subscription,
      state: 'Creating',
      validUntilMs,
    }
    await this.#write({ ...target, subscription })
    try {
      await this.#shake(subscription.id)
    } catch (error) {
      await this.#fail(subscription, messageOf(error))
    }
  }

  async #setState(id: string, state: EventSubscription['state']): Promise<void> {
    const target = this.#byId.get(id.toLowerCase())?.target
    if (!target) return
    await this.#write({ ...target, subscription: { ...target.subscription, state } })
  }

  async #write(target: DeliveryTarget): Promise<void> {
    const { subscription } = target
    const id = subscription.id.toLowerCase()
    const put: PutDocument = {
      kind: 'document.put',
      collection,
      partition: id,
      id,
      body: JSON.stringify(subscription),
      etag: newUuid(),
    }
    await this.#options.store.write([put])
    const subscriber = this.#remember(target)
    if (subscription.state === 'Succeeded') this.#deliver(subscriber)
    else await this.#suspend(subscriber)
  }

  #deliver(subscriber: Subscriber): void {
    if (this.#isHeld || subscriber.isDelivering || this.#stopping.signal.aborted) return
    subscriber.isDelivering = true
    subscriber.delivery.start()
  }

  async #suspend(subscriber: Subscriber): Promise<void> {
    if (!subscriber.isDelivering) return
    await subscriber.delivery.stop()
    subscriber.isDelivering = false
    subscriber.delivery = new SubscriptionDelivery(this.#options, subscriber.target)
  }

  #remember(target: DeliveryTarget): Subscriber {
    const { subscription } = target
    const id = subscription.id.toLowerCase()
    const existing = this.#byId.get(id)
    if (existing) {
      existing.target = target
      existing.delivery.update(target)
      return existing
    }
    const delivery = new SubscriptionDelivery(this.#options, target)
    const subscriber: Subscriber = { target, delivery, isDelivering: false }
    const source = subscription.sourceId.toLowerCase()
    const others = this.#bySource.get(source) ?? new Set()
    this.#byId.set(id, subscriber)
    this.#byQueue.set(queueOf(subscription), subscriber)
    this.#bySource.set(source, others.add(subscriber))
    return subscriber
  }

  #forget(subscriber: Subscriber): void {
    const { subscription } = subscriber.target
    const source = subscription.sourceId.toLowerCase()
    const others = this.#bySource.get(source)
    this.#byId.delete(subscription.id.toLowerCase())
    this.#byQueue.delete(queueOf(subscription))
    others?.delete(subscriber)
    if (others?.size === 0) this.#bySource.delete(source)
  }
}

// The endpoint that agreed, and in the schema that it agreed to: the handshakes differ.
function isSameEndpoint(before: SubscriptionSettings, after: SubscriptionSettings): boolean {
  const [left, right] = [before.endpoint, after.endpoint]
  if (left.kind !== 'WebHook' || right.kind !== 'WebHook') return false
  return left.url === right.url && before.schema === after.schema
}
