import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { invalidRequest, notSupported } from './errors.ts'
import type { InputSchema } from './event.ts'
import { readInputMapping } from './input-mapping.ts'
import type { InputMapping } from './input-mapping.ts'
import { PropertyReader } from './property-reader.ts'

/** Where events come in: a custom topic, a domain, or the events of another resource. */
export type TopicKind = 'topic' | 'domain' | 'systemTopic'

/** A topic as it is kept: https://learn.microsoft.com/azure/event-grid/concepts#topics */
export interface EventGridTopic {
  readonly kind: TopicKind
  /** Resource id. */
  readonly id: string
  readonly name: string
  readonly location: string
  /** As the template declares them. */
  readonly properties: JsonObject
  readonly key1: string
  readonly key2: string
}

/** What the properties of a topic or domain say. */
export interface TopicSettings {
  readonly schema: InputSchema
  readonly mapping?: InputMapping
  /** Keys and SAS tokens are refused. */
  readonly isLocalAuthDisabled: boolean
  readonly createsTopics: boolean
  readonly deletesTopics: boolean
}

/** The host name that events are published to. */
export function topicHost(topic: Pick<EventGridTopic, 'name' | 'location'>): string {
  return `${topic.name.toLowerCase()}.${topic.location}-1.eventgrid.azure.net`
}

/** Where events are published to. */
export function topicEndpoint(topic: Pick<EventGridTopic, 'name' | 'location'>): string {
  return `https://${topicHost(topic)}/api/events`
}

/** The resource whose events these are: the topic itself, or what a system topic stands for. */
export function sourceIdOf(topic: EventGridTopic): string {
  if (topic.kind !== 'systemTopic') return topic.id
  return stringMember(topic.properties, 'source') ?? ''
}

/** Reads and checks the properties of a topic or domain. */
export function readTopicSettings(kind: TopicKind, properties: JsonObject): TopicSettings {
  const reader = new PropertyReader(properties, 'properties')
  const schemas = ['EventGridSchema', 'CloudEventSchemaV1_0', 'CustomEventSchema'] as const
  const schema = reader.oneOf('inputSchema', schemas) ?? 'EventGridSchema'
  const hasMapping = reader.object('inputSchemaMapping') !== undefined
  if (hasMapping && schema !== 'CustomEventSchema') {
    throw invalidRequest(
      "The property 'properties.inputSchemaMapping' needs the inputSchema 'CustomEventSchema'.",
    )
  }
  const settings: TopicSettings = {
    schema,
    ...(hasMapping ? { mapping: readInputMapping(reader.section('inputSchemaMapping')) } : {}),
    isLocalAuthDisabled: reader.boolean('disableLocalAuth', false),
    createsTopics: reader.boolean('autoCreateTopicWithFirstSubscription', true),
    deletesTopics: reader.boolean('autoDeleteTopicWithLastSubscription', true),
  }
  reader.refuse('inboundIpRules', 'what may reach the machine is its own affair.')
  reader.refuse('encryption', 'the store is not encrypted with keys of a vault.')
  reader.oneOf('publicNetworkAccess', ['Enabled', 'Disabled', 'SecuredByPerimeter'])
  reader.oneOf('minimumTlsVersionAllowed', ['1.0', '1.1', '1.2', '1.3'])
  reader.oneOf('dataResidencyBoundary', ['WithinGeopair', 'WithinRegion'])
  reader.skip('endpoint', 'metricResourceId', 'provisioningState', 'privateEndpointConnections')
  if (kind === 'topic') reader.skip('eventTypeInfo')
  reader.end()
  return settings
}

/** Types of resource whose events a system topic can stand for, as the template names them. */
const topicTypes: Readonly<Record<string, string>> = {
  'microsoft.storage.storageaccounts': 'Microsoft.Storage/storageAccounts',
  'microsoft.eventhub.namespaces': 'Microsoft.EventHub/namespaces',
  'microsoft.servicebus.namespaces': 'Microsoft.ServiceBus/namespaces',
  'microsoft.keyvault.vaults': 'Microsoft.KeyVault/vaults',
  'microsoft.appconfiguration.configurationstores':
    'Microsoft.AppConfiguration/configurationStores',
}

/** Checks a system topic; `sourceTypes` are those that raise events here. */
export function checkSystemTopic(properties: JsonObject, sourceTypes: readonly string[]): void {
  const reader = new PropertyReader(properties, 'properties')
  const source = reader.required('source')
  const topicType = reader.required('topicType')
  reader.skip('provisioningState', 'metricResourceId')
  reader.end()
  const type = topicTypes[topicType.toLowerCase()]
  if (type === undefined || !isSource(type, sourceTypes)) {
    throw notSupported(`A system topic of the type '${topicType}'`)
  }
  if (!isOfType(source, type)) {
    throw invalidRequest(`The source '${source}' is not a resource of the type '${type}'.`)
  }
}

/** Whether an id is that of a resource that raises events here. */
export function raisesEvents(id: string, sourceTypes: readonly string[]): boolean {
  return sourceTypes.some((type) => isOfType(id, type))
}

/** Reads a topic as its document holds it. */
export function readTopic(stored: unknown): EventGridTopic {
  const value = isJsonObject(stored) ? stored : {}
  const kind = stringMember(value, 'kind')
  return {
    kind: kind === 'domain' || kind === 'systemTopic' ? kind : 'topic',
    id: stringMember(value, 'id') ?? '',
    name: stringMember(value, 'name') ?? '',
    location: stringMember(value, 'location') ?? '',
    properties: objectMember(value, 'properties'),
    key1: stringMember(value, 'key1') ?? '',
    key2: stringMember(value, 'key2') ?? '',
  }
}

function isSource(type: string, sourceTypes: readonly string[]): boolean {
  return sourceTypes.some((each) => each.toLowerCase() === type.toLowerCase())
}

function isOfType(id: string, type: string): boolean {
  const [namespace = '', name = ''] = type.toLowerCase().split('/')
  const [, tail = ''] =
    new RegExp(`/providers/${namespace}/${name}/([^/]+)$`).exec(id.toLowerCase()) ?? []
  return tail !== ''
}
