// Survives a crash: topics with their keys, event subscriptions, and every event that was accepted, once for each
// subscription that it matched, until it is delivered, dead-lettered or dropped by the rules of that subscription.
import type { Clock } from '../../base/clock.ts'
import type { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, formatTraceparent, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import type { AppendMessage } from '../../store/messages.ts'
import type { Store } from '../../store/store.ts'
import type { EventDestinations, PutDeadLetter } from './destination.ts'
import { notSupported, resourceNotFound, tooManyDeliveries, topicNotMatching } from './errors.ts'
import { EventSender } from './event-sender.ts'
import type { TokenFor } from './event-sender.ts'
import type { EventSubscription } from './event-subscription.ts'
import { EventSubscriptions } from './event-subscriptions.ts'
import { headOf } from './event.ts'
import type { GridEvent } from './event.ts'
import { writeExactJson } from './exact-numbers.ts'
import { deliveriesPerPublishMax, spanPayloadCharsMax } from './limits.ts'
import type { VerifySender } from './publish-access.ts'
import { readCloudEvent, readEventGridEvent } from './published-events.ts'
import { eventGridHandler } from './rest.ts'
import { raisesEvents, topicEndpoint, topicHost } from './topic.ts'
import type { EventGridTopic } from './topic.ts'
import { Topics } from './topics.ts'
import type { GivenUp } from './undeliverable-events.ts'
import { appendEvent } from './waiting-event.ts'
import { WebhookCaller } from './webhook.ts'

export interface EventGridOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly outgoing: OutgoingHttp
  /** Endpoints that other services of this machine serve; a kind that is absent is refused by name. */
  readonly destinations?: EventDestinations
  readonly putDeadLetter?: PutDeadLetter
  /** Lets the bearer of a token of Entra ID send events; without it such tokens are refused. */
  readonly verifyToken?: VerifySender
  /** Gives tokens for webhooks that are protected by Entra ID; without it these are refused. */
  readonly tokenFor?: TokenFor
  /** Types of resource that raise events here; default storage accounts. */
  readonly sourceTypes?: readonly string[]
  /** Deliver nothing before `beginDeliveries` is called: the endpoints of this machine do not listen yet. */
  readonly holdsDeliveries?: boolean
  /** Where `handler` is reached: `http://127.0.0.1:8081`; absent for Azure's name of it. */
  readonly publicOrigin?: () => string | undefined
}

/** An event that a service of this machine raises, in the Event Grid schema. */
export interface SystemEvent {
  readonly id: string
  readonly subject: string
  readonly eventType: string
  /** ISO 8601. */
  readonly eventTime: string
  readonly data: JsonObject
  readonly dataVersion?: string
  /** What caused it. */
  readonly trace?: TraceContext | undefined
}

