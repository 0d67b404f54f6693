/** The managed connector `servicebus`: https://learn.microsoft.com/connectors/servicebus/ */
import { ServiceError } from '../../base/errors.ts'
import {
  isJsonObject,
  objectMember,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import type {
  ManagedConnector,
  ManagedConnectorAnswer,
} from '../../services/logic-apps/managed-connector.ts'
import type { ServiceProviderCall } from '../../services/logic-apps/service-provider.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import { logicAppsToServiceBus, messageBody, namespaceOf } from './logic-apps-to-service-bus.ts'
import { managedConnector, type ManagedOperation, type OperationCall } from './managed-operation.ts'

/** The entity that a path names. */
interface NamedEntity {
  readonly path: string
  readonly names: JsonObject
  readonly isDeadLetter: boolean
}

interface EntityKind {
  readonly path: string
  readonly noun: 'Queue' | 'Topic'
  readonly of: (call: OperationCall) => NamedEntity
}

const kinds: readonly EntityKind[] = [
  {
    path: '/{queueName}/messages',
    noun: 'Queue',
    of: (call) => {
      const queueName = call.named('queueName')
      const isDeadLetter = /deadletter/i.test(call.query('queueType') ?? '')
      return { path: queueName, names: { queueName }, isDeadLetter }
    },
  },
  {
    path: '/{topicName}/subscriptions/{subscriptionName}/messages',
    noun: 'Topic',
    of: (call) => {
      const [topicName, subscriptionName] = [
        call.named('topicName'),
        call.named('subscriptionName'),
      ]
      const path = `${topicName}/Subscriptions/${subscriptionName}`
      const isDeadLetter = /deadletter/i.test(call.query('subscriptionType') ?? '')
      return { path, names: { topicName, subscriptionName }, isDeadLetter }
    },
  },
]

/** How messages are taken, by the end of the path. */
const polls = [
  { end: 'head', verb: 'GetMessageFrom', suffix: '', locks: false, many: false },
  { end: 'head/peek', verb: 'GetNewMessageFrom', suffix: 'WithPeekLock', locks: true, many: false },
  { end: 'batch/head', verb: 'GetMessagesFrom', suffix: '', locks: false, many: true },
  {
    end: 'batch/peek',
    verb: 'GetNewMessagesFrom',
    suffix: 'WithPeekLock',
    locks: true,
    many: true,
  },
] as const

/** How locked messages are settled, with the verb of the service provider's operation. */
const settlements = [
  { end: 'complete', method: 'delete', id: 'CompleteMessageIn', verb: 'complete' },
  { end: 'abandon', method: 'post', id: 'AbandonMessageIn', verb: 'abandon' },
  { end: 'defer', method: 'post', id: 'DeferMessageIn', verb: 'defer' },
  { end: 'deadletter', method: 'post', id: 'DeadLetterMessageIn', verb: 'deadLetter' },
  { end: 'renewlock', method: 'post', id: 'RenewLockOnMessageIn', verb: 'renewLock' },
] as const

export function serviceBusConnector(
  serviceBus: ServiceBus,
  resources: ResourceManager,
): ManagedConnector {
  const actions = logicAppsToServiceBus(serviceBus)
  const act: Act = async (operation, from, parameters) => {
    await actions[operation]?.(addressed(serviceBus, from, parameters))
    return { statusCode: 200 }
  }
  return managedConnector('servicebus', resources, [
    ...sendOperations(act),
    ...kinds.flatMap((kind) => [
      ...polls.map(
        ({ end, verb, suffix, ...how }): ManagedOperation => ({
          method: 'get',
          path: `${kind.path}/${end}`,
          id: `${verb}${kind.noun}${suffix}`,
          answer: (from) => receive(serviceBus, from, { ...how, ...kind.of(from) }),
        }),
      ),
      ...settleOperations(act, kind),
    ]),
  ])
}

type Act = (
  operation: string,
  from: OperationCall,
  parameters: JsonObject,
) => Promise<ManagedConnectorAnswer>

function sendOperations(act: Act): readonly ManagedOperation[] {
  const path = '/{entityName}/messages'
  return [
    {
      method: 'post',
      path,
      id: 'SendMessage',
      answer: (from) => {
        const entityName = from.named('entityName')
        return act('sendMessage', from, { entityName, message: toMessage(from.body) })
      },
    },
    {
      method: 'post',
      path: `${path}/batch`,
      id: 'SendMessages',
      answer: (from) => {
        const messages = (Array.isArray(from.body) ? from.body : []).map(toMessage)
        return act('sendMessages', from, { entityName: from.named('entityName'), messages })
      },
    },
  ]
}

function settleOperations(act: Act, kind: EntityKind): readonly ManagedOperation[] {
  return settlements.map(({ end, method, id, verb }) => ({
    method,
    path: `${kind.path}/${end}`,
    id: `${id}${kind.noun}`,
    answer: (from) => {
      const parameters = { ...kind.of(from).names, lockToken: from.query('lockToken') ?? '' }
      return act(`${verb}${kind.noun}MessageV2`, from, { ...parameters, ...reasonOf(from) })
    },
  }))
}

/** 202 where there is nothing, so that a trigger asks again. */
async function receive(
  serviceBus: ServiceBus,
  from: OperationCall,
  how: NamedEntity & { readonly locks: boolean; readonly many: boolean },
): Promise<ManagedConnectorAnswer> {
  const { connection, signal } = addressed(serviceBus, from, {})
  const asked = Number(from.query('maxMessageCount') ?? 1)
  const maxCount = how.many && asked > 0 ? asked : 1
  const receiver = namespaceOf(serviceBus, connection).openReceiver(how.path, {
    mode: how.locks ? 'peekLock' : 'receiveAndDelete',
    ...(how.isDeadLetter ? { subQueue: 'deadLetter' as const } : {}),
  })
  try {
    const found = await receiver.receive({ maxCount, waitMs: 0, signal })
    const bodies = found.map((message) => fromMessage(messageBody(message), message.body))
    if (bodies.length === 0) return { statusCode: 202 }
    return { statusCode: 200, body: how.many ? bodies : (bodies[0] ?? null) }
  } finally {
    await receiver.close()
  }
}

/** The call, on the namespace that its connection was made for; the only one there is where it does not say. */
function addressed(
  serviceBus: ServiceBus,
  from: OperationCall,
  parameters: JsonObject,
): ServiceProviderCall {
  const call = from.providerCall(parameters)
  const parameterValues = addressOf(serviceBus, from.values)
  return { ...call, connection: { ...call.connection, parameterValues } }
}

function addressOf(serviceBus: ServiceBus, values: JsonObject): JsonObject {
  const connectionString = stringMember(values, 'connectionString')
  if (connectionString !== undefined) return { connectionString }
  const endpoint = stringMember(values, 'namespaceEndpoint') ?? ''
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint
  if (host !== '') return { fullyQualifiedNamespace: host }
  const [only, second] = serviceBus.namespaces()
  if (only && !second) return { fullyQualifiedNamespace: `${only.name}.servicebus.windows.net` }
  throw new ServiceError(
    'InvalidConnection',
    400,
    'The connection has no namespaceEndpoint, and there is not just one Service Bus namespace.',
  )
}

const names: readonly (readonly [connector: string, provider: string])[] = [
  ['ContentType', 'contentType'],
  ['SessionId', 'sessionId'],
  ['MessageId', 'messageId'],
  ['Label', 'label'],
  ['To', 'to'],
  ['ReplyTo', 'replyTo'],
  ['ReplyToSessionId', 'replyToSession'],
  ['CorrelationId', 'correlationId'],
  ['ScheduledEnqueueTimeUtc', 'scheduledEnqueueTimeUtc'],
  ['TimeToLive', 'timeToLive'],
  ['LockToken', 'lockToken'],
  ['SequenceNumber', 'sequenceNumber'],
]

/** The content is base64 on this wire. */
function toMessage(body: JsonValue | undefined): JsonObject {
  if (!isJsonObject(body)) return { contentData: null }
  const content = stringMember(body, 'ContentData') ?? ''
  const message: JsonObject = {
    contentData: { '$content-type': 'application/octet-stream', $content: content },
  }
  for (const [connector, provider] of names) {
    const value = body[connector]
    if (value !== undefined && value !== null && value !== '') message[provider] = value
  }
  const { Properties: properties } = body
  if (isJsonObject(properties)) message['userProperties'] = properties
  return message
}

function fromMessage(message: JsonObject, content: string | Uint8Array): JsonObject {
  const body: JsonObject = {
    ContentData: Buffer.from(content).toString('base64'),
    ContentTransferEncoding: 'Base64',
    Properties: {
      ...objectMember(message, 'userProperties'),
      DeliveryCount: JSON.stringify(message['deliveryCount'] ?? 0),
      EnqueuedTimeUtc: message['enqueuedTimeUtc'] ?? null,
      SequenceNumber: JSON.stringify(message['sequenceNumber'] ?? 0),
    },
  }
  for (const [connector, provider] of names) body[connector] = message[provider] ?? null
  return body
}

function reasonOf(from: OperationCall): JsonObject {
  const deadLetterReason = from.query('deadLetterReason')
  const deadLetterErrorDescription = from.query('deadLetterErrorDescription')
  return {
    ...(deadLetterReason === undefined ? {} : { deadLetterReason }),
    ...(deadLetterErrorDescription === undefined ? {} : { deadLetterErrorDescription }),
  }
}
