/**
 * Events of Event Grid -> messages in a Service Bus queue or topic.
 * https://learn.microsoft.com/azure/event-grid/handler-service-bus
 */
import { ServiceError } from '../../base/errors.ts'
import { invalidRequest } from '../../services/event-grid/errors.ts'
import type {
  DeliveryAnswer,
  EventDestination,
  EventDestinations,
  OutgoingDelivery,
  OutgoingEvent,
} from '../../services/event-grid/destination.ts'
import { namespaceNotFound } from '../../services/service-bus/errors.ts'
import type { OutgoingMessage } from '../../services/service-bus/message.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'

/** Properties of a message that a header of the subscription sets. */
const brokerProperties = {
  messageid: 'messageId',
  partitionkey: 'partitionKey',
  sessionid: 'sessionId',
  correlationid: 'correlationId',
  label: 'subject',
  replyto: 'replyTo',
  replytosessionid: 'replyToSessionId',
  to: 'to',
} as const satisfies Record<string, keyof OutgoingMessage>

/** What a fault of the bus is in Event Grid's words; a suspended or full entity is tried again. */
const answers: Readonly<Record<string, DeliveryAnswer>> = {
  MessagingEntityNotFound: { status: 404 },
  ResourceNotFound: { status: 404 },
  MessagingEntityDisabled: { status: 429, outcome: 'Disabled' },
  QuotaExceeded: { status: 429, outcome: 'Full' },
  MessageSizeExceeded: { status: 413 },
  ServiceBusy: { status: 503 },
  InvalidOperation: { status: 400, outcome: 'SessionQueueNotSupported' },
  ArgumentError: { status: 400 },
}

export function eventGridToServiceBus(
  serviceBus: ServiceBus,
): Pick<EventDestinations, 'ServiceBusQueue' | 'ServiceBusTopic'> {
  return {
    ServiceBusQueue: destination(serviceBus, 'queue'),
    ServiceBusTopic: destination(serviceBus, 'topic'),
  }
}

function destination(serviceBus: ServiceBus, kind: 'queue' | 'topic'): EventDestination {
  return {
    check: (resourceId) => {
      const { namespace, path } = locate(serviceBus, resourceId, kind)
      if (kind === 'queue') namespace.queue(path)
      else namespace.topic(path)
    },
    deliver: async (delivery) => {
      try {
        const { namespace, path } = locate(serviceBus, delivery.resourceId, kind)
        const messages = delivery.events.map((event) => messageOf(event, delivery))
        await namespace.send(path, messages, { trace: delivery.trace })
        return { status: 200 }
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        return { ...(answers[error.code] ?? { status: error.status }), reason: error.message }
      }
    },
  }
}

function locate(
  serviceBus: ServiceBus,
  resourceId: string,
  kind: 'queue' | 'topic',
): { readonly namespace: Namespace; readonly path: string } {
  const pattern = new RegExp(
    `/providers/Microsoft\\.ServiceBus/namespaces/([^/]+)/${kind}s/([^/]+)$`,
    'i',
  )
  const [, name, entity] = pattern.exec(resourceId) ?? []
  if (name === undefined || entity === undefined) {
    throw invalidRequest(`'${resourceId}' is not the id of a Service Bus ${kind}.`)
  }
  const namespace = serviceBus.namespace(name)
  if (!namespace) throw namespaceNotFound(name)
  return { namespace, path: entity.replaceAll('~', '/') }
}

function messageOf(event: OutgoingEvent, delivery: OutgoingDelivery): OutgoingMessage {
  const broker: Record<string, string> = {}
  const applicationProperties: Record<string, string> = {}
  for (const [name, value] of Object.entries(delivery.headers)) {
    const property = Object.entries(brokerProperties).find(([each]) => each === name.toLowerCase())
    if (property) broker[property[1]] = value
    else applicationProperties[name] = value
  }
  return {
    // The same at every delivery, so that duplicate detection finds a second one.
    messageId: event.messageId,
    ...broker,
    body: event.json,
    bodyType: 'data',
    contentType: delivery.contentType,
    applicationProperties,
  }
}