/** Azure Event Grid: https://learn.microsoft.com/azure/event-grid/overview */
export class EventGrid implements Startable {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly verifyToken: VerifySender | undefined
  readonly topics: Topics
  readonly subscriptions: EventSubscriptions
  readonly sourceTypes: readonly string[]
  /** Takes published events and answers validation URLs. */
  readonly handler: HttpHandler
  readonly #options: EventGridOptions
  /** Names this run of the program in the leases of what it delivers. */
  readonly #owner = newUuid()
  #tellLoaded: () => void = () => {}
  /** What is published before it is known who subscribed would be lost: it waits. */
  readonly #loaded = new Promise<void>((resolve) => {
    this.#tellLoaded = resolve
  })

  constructor(options: EventGridOptions) {
    const { store, clock, telemetry, outgoing } = options
    this.#options = options
    this.clock = clock
    this.telemetry = telemetry
    this.verifyToken = options.verifyToken
    this.sourceTypes = options.sourceTypes ?? ['Microsoft.Storage/storageAccounts']
    this.topics = new Topics(store)
    const webhooks = new WebhookCaller({ outgoing, clock })
    const { destinations = {}, tokenFor, putDeadLetter } = options
    this.subscriptions = new EventSubscriptions({
      ...options,
      owner: this.#owner,
      holdsDeliveries: options.holdsDeliveries === true,
      putDeadLetter,
      webhooks,
      sender: new EventSender({ webhooks, clock, destinations, tokenFor }),
      validationUrl: (subscription) => this.#validationUrl(subscription),
      schemaOf: (sourceId) => this.topics.schemaOf(sourceId),
    })
    this.handler = eventGridHandler(this)
  }

  async start(): Promise<void> {
    const { store, logger } = this.#options
    await takeOver(store, this.#owner)
    await this.topics.load()
    await this.subscriptions.start()
    this.#tellLoaded()
    const topics = this.topics.all().length
    logger.info({ topics, subscriptions: this.subscriptions.all().length }, 'Event Grid started')
  }

  async stop(): Promise<void> {
    await this.subscriptions.stop()
  }

  /** Lets deliveries begin where the options held them back: what waits is delivered now. */
  beginDeliveries(): void {
    this.subscriptions.beginDeliveries()
  }

  /** Addresses and keys of the custom topics and domains. */
  endpoints(): readonly {
    readonly name: string
    readonly kind: 'topic' | 'domain'
    readonly host: string
    readonly endpoint: string
    readonly key: string
  }[] {
    return this.topics.all().flatMap((topic) => {
      if (topic.kind === 'systemTopic') return []
      const { name, kind, key1 } = topic
      return [{ name, kind, host: topicHost(topic), endpoint: topicEndpoint(topic), key: key1 }]
    })
  }

  /** Takes what a resource raises, for those who subscribed to it; resolves when it is durable. */
  async publish(raised: {
    /** Resource id of the storage account or the like. */
    readonly source: string
    readonly events: readonly SystemEvent[]
  }): Promise<void> {
    await this.#loaded
    if (this.subscriptions.ofSource(raised.source).length === 0) return
    const startMs = this.clock.preciseNow()
    const sources = [raised.source]
    const accepted = raised.events.map(({ trace, ...event }): Accepted => {
      const body = { dataVersion: '', ...event, topic: raised.source, metadataVersion: '1' }
      const context = trace ? childOf(trace) : newTrace()
      return { event: { schema: 'EventGridSchema', body }, sources, context, parent: trace }
    })
    const wanted = await this.#store(accepted)
    const resource = raised.source.split('/').at(-1) ?? ''
    for (const each of accepted) {
      this.#report([each], { resource, startMs, isWanted: wanted.has(each) })
    }
  }

  /** Takes events of a custom topic or domain; resolves when they are durable. */
  async publishTo(
    topic: EventGridTopic,
    events: readonly GridEvent[],
    parent: TraceContext | undefined,
  ): Promise<void> {
    await this.#loaded
    const startMs = this.clock.preciseNow()
    const context = parent ? childOf(parent) : newTrace()
    const accepted = events.map((event): Accepted => {
      const placed = topic.kind === 'domain' ? inDomain(topic, event) : inTopic(topic, event)
      return { ...placed, context, parent }
    })
    const wanted = await this.#store(accepted)
    this.#report(accepted, { resource: topic.name, startMs, isWanted: wanted.size > 0 })
  }

  /** Tells of a publisher that was refused. */
  reportRefusal(
    topic: EventGridTopic,
    refusal: { readonly error: ServiceError; readonly startMs: number },
    parent: TraceContext | undefined,
  ): void {
    const { error, startMs } = refusal
    this.telemetry.span({
      context: parent ? childOf(parent) : newTrace(),
      ...(parent ? { parentSpanId: parent.spanId } : {}),
      service: 'event-grid',
      operation: 'publish',
      resource: topic.name,
      startMs,
      durationMs: this.clock.preciseNow() - startMs,
      status: 'error',
      reason: `${error.code}: ${error.message}`,
    })
  }

  /** Takes events by objects in either schema, as the output binding of functions has them. */
  async publishObjects(
    topic: EventGridTopic,
    objects: readonly JsonObject[],
    parent: TraceContext | undefined,
  ): Promise<void> {
    const events = objects.map((object) =>
      Object.hasOwn(object, 'specversion') ? readCloudEvent(object) : readEventGridEvent(object),
    )
    const { schema } = this.topics.settingsOf(topic)
    for (const event of events)
      if (event.schema !== schema) throw topicSchemaMismatch(topic, schema)
    await this.publishTo(topic, events, parent)
  }

  /** Subscribes to the events of a source, as the resource types do; the properties are theirs. */
  async putEventSubscription(given: {
    /** Resource id of the subscription; by default an extension of the source. */
    readonly id?: string
    readonly name: string
    readonly sourceId: string
    readonly properties: JsonObject
  }): Promise<EventSubscription> {
    const { name, sourceId, properties } = given
    await this.#loaded
    await this.#checkSource(sourceId)
    const id = given.id ?? eventSubscriptionId(sourceId, name)
    return this.subscriptions.put({ id, name, sourceId, properties })
  }

  /** Ends a subscription with all that waits for it; false when there is none. */
  async deleteEventSubscription(id: string): Promise<boolean> {
    const subscription = this.subscriptions.byId(id)
    const deleted = await this.subscriptions.delete(id)
    const inDomainTopic = subscription && this.topics.domainOf(subscription.sourceId)
    if (inDomainTopic) await this.#tidyDomainTopic(inDomainTopic.domain, inDomainTopic.name)
    return deleted
  }

  /** Events accepted and not delivered, but those that wait longer than `withinMs` for another try. */
  pendingEvents(options: { readonly withinMs?: number } = {}): Promise<number> {
    return this.subscriptions.pending(options.withinMs ?? 0)
  }

  /** Events that were dead-lettered or dropped since the start, by name of the subscription. */
  givenUpEvents(): ReadonlyMap<string, GivenUp> {
    return this.subscriptions.givenUp()
  }

  /** All of the events, for each subscription that wants them, or none; gives those that anyone wants. */
  async #store(accepted: readonly Accepted[]): Promise<ReadonlySet<Accepted>> {
    const wanted = new Set<Accepted>()
    const batch: AppendMessage[] = []
    for (const each of accepted) {
      const appends = this.#appendsFor(each)
      if (appends.length > 0) wanted.add(each)
      batch.push(...appends)
      if (batch.length > deliveriesPerPublishMax) throw tooManyDeliveries(deliveriesPerPublishMax)
    }
    if (batch.length > 0) await this.#options.store.write(batch)
    return wanted
  }

  #appendsFor({ event, sources, context }: Accepted): readonly AppendMessage[] {
    const queues = sources.flatMap((source) => this.subscriptions.queuesFor(source, event))
    if (queues.length === 0) return []
    const nowMs = this.clock.now()
    const text = JSON.stringify(event.body)
    // A CloudEvent may say itself to which trace it belongs.
    const own = event.body['traceparent']
    const isTraced = typeof own === 'string' && parseTraceparent(own) !== undefined
    const trace = isTraced ? own : formatTraceparent(context)
    return queues.map((queue) => appendEvent(event, { queue, text, nowMs, trace }))
  }

  #report(
    accepted: readonly Accepted[],
    span: { readonly resource: string; readonly startMs: number; readonly isWanted: boolean },
  ): void {
    const [first] = accepted
    if (!first) return
    const { context, parent } = first
    const bodies = accepted.map(({ event }) => event.body)
    this.telemetry.span({
      context,
      ...(parent ? { parentSpanId: parent.spanId } : {}),
      service: 'event-grid',
      operation: 'publish',
      resource: span.resource,
      startMs: span.startMs,
      durationMs: this.clock.preciseNow() - span.startMs,
      status: 'ok',
      ...(span.isWanted ? {} : { reason: 'No event subscription wants it.' }),
      payload: writeExactJson(bodies).slice(0, spanPayloadCharsMax),
    })
  }

  async #checkSource(sourceId: string): Promise<void> {
    if (this.topics.byId(sourceId)) return
    const inDomainTopic = this.topics.domainOf(sourceId)
    if (inDomainTopic) {
      const { domain, name } = inDomainTopic
      const exists = this.topics.domainTopics(domain).some((each) => isSameName(each, name))
      if (exists) return
      if (!this.topics.settingsOf(domain).createsTopics) throw resourceNotFound(sourceId)
      return this.topics.putDomainTopic(domain, name)
    }
    if (/\/providers\/Microsoft\.EventGrid\//i.test(sourceId)) throw resourceNotFound(sourceId)
    if (!raisesEvents(sourceId, this.sourceTypes)) {
      throw notSupported(
        `An event subscription to '${sourceId}', whose events nothing here raises,`,
      )
    }
  }

  async #tidyDomainTopic(domain: EventGridTopic, name: string): Promise<void> {
    const isLast = this.subscriptions.ofSource(`${domain.id}/topics/${name}`).length === 0
    if (isLast && this.topics.settingsOf(domain).deletesTopics) {
      await this.topics.deleteDomainTopic(domain, name)
    }
  }

  #validationUrl(subscription: EventSubscription): string {
    const origin = this.#options.publicOrigin?.() ?? 'https://rp-local.eventgrid.azure.net:553'
    const query = new URLSearchParams({
      id: subscription.key,
      t: new Date(this.clock.now()).toISOString(),
      apiVersion: '2022-06-15',
      token: subscription.validationCode,
    })
    const name = encodeURIComponent(subscription.name)
    return `${origin}/eventsubscriptions/${name}/validate?${query.toString()}`
  }
}

