import type { TraceContext } from '../../base/trace-context.ts'

/** Kinds of endpoint that another service of this machine serves. Webhooks are this service's own. */
export type DestinationKind =
  | 'AzureFunction'
  | 'ServiceBusQueue'
  | 'ServiceBusTopic'
  | 'StorageQueue'
  | 'EventHub'

/** One event, or one batch of them, on its way to a subscriber. */
export interface OutgoingDelivery {
  /** The destination's resource id, as the subscription declares it. */
  readonly resourceId: string
  /** JSON of one event, or of a list of them, as `contentType` says. */
  readonly body: string
  readonly contentType: string
  /** Each event alone, as JSON. */
  readonly events: readonly OutgoingEvent[]
  /** `aeg-subscription-name` and the like, and the custom delivery properties. */
  readonly headers: Readonly<Record<string, string>>
  /** How long a message may wait in a storage queue; -1 for ever, absent for the queue's own default. */
  readonly timeToLiveMs?: number
  readonly trace: TraceContext
  /** Aborts when the subscriber took too long. */
  readonly signal: AbortSignal
}

export interface OutgoingEvent {
  /** The same at every delivery of this event to this subscription. */
  readonly messageId: string
  readonly json: string
  readonly trace: TraceContext
}

/** What became of a delivery, as the status of an HTTP answer: 200 to 204 is success. */
export interface DeliveryAnswer {
  readonly status: number
  /** Of a failure, in Azure's word: `NotFound`, `Busy`, `Disabled`, `Full`. */
  readonly outcome?: string
  readonly reason?: string
}

/** Takes events for one kind of endpoint. It never throws for what the endpoint does. */
export interface EventDestination {
  /** Throws a `ServiceError` for an id that cannot be one of this kind. */
  check(resourceId: string): void | Promise<void>
  deliver(delivery: OutgoingDelivery): Promise<DeliveryAnswer>
}

/** Those that the platform has; the others are refused by name. */
export type EventDestinations = Readonly<Partial<Record<DestinationKind, EventDestination>>>

/** Stores a dead letter: https://learn.microsoft.com/azure/event-grid/manage-event-delivery#set-dead-letter-location */
export type PutDeadLetter = (deadLetter: {
  /** Resource id of the storage account. */
  readonly accountId: string
  readonly container: string
  /** `ORDERS/2026/1/31/5/<guid>.json` */
  readonly blobName: string
  /** A JSON list of events. */
  readonly body: string
}) => Promise<void>
