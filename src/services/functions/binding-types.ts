import type { JsonObject, JsonValue } from '../../base/json.ts'

export type BindingDirection = 'trigger' | 'in' | 'out'

/** What one property of a binding may be; an `inert` one is accepted and told to have no effect here. */
export interface PropertyRule {
  readonly kind: 'text' | 'expression' | 'schedule' | 'boolean' | 'integer' | 'texts' | 'word'
  readonly required?: boolean
  /** Of `word`: what it may be, without case. */
  readonly words?: readonly string[]
  /** Of `integer`. */
  readonly min?: number
  readonly inert?: boolean
  /** Why a value of it is refused. */
  readonly refuse?: (value: JsonValue) => string | undefined
}

/** A binding type of the library: its directions, and its properties where it is supported. */
export interface BindingType {
  readonly type: string
  readonly directions: readonly BindingDirection[]
  /** Absent: known, and refused by name when an app is loaded. */
  readonly properties?: Readonly<Record<string, PropertyRule>>
  /** What must hold between properties; gives what is wrong. */
  readonly check?: (binding: JsonObject) => string | undefined
}

const text: PropertyRule = { kind: 'text' }
const requiredText: PropertyRule = { kind: 'text', required: true }
const expression: PropertyRule = { kind: 'expression' }
const requiredExpression: PropertyRule = { kind: 'expression', required: true }
const boolean: PropertyRule = { kind: 'boolean' }
const positive: PropertyRule = { kind: 'integer', min: 1 }
const inertText: PropertyRule = { kind: 'text', inert: true }
const inertPositive: PropertyRule = { kind: 'integer', min: 1, inert: true }

const sdkBinding: PropertyRule = {
  kind: 'boolean',
  refuse: (value) => (value === true ? 'SDK bindings are not supported' : undefined),
}

const oldCosmosNames: Record<string, PropertyRule> = {
  collectionName: refused('containerName'),
  connectionStringSetting: refused('connection'),
  leaseCollectionName: refused('leaseContainerName'),
  createLeaseCollectionIfNotExists: refused('createLeaseContainerIfNotExists'),
}