/** Gives back what the last run of the program was delivering. */
async function takeOver(store: Store, owner: string): Promise<void> {
  const key = { collection: 'event-grid/runs', partition: 'last', id: 'last' }
  const last = await store.getDocument(key)
  const body = JSON.stringify({ owner })
  const previous = last && stringMember(parseJson(last.body), 'owner')
  await store.write([
    ...(previous === undefined ? [] : [{ kind: 'owner.release' as const, owner: previous }]),
    { kind: 'document.put', ...key, body, etag: newUuid() },
  ])
}

/** The id of an event subscription that extends the resource whose events it gets. */
export function eventSubscriptionId(sourceId: string, name: string): string {
  return `${sourceId}/providers/Microsoft.EventGrid/eventSubscriptions/${name}`
}

interface PlacedEvent {
  readonly event: GridEvent
  /** Resource ids that it is an event of: a domain and the topic in it. */
  readonly sources: readonly string[]
}

interface Accepted extends PlacedEvent {
  readonly context: TraceContext
  readonly parent: TraceContext | undefined
}

function inTopic(topic: EventGridTopic, event: GridEvent): PlacedEvent {
  const sources = [topic.id]
  if (event.schema === 'CloudEventSchemaV1_0') return { event, sources }
  const { source } = headOf(event)
  if (source !== '' && source.toLowerCase() !== topic.id.toLowerCase()) throw topicNotMatching()
  return { event: stamped(event, topic.id), sources }
}

/** https://learn.microsoft.com/azure/event-grid/event-domains#publishing-to-an-event-domain */
function inDomain(domain: EventGridTopic, event: GridEvent): PlacedEvent {
  const { source } = headOf(event)
  const name = source.split('/').at(-1) ?? ''
  if (name === '') throw topicNotMatching()
  const topicId = `${domain.id}/topics/${name}`
  const isCloudEvent = event.schema === 'CloudEventSchemaV1_0'
  return {
    event: isCloudEvent ? event : stamped(event, topicId),
    sources: [domain.id, topicId],
  }
}

function stamped(event: GridEvent, topic: string): GridEvent {
  return event.mapped
    ? { ...event, mapped: { ...event.mapped, topic } }
    : { ...event, body: { ...event.body, topic } }
}

function topicSchemaMismatch(topic: EventGridTopic, schema: string): Error {
  return notSupported(`An event of another schema than '${schema}' for the topic '${topic.name}'`)
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
