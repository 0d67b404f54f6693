// Nothing here survives a crash: an event whose delivery was not settled is delivered again.
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { stringMember } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { attributeHeaders } from './delivery-attributes.ts'
import type { DeliveryAnswer, EventDestinations, OutgoingDelivery } from './destination.ts'
import { notSupported } from './errors.ts'
import { deliverySchemaOf } from './event-subscription.ts'
import type { Endpoint, EventSubscription, SubscriptionSettings } from './event-subscription.ts'
import { toDeliverySchema, toEventGridSchema } from './event.ts'
import type { DeliverySchema } from './event.ts'
import { writeExactJson } from './exact-numbers.ts'
import { deliveryTimeoutMs } from './limits.ts'
import type { WaitingEvent } from './waiting-event.ts'
import type { WebhookCaller } from './webhook.ts'

/** Asks for a token of an application that protects a webhook. */
export type TokenFor = (audience: {
  readonly tenantId: string
  readonly application: string
}) => Promise<string>

/** A subscription with what its properties say. */
export interface DeliveryTarget {
  readonly subscription: EventSubscription
  readonly settings: SubscriptionSettings
}

/** Events that go in one request: all of them are taken, or none. */
export interface Parcel {
  readonly events: readonly WaitingEvent[]
  readonly headers: Readonly<Record<string, string>>
  readonly texts: readonly string[]
}

/** Brings events to where a subscription wants them. */
export class EventSender {
  readonly #webhooks: WebhookCaller
  readonly #clock: Clock
  readonly #destinations: EventDestinations
  readonly #tokenFor: TokenFor | undefined

  constructor(options: {
    readonly webhooks: WebhookCaller
    readonly clock: Clock
    readonly destinations: EventDestinations
    readonly tokenFor: TokenFor | undefined
  }) {
    this.#webhooks = options.webhooks
    this.#clock = options.clock
    this.#destinations = options.destinations
    this.#tokenFor = options.tokenFor
  }

  async send(
    target: DeliveryTarget,
    parcel: Parcel,
    options: { readonly trace: TraceContext; readonly signal: AbortSignal },
  ): Promise<DeliveryAnswer> {
    const { endpoint } = target.settings
    const delivery = deliveryOf(target, parcel, options.trace)
    if (endpoint.kind === 'WebHook') {
      const { url, audience } = endpoint
      const { body, contentType } = delivery
      try {
        const headers = {
          ...delivery.headers,
          'content-type': contentType,
          ...(await this.authorizationFor(audience)),
        }
        const request = { url, method: 'POST', headers, body, ...options } as const
        return await this.#webhooks.call(request, { readsBody: false })
      } catch (error) {
        return { status: 0, outcome: 'Unauthorized', reason: messageOf(error) }
      }
    }
    const { kind, resourceId, timeToLiveMs } = endpoint
    const destination = this.#destinations[kind]
    if (!destination) return { status: 404, reason: `Nothing serves '${kind}' any more.` }
    return this.#limited(options.signal, (signal) =>
      destination.deliver({
        ...delivery,
        resourceId,
        ...(timeToLiveMs === undefined ? {} : { timeToLiveMs }),
        trace: options.trace,
        signal,
      }),
    )
  }

  /** Throws for an endpoint of a kind that nothing here serves. */
  async check(endpoint: Endpoint): Promise<void> {
    if (endpoint.kind === 'WebHook') {
      if (endpoint.audience && !this.#tokenFor) {
        throw notSupported('A webhook with a token of Microsoft Entra ID')
      }
      return
    }
    const destination = this.#destinations[endpoint.kind]
    if (!destination) throw notSupported(`The endpoint type '${endpoint.kind}'`)
    await destination.check(endpoint.resourceId)
  }

  /** The header with a token for a webhook that asks for one. */
  async authorizationFor(
    audience: { readonly tenantId: string; readonly application: string } | undefined,
  ): Promise<{ readonly authorization?: string }> {
    if (!audience || !this.#tokenFor) return {}
    return { authorization: `Bearer ${await this.#tokenFor(audience)}` }
  }

  async #limited(
    outer: AbortSignal,
    deliver: (signal: AbortSignal) => Promise<DeliveryAnswer>,
  ): Promise<DeliveryAnswer> {
    const ending = new AbortController()
    const end = (): void => ending.abort()
    outer.addEventListener('abort', end, { once: true })
    const timer = this.#clock.after(deliveryTimeoutMs, end)
    const tooLate = new Promise<DeliveryAnswer>((resolve) => {
      const reason = 'No answer within 30 seconds.'
      const late = (): void => resolve({ status: 0, outcome: 'TimedOut', reason })
      ending.signal.addEventListener('abort', late, { once: true })
    })
    try {
      return await Promise.race([deliver(ending.signal), tooLate])
    } catch (error) {
      return { status: 500, reason: messageOf(error) }
    } finally {
      timer.cancel()
      outer.removeEventListener('abort', end)
    }
  }
}

