import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { readDeliveryAttributes } from './delivery-attributes.ts'
import type { DeliveryAttribute } from './delivery-attributes.ts'
import type { DestinationKind } from './destination.ts'
import { invalidRequest, notSupported } from './errors.ts'
import { readEventFilter } from './event-filter.ts'
import type { EventFilter } from './event-filter.ts'
import type { DeliverySchema, InputSchema } from './event.ts'
import {
  batchKilobytesDefault,
  batchKilobytesMax,
  deliveryAttemptsMax,
  eventsPerBatchMax,
  timeToLiveMinutesMax,
} from './limits.ts'
import { PropertyReader } from './property-reader.ts'
import { checkEndpointUrl } from './webhook-address.ts'

/** In Azure's words; `Creating` until the endpoint has been reached. */
export type ProvisioningState = 'Creating' | 'Succeeded' | 'AwaitingManualAction' | 'Failed'

/** An event subscription as it is kept: https://learn.microsoft.com/azure/event-grid/concepts#event-subscriptions */
export interface EventSubscription {
  /** Resource id. */
  readonly id: string
  readonly name: string
  /** The resource whose events it gets. */
  readonly sourceId: string
  /** Names its queue of the store: another one when it is deleted and made again. */
  readonly key: string
  /** As the template declares them. */
  readonly properties: JsonObject
  readonly state: ProvisioningState
  /** Until when its endpoint can be validated by hand. */
  readonly validUntilMs: number
  readonly validationCode: string
}

/** What the properties of an event subscription say. */
export interface SubscriptionSettings {
  readonly endpoint: Endpoint
  readonly filter: EventFilter
  /** Absent where the template names none: the schema of the topic. */
  readonly schema?: DeliverySchema
  readonly attemptsMax: number
  readonly timeToLiveMs: number
  readonly deadLetter?: { readonly accountId: string; readonly container: string }
  readonly expiresAtMs?: number
}

/** Where the events go. */
export type Endpoint =
  | {
      readonly kind: 'WebHook'
      readonly url: string
      readonly batch: BatchRule
      readonly attributes: readonly DeliveryAttribute[]
      /** The application that a token is asked for. */
      readonly audience?: { readonly tenantId: string; readonly application: string }
    }
  | {
      readonly kind: DestinationKind
      readonly resourceId: string
      readonly batch: BatchRule
      readonly attributes: readonly DeliveryAttribute[]
      readonly timeToLiveMs?: number
    }

/** https://learn.microsoft.com/azure/event-grid/delivery-and-retry#output-batching */
export interface BatchRule {
  readonly eventsMax: number
  readonly preferredBytes: number
  /** True when the subscription asks for batches at all: a CloudEvent goes alone otherwise. */
  readonly isBatched: boolean
}

const unsupportedEndpoints = [
  'HybridConnection',
  'PartnerDestination',
  'MonitorAlert',
  'NamespaceTopic',
]

