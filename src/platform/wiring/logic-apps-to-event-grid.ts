/**
 * The operation `publishEvents` of workflows -> events in a custom topic or domain.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/eventgridpublisher/
 */
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { keyRefused } from '../../services/event-grid/errors.ts'
import type { EventGrid } from '../../services/event-grid/service.ts'
import { topicHost, type EventGridTopic } from '../../services/event-grid/topic.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import type { CheckPrincipal } from './entra-id-to-event-grid.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderConnection,
} from '../../services/logic-apps/service-provider.ts'

export function logicAppsToEventGrid(parts: {
  readonly eventGrid: EventGrid
  readonly principalOf: PrincipalOfApp
  readonly checkSender: CheckPrincipal
}): ServiceProvider {
  const { eventGrid, principalOf, checkSender } = parts
  const publish = async (call: ServiceProviderCall, events: readonly JsonValue[]) => {
    const principal = await principalOf(call.app, call.connection)
    const topic = topicOf(eventGrid, call.connection, { isByKey: principal === undefined })
    if (principal) await checkSender(principal.objectId, topic.id)
    await eventGrid.publishObjects(topic, events.map(eventOf), call.trace)
    return { statusCode: 200 }
  }
  return {
    id: 'eventGridPublisher',
    actions: {
      publishEvents: async (call) => {
        const { events } = call.parameters
        if (!Array.isArray(events)) throw badEvents('a list of events')
        return publish(call, events)
      },
    },
    triggers: {},
  }
}

/** The topic at an address, where one of its keys is shown. */
export function topicByKey(
  eventGrid: EventGrid,
  address: string,
  shown: { readonly connection: string; readonly key: string | undefined },
): EventGridTopic {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const [, name] = /^\/topics\/([^/]+)\/api\/events/i.exec(url?.pathname ?? '') ?? []
  const { topics } = eventGrid
  const host = url?.hostname ?? address
  const topic = name === undefined ? topics.byHost(host) : topics.byName(name)
  if (!topic) {
    throw new ServiceError(
      'ServiceProviderConnectionNotFound',
      404,
      `The connection '${shown.connection}' names the topic '${address}', which no template declares.`,
    )
  }
  const { key } = shown
  if (key !== undefined && key !== topic.key1 && key !== topic.key2) {
    throw keyRefused(topicHost(topic))
  }
  return topic
}

function topicOf(
  eventGrid: EventGrid,
  { name, parameterValues }: ServiceProviderConnection,
  { isByKey }: { readonly isByKey: boolean },
): EventGridTopic {
  const address = stringMember(parameterValues, 'topicEndpoint') ?? ''
  const key = isByKey ? (keyOf(parameterValues) ?? '') : undefined
  return topicByKey(eventGrid, address, { connection: name, key })
}

// The names of the connection's parameters differ by version: `accessKey`, `topicKey`, `sasKey`.
function keyOf(values: JsonObject): string | undefined {
  const name = Object.keys(values).find((each) => /key$/i.test(each))
  return name === undefined ? undefined : stringMember(values, name)
}

function eventOf(event: JsonValue): JsonObject {
  if (isJsonObject(event)) return event
  throw badEvents('a list of events, each an object')
}

function badEvents(expected: string): ServiceError {
  return new ServiceError('BadRequest', 400, `The parameter 'events' must be ${expected}.`)
}