/** Events in the order they came, in as many parcels as the batch rule and their headers ask for. */
export function parcelsOf(
  target: DeliveryTarget,
  events: readonly WaitingEvent[],
): readonly Parcel[] {
  const { endpoint } = target.settings
  const parcels: GrowingParcel[] = []
  let bytes = 0
  for (const waiting of events) {
    const headers = attributeHeaders(endpoint.attributes, waiting.event)
    const text = writeExactJson(toDeliverySchema(waiting.event, schemaFor(target, waiting)))
    const last = parcels.at(-1)
    bytes += Buffer.byteLength(text)
    const fits =
      last !== undefined &&
      last.events.length < endpoint.batch.eventsMax &&
      bytes <= endpoint.batch.preferredBytes &&
      isDeepStrictEqual(last.headers, headers)
    if (fits) {
      last.events.push(waiting)
      last.texts.push(text)
    } else {
      parcels.push({ events: [waiting], texts: [text], headers })
      bytes = Buffer.byteLength(text)
    }
  }
  return parcels
}

interface GrowingParcel extends Parcel {
  readonly events: WaitingEvent[]
  readonly texts: string[]
}

/** The schema that an event goes out in. */
export function schemaFor(target: DeliveryTarget, waiting: WaitingEvent): DeliverySchema {
  return deliverySchemaOf(target.settings.schema, waiting.event.schema)
}

function deliveryOf(
  target: DeliveryTarget,
  parcel: Parcel,
  context: TraceContext,
): Pick<OutgoingDelivery, 'body' | 'contentType' | 'events' | 'headers'> {
  const [first] = parcel.events
  const isCloudEvent = first !== undefined && schemaFor(target, first) === 'CloudEventSchemaV1_0'
  const isSingle = isCloudEvent && !target.settings.endpoint.batch.isBatched
  const [text = ''] = parcel.texts
  return {
    body: isSingle ? text : `[${parcel.texts.join(',')}]`,
    contentType: contentTypeOf({ isCloudEvent, isSingle }),
    headers: { ...parcel.headers, ...ownHeaders(target, first) },
    events: parcel.events.map(({ history, trace }, index) => ({
      messageId: history.messageId,
      json: parcel.texts[index] ?? '',
      // What a single event causes is caused by this delivery.
      trace: parcel.events.length === 1 || !trace ? context : trace,
    })),
  }
}

function contentTypeOf(form: {
  readonly isCloudEvent: boolean
  readonly isSingle: boolean
}): string {
  if (!form.isCloudEvent) return 'application/json; charset=utf-8'
  const batch = form.isSingle ? '' : '-batch'
  return `application/cloudevents${batch}+json; charset=utf-8`
}

/** https://learn.microsoft.com/azure/event-grid/receive-events#message-headers */
function ownHeaders(
  target: DeliveryTarget,
  first: WaitingEvent | undefined,
): Readonly<Record<string, string>> {
  const view = first ? toEventGridSchema(first.event) : {}
  const isCloudEvent = first?.event.schema === 'CloudEventSchemaV1_0'
  return {
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': target.subscription.name.toUpperCase(),
    'aeg-delivery-count': String(first?.history.attempts ?? 0),
    'aeg-data-version': stringMember(view, 'dataVersion') ?? '',
    'aeg-metadata-version': isCloudEvent ? '' : '1',
    'aeg-output-event-id': first?.history.messageId ?? '',
  }
}
