import { isJsonObject, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import { withoutSecrets } from './delivery-attributes.ts'
import { invalidRequest, notSupported, resourceNotFound } from './errors.ts'
import { readSubscriptionSettings } from './event-subscription.ts'
import type { EventSubscription } from './event-subscription.ts'
import type { EventGrid } from './service.ts'
import { checkSystemTopic, sourceIdOf, topicEndpoint } from './topic.ts'
import type { EventGridTopic, TopicKind } from './topic.ts'
import { baseUrlOf } from './webhook-address.ts'

const namespace = 'Microsoft.EventGrid'

/** The resource types of https://learn.microsoft.com/azure/templates/microsoft.eventgrid/allversions */
export function eventGridResources(eventGrid: EventGrid): readonly ResourceProvider[] {
  return [
    topicProvider(eventGrid, 'topic', 'topics'),
    topicProvider(eventGrid, 'domain', 'domains'),
    systemTopicProvider(eventGrid),
    domainTopicProvider(eventGrid),
    subscriptionProvider(eventGrid, 'topics/eventSubscriptions'),
    subscriptionProvider(eventGrid, 'domains/eventSubscriptions'),
    subscriptionProvider(eventGrid, 'domains/topics/eventSubscriptions'),
    subscriptionProvider(eventGrid, 'systemTopics/eventSubscriptions'),
    subscriptionProvider(eventGrid, 'eventSubscriptions'),
    ...refusedTypes.map(refusedProvider),
  ]
}

const refusedTypes = [
  'namespaces',
  'namespaces/topics',
  'namespaces/topics/eventSubscriptions',
  'namespaces/topicSpaces',
  'namespaces/clients',
  'namespaces/clientGroups',
  'namespaces/permissionBindings',
  'namespaces/caCertificates',
  'partnerConfigurations',
  'partnerDestinations',
  'partnerNamespaces',
  'partnerNamespaces/channels',
  'partnerRegistrations',
  'partnerTopics',
  'partnerTopics/eventSubscriptions',
  'topics/privateEndpointConnections',
  'domains/privateEndpointConnections',
] as const

function topicProvider(
  eventGrid: EventGrid,
  kind: Extract<TopicKind, 'topic' | 'domain'>,
  segment: string,
): ResourceProvider {
  const { topics } = eventGrid
  return {
    type: `${namespace}/${segment}`,
    async put(request) {
      const topic = await topics.put({ kind, ...declaredTopic(request) })
      return topicBody(eventGrid, topic)
    },
    async delete(names) {
      const topic = topics.all().find((each) => each.kind === kind && isNamed(each, names))
      if (!topic) return
      await deleteSubscriptions(eventGrid, topic)
      await topics.delete(topic)
    },
    actions: {
      listKeys: async ([name = '']) => keysBody(topics.named(kind, name)),
      regenerateKey: async ([name = ''], body) => {
        const key = stringMember(body, 'keyName')?.toLowerCase()
        if (key !== 'key1' && key !== 'key2') {
          throw invalidRequest("The property 'keyName' must be key1 or key2.")
        }
        return keysBody(await topics.regenerateKey(topics.named(kind, name), key))
      },
    },
  }
}

function systemTopicProvider(eventGrid: EventGrid): ResourceProvider {
  const { topics, sourceTypes } = eventGrid
  return {
    type: `${namespace}/systemTopics`,
    async put(request) {
      checkSystemTopic(request.properties, sourceTypes)
      await topics.put({ kind: 'systemTopic', ...declaredTopic(request) })
      return { properties: { ...request.properties, provisioningState: 'Succeeded' } }
    },
    async delete(names) {
      const topic = topics.all().find((each) => each.kind === 'systemTopic' && isNamed(each, names))
      if (!topic) return
      await deleteSubscriptions(eventGrid, topic)
      await topics.delete(topic)
    },
  }
}

function domainTopicProvider(eventGrid: EventGrid): ResourceProvider {
  const { topics } = eventGrid
  return {
    type: `${namespace}/domains/topics`,
    async put({ names, properties }) {
      const [domain = '', name = ''] = names
      for (const property of Object.keys(properties)) {
        if (property !== 'provisioningState') {
          throw invalidRequest(`The property 'properties.${property}' is not supported.`)
        }
      }
      checkName(name, 'domain topic')
      await topics.putDomainTopic(topics.named('domain', domain), name)
      return { properties: { provisioningState: 'Succeeded' } }
    },
    async delete([domainName = '', name = '']) {
      const domain = topics.named('domain', domainName)
      for (const { id } of eventGrid.subscriptions.ofSource(`${domain.id}/topics/${name}`)) {
        await eventGrid.deleteEventSubscription(id)
      }
      await topics.deleteDomainTopic(domain, name)
    },
  }
}

/** One type for each place that a subscription can be in; the last one extends any other resource. */
function subscriptionProvider(eventGrid: EventGrid, segments: string): ResourceProvider {
  const type = `${namespace}/${segments}`
  const find = (names: readonly string[], id?: string): EventSubscription => {
    if (id !== undefined) {
      const found = eventGrid.subscriptions.byId(id)
      if (found) return found
      throw resourceNotFound(names.at(-1) ?? '')
    }
    const isMeant = (each: EventSubscription): boolean => isOfType(each.id, segments, names)
    return eventGrid.subscriptions.named(names.at(-1) ?? '', isMeant)
  }
  return {
    type,
    async put(request) {
      const { id, names, properties } = request
      const name = names.at(-1) ?? ''
      checkName(name, 'event subscription')
      const sourceId = sourceOf(eventGrid, request, segments)
      const put = await eventGrid.putEventSubscription({ id, name, sourceId, properties })
      return subscriptionBody(eventGrid, put)
    },
    // The id is asked for where there is one: an extension's names do not say what it extends.
    async delete(names: readonly string[], id?: string) {
      const isKnown = eventGrid.subscriptions
        .all()
        .some((each) =>
          id === undefined ? isOfType(each.id, segments, names) : isSame(each.id, id),
        )
      if (isKnown) await eventGrid.deleteEventSubscription(find(names, id).id)
    },
    actions: {
      getFullUrl: async (names) => {
        const { endpoint } = readSubscriptionSettings(find(names).properties)
        if (endpoint.kind !== 'WebHook') throw notSupported(`getFullUrl for a '${endpoint.kind}'`)
        return { endpointUrl: endpoint.url }
      },
      getDeliveryAttributes: async (names) => ({
        value: [...withoutSecrets(attributesOf(find(names).properties))],
      }),
    },
  }
}

function refusedProvider(segments: string): ResourceProvider {
  const type = `${namespace}/${segments}`
  const refuse = (): Promise<never> => Promise.reject(notSupported(`The resource type '${type}'`))
  return { type, put: refuse, delete: async () => {} }
}

function declaredTopic(
  request: ResourceRequest,
): Pick<EventGridTopic, 'id' | 'name' | 'location' | 'properties'> {
  const { id, properties } = request
  const name = request.names.at(-1) ?? ''
  checkName(name, 'topic')
  if (request.kind !== undefined && request.kind.toLowerCase() !== 'azure') {
    throw notSupported(`An Event Grid topic of the kind '${request.kind}'`)
  }
  const location = (request.location ?? 'westeurope').toLowerCase().replaceAll(' ', '')
  return { id, name, location, properties }
}

/** Topics have a part in a host name: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsofteventgrid */
function checkName(name: string, what: 'topic' | 'domain topic' | 'event subscription'): void {
  const pattern = {
    topic: /^[a-z\d-]{3,50}$/i,
    'domain topic': /^[\w.~-]{1,128}$/,
    'event subscription': /^[\w.~-]{3,64}$/,
  }[what]
  if (pattern.test(name)) return
  throw invalidRequest(`The name '${name}' of the ${what} is not valid: it must match ${pattern}.`)
}

function sourceOf(eventGrid: EventGrid, request: ResourceRequest, segments: string): string {
  const [holder = '', inner = ''] = request.names
  switch (segments) {
    case 'topics/eventSubscriptions':
      return eventGrid.topics.named('topic', holder).id
    case 'domains/eventSubscriptions':
      return eventGrid.topics.named('domain', holder).id
    case 'domains/topics/eventSubscriptions':
      return `${eventGrid.topics.named('domain', holder).id}/topics/${inner}`
    case 'systemTopics/eventSubscriptions':
      return sourceIdOf(eventGrid.topics.named('systemTopic', holder))
    default: {
      const [scope = ''] = request.id.split(
        /\/providers\/Microsoft\.EventGrid\/eventSubscriptions\//i,
      )
      return scope
    }
  }
}

function topicBody(eventGrid: EventGrid, topic: EventGridTopic): ResourceBody {
  const { isLocalAuthDisabled, schema } = eventGrid.topics.settingsOf(topic)
  return {
    properties: {
      publicNetworkAccess: 'Enabled',
      ...topic.properties,
      inputSchema: schema,
      disableLocalAuth: isLocalAuthDisabled,
      endpoint: topicEndpoint(topic),
      metricResourceId: topic.id,
      provisioningState: 'Succeeded',
    },
  }
}

/** The secrets of a subscription are not read back: neither the query of its URL nor secret headers. */
function subscriptionBody(eventGrid: EventGrid, subscription: EventSubscription): ResourceBody {
  const { properties, state, sourceId } = subscription
  const { schema, attemptsMax, timeToLiveMs } = readSubscriptionSettings(properties)
  const policy = {
    maxDeliveryAttempts: attemptsMax,
    eventTimeToLiveInMinutes: timeToLiveMs / 60_000,
  }
  const input = eventGrid.topics.schemaOf(sourceId)
  const same = input === 'CustomEventSchema' ? 'EventGridSchema' : input
  return {
    properties: {
      ...properties,
      ...readBack(properties),
      eventDeliverySchema: schema ?? same,
      retryPolicy: policy,
      topic: sourceId,
      provisioningState: state,
    },
  }
}

function readBack(properties: JsonObject): JsonObject {
  const { destination, deliveryWithResourceIdentity: wrapped } = properties
  if (isJsonObject(destination)) return { destination: destinationBody(destination) }
  if (!isJsonObject(wrapped) || !isJsonObject(wrapped['destination'])) return {}
  const inner = destinationBody(wrapped['destination'])
  return { deliveryWithResourceIdentity: { ...wrapped, destination: inner } }
}

function destinationBody(destination: JsonObject): JsonObject {
  const { properties } = destination
  if (!isJsonObject(properties)) return destination
  const { endpointUrl, deliveryAttributeMappings, ...rest } = properties
  const told: JsonObject = { ...rest }
  if (typeof endpointUrl === 'string') told['endpointBaseUrl'] = baseUrlOf(endpointUrl)
  if (Array.isArray(deliveryAttributeMappings)) {
    told['deliveryAttributeMappings'] = withoutSecrets(
      deliveryAttributeMappings.filter(isJsonObject),
    )
  }
  return { ...destination, properties: told }
}

function attributesOf(properties: JsonObject): readonly JsonObject[] {
  const wrapped = properties['deliveryWithResourceIdentity']
  const destination =
    properties['destination'] ?? (isJsonObject(wrapped) ? wrapped['destination'] : undefined)
  const inner = isJsonObject(destination) ? destination['properties'] : undefined
  const mappings: JsonValue | undefined = isJsonObject(inner)
    ? inner['deliveryAttributeMappings']
    : undefined
  return Array.isArray(mappings) ? mappings.filter(isJsonObject) : []
}

async function deleteSubscriptions(eventGrid: EventGrid, topic: EventGridTopic): Promise<void> {
  const isInside = (id: string): boolean =>
    id.toLowerCase().startsWith(`${topic.id.toLowerCase()}/`)
  for (const { id } of eventGrid.subscriptions.all().filter((each) => isInside(each.id))) {
    await eventGrid.deleteEventSubscription(id)
  }
}

function keysBody(topic: EventGridTopic): JsonObject {
  return { key1: topic.key1, key2: topic.key2 }
}

function isNamed(topic: EventGridTopic, names: readonly string[]): boolean {
  return isSame(topic.name, names[0] ?? '')
}

/** Whether an id ends in the types and names of a resource of this kind. */
function isOfType(id: string, segments: string, names: readonly string[]): boolean {
  const path = segments.split('/').map((segment, index) => `${segment}/${names[index] ?? ''}`)
  return id.toLowerCase().endsWith(`/providers/microsoft.eventgrid/${path.join('/')}`.toLowerCase())
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
