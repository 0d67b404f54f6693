/**
 * The actions `serviceBus` of workflows -> messages of Service Bus.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/servicebus/
 */
import { parseIsoDuration } from '../../base/iso-duration.ts'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderConnection,
  ServiceProviderOutputs,
} from '../../services/logic-apps/service-provider.ts'
import type {
  ApplicationProperties,
  LockedMessage,
  OutgoingMessage,
  ReceivedMessage,
} from '../../services/service-bus/message.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import type { Receiver } from '../../services/service-bus/receiver.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'

/** How long an action that gets messages waits for the first. */
const getWaitMs = 1_000
const getCountDefault = 20

type Actions = ServiceProvider['actions']

/** The actions of the provider; its triggers are in `service-bus-to-logic-apps.ts`. */
export function logicAppsToServiceBus(serviceBus: ServiceBus): Actions {
  return {
    sendMessage: async (call) => {
      await send(serviceBus, call, [call.parameters['message'] ?? null])
      return { body: {} }
    },
    sendMessages: async (call) => {
      const { messages } = call.parameters
      await send(serviceBus, call, Array.isArray(messages) ? messages : [])
      return { body: {} }
    },
    ...settlements(serviceBus, 'Queue', queuePath),
    ...settlements(serviceBus, 'Topic', subscriptionPath),
    // The names of the first version say neither queue nor topic: their parameters do.
    ...firstVersion(serviceBus),
    getMessagesFromQueueV2: (call) => receive(serviceBus, call, queuePath),
    getMessagesFromTopicV2: (call) => receive(serviceBus, call, subscriptionPath),
    getMessagesFromQueue: (call) => receive(serviceBus, call, queuePath),
    getMessagesFromTopic: (call) => receive(serviceBus, call, subscriptionPath),
    getDeferredMessageFromQueueV2: (call) => receiveDeferred(serviceBus, call, queuePath),
    getDeferredMessageFromTopicV2: (call) => receiveDeferred(serviceBus, call, subscriptionPath),
  }
}

/** The namespace that a connection names: by `connectionString`, or by `fullyQualifiedNamespace` with an identity. */
export function namespaceOf(
  serviceBus: ServiceBus,
  connection: ServiceProviderConnection,
): Namespace {
  const host = hostOf(connection.parameterValues)
  const name = host.split('.')[0] ?? ''
  const all = serviceBus.namespaces()
  const isLocal = name === 'localhost' || name === '127'
  const namespace = isLocal && all.length === 1 ? all[0] : serviceBus.namespace(name)
  if (namespace) return namespace
  throw new ServiceError(
    'MessagingEntityNotFound',
    404,
    `The connection '${connection.name}' names the Service Bus namespace '${host}', which no template declares.`,
  )
}

function hostOf(values: JsonObject): string {
  const text = stringMember(values, 'connectionString')
  if (text === undefined) return stringMember(values, 'fullyQualifiedNamespace') ?? ''
  const endpoint = /(?:^|;)\s*Endpoint=([^;]*)/i.exec(text)?.[1] ?? ''
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint
}

/** A message as the connector shows it. */
export function messageBody(message: ReceivedMessage): JsonObject {
  const body: JsonObject = { contentData: contentOf(message) }
  const entries: readonly (readonly [string, JsonValue | undefined])[] = [
    ['contentType', message.contentType],
    ['sessionId', message.sessionId],
    ['userProperties', userProperties(message)],
    ['messageId', message.messageId],
    ['lockToken', message.lockToken === '' ? undefined : lockTokenOf(message)],
    ['to', message.to],
    ['replyTo', message.replyTo],
    ['replyToSession', message.replyToSessionId],
    ['label', message.subject],
    ['scheduledEnqueueTimeUtc', timeOf(message.scheduledEnqueueTimeMs)],
    ['correlationId', message.correlationId],
    ['timeToLive', message.timeToLiveMs === undefined ? undefined : timeSpan(message.timeToLiveMs)],
    ['deadletterSource', message.deadLetterSource],
    ['deliveryCount', message.deliveryCount],
    ['enqueuedSequenceNumber', message.enqueuedSequenceNumber],
    ['enqueuedTimeUtc', timeOf(message.enqueuedTimeMs)],
    ['lockedUntilUtc', timeOf(message.lockedUntilMs)],
    ['sequenceNumber', message.sequenceNumber],
  ]
  for (const [name, value] of entries) if (value !== undefined) body[name] = value
  return body
}