/** https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings#supported-bindings */
export const bindingTypes: readonly BindingType[] = [
  {
    type: 'httpTrigger',
    directions: ['trigger'],
    properties: {
      authLevel: { kind: 'word', words: ['anonymous', 'function', 'admin'] },
      methods: { kind: 'texts' },
      route: text,
    },
  },
  { type: 'http', directions: ['out'], properties: {} },
  {
    type: 'timerTrigger',
    directions: ['trigger'],
    properties: {
      schedule: { kind: 'schedule', required: true },
      runOnStartup: boolean,
      useMonitor: boolean,
    },
  },
  { type: 'warmupTrigger', directions: ['trigger'], properties: {} },
  {
    type: 'cosmosDBTrigger',
    directions: ['trigger'],
    properties: {
      connection: text,
      databaseName: requiredText,
      containerName: requiredText,
      leaseConnection: text,
      leaseDatabaseName: text,
      leaseContainerName: text,
      createLeaseContainerIfNotExists: boolean,
      leasesContainerThroughput: inertPositive,
      leaseContainerPrefix: text,
      feedPollDelay: { kind: 'integer', min: 0 },
      leaseAcquireInterval: positive,
      leaseExpirationInterval: positive,
      leaseRenewInterval: positive,
      maxItemsPerInvocation: positive,
      startFromBeginning: boolean,
      startFromTime: {
        kind: 'text',
        refuse: (value) =>
          value !== '' && Number.isNaN(Date.parse(plain(value)))
            ? `expected a time such as 2026-01-31T00:00:00Z, found '${plain(value)}'`
            : undefined,
      },
      changeFeedMode: {
        kind: 'word',
        words: ['LatestVersion', 'AllVersionsAndDeletes'],
        refuse: (value) =>
          value === 'LatestVersion' ? undefined : `the mode '${plain(value)}' is not supported`,
      },
      preferredLocations: inertText,
      ...oldCosmosNames,
    },
    check: (binding) =>
      binding['startFromBeginning'] === true && binding['startFromTime']
        ? 'expected only one of startFromBeginning and startFromTime'
        : undefined,
  },
  {
    type: 'cosmosDB',
    directions: ['in', 'out'],
    properties: {
      connection: text,
      databaseName: requiredExpression,
      containerName: requiredExpression,
      id: expression,
      partitionKey: expression,
      sqlQuery: expression,
      parameters: { kind: 'texts' },
      sqlQueryParameters: { kind: 'texts' },
      createIfNotExists: boolean,
      containerThroughput: inertPositive,
      preferredLocations: inertText,
      ...oldCosmosNames,
    },
    check: (binding) =>
      binding['id'] && binding['sqlQuery'] ? 'expected only one of id and sqlQuery' : undefined,
  },
  {
    type: 'serviceBusTrigger',
    directions: ['trigger'],
    properties: {
      connection: text,
      queueName: text,
      topicName: text,
      subscriptionName: text,
      isSessionsEnabled: boolean,
      autoCompleteMessages: boolean,
      cardinality: { kind: 'word', words: ['one', 'many'] },
      sdkBinding,
      accessRights: inertText,
    },
    check: checkServiceBusTrigger,
  },
  {
    type: 'serviceBus',
    directions: ['out'],
    properties: {
      connection: text,
      queueName: expression,
      topicName: expression,
      accessRights: inertText,
    },
    check: checkServiceBusOutput,
  },
  {
    type: 'eventGridTrigger',
    directions: ['trigger'],
    properties: { cardinality: { kind: 'word', words: ['one', 'many'] } },
  },
  {
    type: 'eventGrid',
    directions: ['out'],
    properties: { topicEndpointUri: text, topicKeySetting: text, connection: text },
    check: (binding) =>
      binding['connection'] || (binding['topicEndpointUri'] && binding['topicKeySetting'])
        ? undefined
        : 'expected either connection, or topicEndpointUri and topicKeySetting',
  },
  {
    type: 'blobTrigger',
    directions: ['trigger'],
    properties: {
      path: requiredText,
      connection: text,
      source: { kind: 'word', words: ['LogsAndContainerScan', 'EventGrid'] },
      sdkBinding,
    },
  },
  {
    type: 'blob',
    directions: ['in', 'out'],
    properties: { path: requiredExpression, connection: text, sdkBinding },
  },
  {
    type: 'queueTrigger',
    directions: ['trigger'],
    properties: { queueName: requiredText, connection: text },
  },
  {
    type: 'queue',
    directions: ['out'],
    properties: { queueName: requiredExpression, connection: text },
  },
  {
    type: 'table',
    directions: ['in', 'out'],
    properties: {
      tableName: requiredExpression,
      partitionKey: expression,
      rowKey: expression,
      filter: expression,
      take: positive,
      connection: text,
    },
    check: (binding) =>
      binding['direction'] === 'out' && (binding['filter'] || binding['take'])
        ? 'filter and take are for inputs only'
        : undefined,
  },
  ...unsupported('trigger', [
    'eventHubTrigger',
    'sqlTrigger',
    'mysqlTrigger',
    'webPubSubTrigger',
    'mcpToolTrigger',
    'mcpResourceTrigger',
    'mcpPromptTrigger',
    'connectorTrigger',
    'orchestrationTrigger',
    'activityTrigger',
    'entityTrigger',
    'kafkaTrigger',
    'rabbitMQTrigger',
    'signalRTrigger',
  ]),
  ...unsupported('in', ['sql', 'mysql', 'webPubSubConnection', 'webPubSubContext']),
  ...unsupported('in', ['durableClient', 'signalRConnectionInfo']),
  ...unsupported('out', ['eventHub', 'webPubSub', 'sendGrid', 'twilioSms']),
  ...unsupported('out', ['kafka', 'rabbitMQ', 'signalR']),
]

function checkServiceBusTrigger(binding: JsonObject): string | undefined {
  const { queueName, topicName, subscriptionName } = binding
  if (queueName && (topicName || subscriptionName)) {
    return 'expected either queueName, or topicName and subscriptionName'
  }
  if (queueName || (topicName && subscriptionName)) return undefined
  if (topicName) return "expected the property 'subscriptionName' beside topicName"
  return 'expected either queueName, or topicName and subscriptionName'
}

function checkServiceBusOutput(binding: JsonObject): string | undefined {
  const { queueName, topicName } = binding
  return Boolean(queueName) === Boolean(topicName)
    ? 'expected either queueName or topicName'
    : undefined
}

function refused(instead: string): PropertyRule {
  return {
    kind: 'text',
    refuse: () =>
      `is a name of version 3 of the Cosmos DB extension, expected '${instead}' of version 4`,
  }
}

function unsupported(direction: BindingDirection, types: readonly string[]): BindingType[] {
  return types.map((type) => ({ type, directions: [direction] }))
}

/** A value in a message: text as it is, anything else as JSON. */
export function plain(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