/** Reads and checks the properties of an event subscription. */
export function readSubscriptionSettings(properties: JsonObject): SubscriptionSettings {
  const reader = new PropertyReader(properties, 'properties')
  const expires = reader.text('expirationTimeUtc')
  const expiresAtMs = expires === undefined ? undefined : Date.parse(expires)
  if (Number.isNaN(expiresAtMs)) {
    throw invalidRequest(`The value '${expires}' of 'properties.expirationTimeUtc' is not a time.`)
  }
  const schemas = ['EventGridSchema', 'CloudEventSchemaV1_0', 'CustomInputSchema'] as const
  const schema = reader.oneOf('eventDeliverySchema', schemas)
  const deadLetter = readDeadLetter(withIdentity(reader, 'deadLetterDestination'))
  const settings: SubscriptionSettings = {
    endpoint: readEndpoint(withIdentity(reader, 'destination')),
    filter: readEventFilter(reader.section('filter')),
    ...readRetryPolicy(reader.section('retryPolicy')),
    ...(schema ? { schema } : {}),
    ...(deadLetter ? { deadLetter } : {}),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
  reader.texts('labels')
  reader.skip('provisioningState', 'topic')
  reader.end()
  return settings
}

/** In which schema a subscription gets the events of a topic; throws for one that it cannot have. */
export function deliverySchemaOf(
  wanted: DeliverySchema | undefined,
  input: InputSchema,
): DeliverySchema {
  const same = input === 'CustomEventSchema' ? 'CustomInputSchema' : input
  const schema = wanted ?? (input === 'CustomEventSchema' ? 'EventGridSchema' : same)
  const isPossible =
    schema === same || (input !== 'CloudEventSchemaV1_0' && schema !== 'CustomInputSchema')
  if (isPossible) return schema
  throw invalidRequest(
    `The event delivery schema '${schema}' is not possible for a topic with the input schema '${input}'.`,
  )
}

/** Reads an event subscription as its document holds it. */
export function readEventSubscription(stored: unknown): EventSubscription {
  const value = isJsonObject(stored) ? stored : {}
  const state = stringMember(value, 'state')
  return {
    id: stringMember(value, 'id') ?? '',
    name: stringMember(value, 'name') ?? '',
    sourceId: stringMember(value, 'sourceId') ?? '',
    key: stringMember(value, 'key') ?? '',
    properties: objectMember(value, 'properties'),
    state: states.find((each) => each === state) ?? 'Creating',
    validUntilMs: Number(value['validUntilMs'] ?? 0),
    validationCode: stringMember(value, 'validationCode') ?? '',
  }
}

const states = ['Creating', 'Succeeded', 'AwaitingManualAction', 'Failed'] as const

// An identity that the topic uses for it: here nobody is asked for one on the way to another service.
function withIdentity(
  reader: PropertyReader,
  name: 'destination' | 'deadLetterDestination',
): PropertyReader | undefined {
  const wrapper =
    name === 'destination' ? 'deliveryWithResourceIdentity' : 'deadLetterWithResourceIdentity'
  const direct = reader.object(name)
  const wrapped = reader.object(wrapper)
  if (direct && wrapped) {
    throw invalidRequest(
      `Only one of 'properties.${name}' and 'properties.${wrapper}' is possible.`,
    )
  }
  if (!wrapped) return direct ? reader.section(name) : undefined
  const inner = reader.section(wrapper)
  const identity = inner.section('identity')
  identity.oneOf('type', ['SystemAssigned', 'UserAssigned'])
  identity.skip('userAssignedIdentity')
  identity.end()
  const section = inner.section(name)
  inner.end()
  return section
}

function readRetryPolicy(
  reader: PropertyReader,
): Pick<SubscriptionSettings, 'attemptsMax' | 'timeToLiveMs'> {
  const attempts = reader.integer('maxDeliveryAttempts', { min: 1, max: deliveryAttemptsMax })
  const minutes = reader.integer('eventTimeToLiveInMinutes', { min: 1, max: timeToLiveMinutesMax })
  reader.end()
  return {
    attemptsMax: attempts ?? deliveryAttemptsMax,
    timeToLiveMs: (minutes ?? timeToLiveMinutesMax) * 60_000,
  }
}

function readDeadLetter(reader: PropertyReader | undefined): SubscriptionSettings['deadLetter'] {
  if (!reader) return undefined
  reader.oneOf('endpointType', ['StorageBlob'])
  const properties = reader.section('properties')
  const accountId = properties.required('resourceId')
  const container = properties.required('blobContainerName')
  properties.end()
  reader.end()
  return { accountId, container }
}

function readEndpoint(reader: PropertyReader | undefined): Endpoint {
  if (!reader) throw invalidRequest("The property 'properties.destination' is required.")
  const type = reader.required('endpointType')
  if (unsupportedEndpoints.some((each) => each.toLowerCase() === type.toLowerCase())) {
    throw notSupported(`The endpoint type '${type}'`)
  }
  const kind = reader.oneOf('endpointType', endpointTypes) ?? 'WebHook'
  const properties = reader.section('properties')
  const endpoint =
    kind === 'WebHook' ? readWebhook(properties) : readResourceEndpoint(kind, properties)
  properties.end()
  reader.end()
  return endpoint
}

const endpointTypes = [
  'WebHook',
  'AzureFunction',
  'ServiceBusQueue',
  'ServiceBusTopic',
  'StorageQueue',
  'EventHub',
] as const

function readWebhook(reader: PropertyReader): Endpoint {
  const url = reader.required('endpointUrl')
  checkEndpointUrl(url, reader.label('endpointUrl'))
  const tenantId = reader.text('azureActiveDirectoryTenantId')
  const application = reader.text('azureActiveDirectoryApplicationIdOrUri')
  if ((tenantId === undefined) !== (application === undefined)) {
    throw invalidRequest(
      `'${reader.label('azureActiveDirectoryTenantId')}' and 'azureActiveDirectoryApplicationIdOrUri' are needed together.`,
    )
  }
  reader.skip('endpointBaseUrl')
  reader.oneOf('minimumTlsVersionAllowed', ['1.0', '1.1', '1.2', '1.3'])
  return {
    kind: 'WebHook',
    url,
    batch: readBatchRule(reader),
    attributes: readDeliveryAttributes(reader),
    ...(tenantId !== undefined && application !== undefined
      ? { audience: { tenantId, application } }
      : {}),
  }
}

function readResourceEndpoint(kind: DestinationKind, reader: PropertyReader): Endpoint {
  const account = reader.required('resourceId')
  if (kind === 'StorageQueue') {
    const seconds = reader.integer('queueMessageTimeToLiveInSeconds', {
      min: -1,
      max: 2_147_483_647,
    })
    return {
      kind,
      resourceId: `${account}/queueServices/default/queues/${reader.required('queueName')}`,
      batch: singleEvents,
      attributes: [],
      ...(seconds === undefined ? {} : { timeToLiveMs: seconds < 0 ? -1 : seconds * 1000 }),
    }
  }
  const batch = kind === 'AzureFunction' ? readBatchRule(reader) : singleEvents
  return { kind, resourceId: account, batch, attributes: readDeliveryAttributes(reader) }
}

const singleEvents: BatchRule = { eventsMax: 1, preferredBytes: 0, isBatched: false }

function readBatchRule(reader: PropertyReader): BatchRule {
  const eventsMax = reader.integer('maxEventsPerBatch', { min: 1, max: eventsPerBatchMax })
  const kilobytes = reader.integer('preferredBatchSizeInKilobytes', {
    min: 1,
    max: batchKilobytesMax,
  })
  return {
    eventsMax: eventsMax ?? 1,
    preferredBytes: (kilobytes ?? batchKilobytesDefault) * 1024,
    isBatched: (eventsMax ?? 1) > 1,
  }
}