/** `topic/Subscriptions/name` of the parameters of an operation. */
export function subscriptionPath(parameters: JsonObject): string {
  return `${required(parameters, 'topicName')}/Subscriptions/${required(parameters, 'subscriptionName')}`
}

export function queuePath(parameters: JsonObject): string {
  return required(parameters, 'queueName')
}

async function send(
  serviceBus: ServiceBus,
  { connection, parameters, trace }: ServiceProviderCall,
  messages: readonly JsonValue[],
): Promise<void> {
  const namespace = namespaceOf(serviceBus, connection)
  await namespace.send(required(parameters, 'entityName'), messages.map(outgoing), { trace })
}

function outgoing(message: JsonValue): OutgoingMessage {
  if (!isJsonObject(message)) throw badParameter('message', 'an object')
  const text = (name: string) => stringMember(message, name)
  const scheduled = text('scheduledEnqueueTimeUtc')
  const timeToLive = text('timeToLive')
  const properties = applicationProperties(message['userProperties'] ?? null)
  const header = (name: string, value: string | undefined) =>
    value === undefined || value === '' ? {} : { [name]: value }
  return {
    ...bodyOf(message['contentData'] ?? null),
    ...header('contentType', text('contentType')),
    ...header('sessionId', text('sessionId')),
    ...header('messageId', text('messageId')),
    ...header('to', text('to')),
    ...header('replyTo', text('replyTo')),
    ...header('replyToSessionId', text('replyToSession')),
    ...header('subject', text('label')),
    ...header('correlationId', text('correlationId')),
    ...(scheduled === undefined ? {} : { scheduledEnqueueTimeMs: Date.parse(scheduled) }),
    ...(timeToLive === undefined ? {} : { timeToLiveMs: durationOf(timeToLive) }),
    ...(properties ? { applicationProperties: properties } : {}),
  }
}

function bodyOf(content: JsonValue): { body: string | Uint8Array; bodyType: 'data' } {
  if (typeof content === 'string') return { body: content, bodyType: 'data' }
  const base64 = stringMember(content, '$content')
  if (base64 !== undefined) return { body: Buffer.from(base64, 'base64'), bodyType: 'data' }
  return { body: JSON.stringify(content), bodyType: 'data' }
}

type PathOf = (parameters: JsonObject) => string

function settlements(serviceBus: ServiceBus, kind: 'Queue' | 'Topic', pathOf: PathOf): Actions {
  const settle = settler(serviceBus, pathOf)
  return {
    [`complete${kind}MessageV2`]: settle((receiver, message) => receiver.complete(message)),
    [`abandon${kind}MessageV2`]: settle((receiver, message) => receiver.abandon(message)),
    [`defer${kind}MessageV2`]: settle((receiver, message) => receiver.defer(message)),
    [`deadLetter${kind}MessageV2`]: settle(deadLetter),
    [`renewLock${kind}MessageV2`]: settle(async (receiver, message) => {
      await receiver.renewLock(message)
    }),
  }
}

function firstVersion(serviceBus: ServiceBus): Actions {
  const settle = settler(serviceBus, (parameters) =>
    stringMember(parameters, 'topicName') === undefined
      ? queuePath(parameters)
      : subscriptionPath(parameters),
  )
  return {
    completeMessage: settle((receiver, message) => receiver.complete(message)),
    abandonMessage: settle((receiver, message) => receiver.abandon(message)),
    deferMessage: settle((receiver, message) => receiver.defer(message)),
    deadLetterMessage: settle(deadLetter),
    renewLockMessage: settle(async (receiver, message) => {
      await receiver.renewLock(message)
    }),
  }
}

function deadLetter(
  receiver: Receiver,
  message: LockedMessage,
  parameters: JsonObject,
): Promise<void> {
  return receiver.deadLetter(message, {
    reason: stringMember(parameters, 'deadLetterReason'),
    description: stringMember(parameters, 'deadLetterErrorDescription'),
  })
}

function settler(serviceBus: ServiceBus, pathOf: PathOf) {
  return (
    work: (receiver: Receiver, message: LockedMessage, parameters: JsonObject) => Promise<void>,
  ) =>
    async (call: ServiceProviderCall): Promise<ServiceProviderOutputs> => {
      const { connection, parameters } = call
      const namespace = namespaceOf(serviceBus, connection)
      const receiver = namespace.openReceiver(pathOf(parameters), { mode: 'peekLock' })
      try {
        await work(receiver, lockedMessage(required(parameters, 'lockToken')), parameters)
      } finally {
        await receiver.close()
      }
      return { body: {} }
    }
}

async function receive(
  serviceBus: ServiceBus,
  { connection, parameters, signal }: ServiceProviderCall,
  pathOf: PathOf,
): Promise<ServiceProviderOutputs> {
  const { maxMessages } = parameters
  const maxCount =
    typeof maxMessages === 'number' && maxMessages > 0 ? maxMessages : getCountDefault
  const namespace = namespaceOf(serviceBus, connection)
  const receiver = namespace.openReceiver(pathOf(parameters), { mode: 'peekLock' })
  try {
    const messages = await receiver.receive({ maxCount, waitMs: getWaitMs, signal })
    return { body: messages.map(messageBody) }
  } finally {
    await receiver.close()
  }
}

async function receiveDeferred(
  serviceBus: ServiceBus,
  { connection, parameters }: ServiceProviderCall,
  pathOf: PathOf,
): Promise<ServiceProviderOutputs> {
  const sequence = Number(parameters['sequenceNumber'])
  const namespace = namespaceOf(serviceBus, connection)
  const receiver = namespace.openReceiver(pathOf(parameters), { mode: 'peekLock' })
  try {
    const [message] = await receiver.receiveDeferred([sequence])
    return { body: message ? messageBody(message) : null }
  } finally {
    await receiver.close()
  }
}

/** The lock token of workflows also names the message: an action settles it without having received it. */
function lockTokenOf({ sequenceNumber, lockToken }: LockedMessage): string {
  return `${lockToken}~${sequenceNumber}`
}

function lockedMessage(token: string): LockedMessage {
  const [, lockToken, sequence] = /^(.+)~(\d+)$/.exec(token) ?? []
  if (lockToken !== undefined) return { lockToken, sequenceNumber: Number(sequence) }
  throw badParameter('lockToken', 'the lock token of a message that was received')
}

// JSON that says so comes as JSON, text as text, anything else as bytes with their type.
function contentOf(message: ReceivedMessage): JsonValue {
  const bytes =
    typeof message.body === 'string' ? Buffer.from(message.body) : Buffer.from(message.body)
  const text = bytes.toString('utf8')
  const type = message.contentType ?? ''
  if (/\bjson\b/i.test(type)) {
    try {
      const value: JsonValue = JSON.parse(text)
      return value
    } catch {
      return text
    }
  }
  if (!text.includes('\uFFFD')) return text
  const contentType = type === '' ? 'application/octet-stream' : type
  return { '$content-type': contentType, $content: bytes.toString('base64') }
}

function userProperties(message: ReceivedMessage): JsonObject {
  const properties: JsonObject = {}
  for (const [name, value] of Object.entries(message.applicationProperties ?? {})) {
    if (typeof value === 'bigint') properties[name] = Number(value)
    else if (value instanceof Date) properties[name] = value.toISOString()
    else if (value instanceof Uint8Array) properties[name] = Buffer.from(value).toString('base64')
    else properties[name] = value
  }
  return properties
}

function applicationProperties(value: JsonValue): ApplicationProperties | undefined {
  if (!isJsonObject(value)) return undefined
  const properties: Record<string, string | number | boolean | null> = {}
  for (const [name, property] of Object.entries(value)) {
    const isScalar = typeof property !== 'object' || property === null
    properties[name] = isScalar ? property : JSON.stringify(property)
  }
  return properties
}

/** `PT5M` or `00:05:00`. */
function durationOf(text: string): number {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text)
  if (!match) return parseIsoDuration(text) ?? 0
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match
  return (
    (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  )
}

function timeSpan(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const time = new Date(ms % 86_400_000).toISOString().slice(11, 19)
  return days > 0 ? `${days}.${time}` : time
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

function required(parameters: JsonObject, name: string): string {
  const value = stringMember(parameters, name)
  if (value !== undefined && value !== '') return value
  throw badParameter(name, 'a text')
}

function badParameter(name: string, expected: string): ServiceError {
  return new ServiceError('BadRequest', 400, `The parameter '${name}' must be ${expected}.`)
}
