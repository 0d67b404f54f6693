/**
 * Messages as AMQP carries them.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-protocol-guide#messages
 */
import { parseTraceparent } from '../../base/trace-context.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import {
  decodeDataSections,
  decodeMessage,
  encodeMessage,
} from '../../protocols/amqp/amqp-message.ts'
import type {
  AmqpBody,
  AmqpHeader,
  AmqpMessage,
  AmqpProperties,
} from '../../protocols/amqp/amqp-message.ts'
import { AmqpReader } from '../../protocols/amqp/amqp-reader.ts'
import {
  Described,
  Encoded,
  Decimal,
  Uuid,
  exact,
  isList,
  isMap,
} from '../../protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../protocols/amqp/amqp-value.ts'
import { AmqpWriter } from '../../protocols/amqp/amqp-writer.ts'
import type { OutgoingMessage, PropertyValue, ReceivedMessage } from './message.ts'

/** Several messages in one transfer. */
const batchFormat = 0x8001_3700

const scheduledTime = 'x-opt-scheduled-enqueue-time'
const partitionKey = 'x-opt-partition-key'
const ttlMsMax = 0xffff_ffff

/** What one transfer holds: a message, or a batch of them. */
export function toOutgoingMessages(payload: Buffer, format: number): readonly OutgoingMessage[] {
  if (format === batchFormat) return decodeDataSections(payload).map(toOutgoingMessage)
  if (format === 0) return [toOutgoingMessage(payload)]
  throw new AmqpError('amqp:not-implemented', `There is no message format ${format}.`)
}

export function toOutgoingMessage(payload: Buffer): OutgoingMessage {
  const message = decodeMessage(payload)
  const properties = message.properties ?? {}
  const annotations = message.messageAnnotations
  const applicationProperties = toApplicationProperties(message.applicationProperties)
  const scheduled = annotations?.get(scheduledTime)
  const key = annotations?.get(partitionKey)
  const trace = parseTraceparent(
    traceText(applicationProperties?.['traceparent'] ?? applicationProperties?.['Diagnostic-Id']),
  )
  const aliveMs = timeToLive(message.header, properties)
  const wire = encodeWire(message)
  return {
    ...toBody(message.body),
    bytes: payload.length,
    ...given('messageId', idText(properties.messageId)),
    ...given('correlationId', idText(properties.correlationId)),
    ...given('contentType', properties.contentType),
    ...given('subject', properties.subject),
    ...given('to', properties.to),
    ...given('replyTo', properties.replyTo),
    ...given('replyToSessionId', properties.replyToGroupId),
    ...given('sessionId', properties.groupId),
    ...given('partitionKey', typeof key === 'string' ? key : undefined),
    ...given('timeToLiveMs', aliveMs),
    ...given('scheduledEnqueueTimeMs', scheduled instanceof Date ? scheduled.getTime() : undefined),
    ...given('applicationProperties', applicationProperties),
    ...given('trace', trace),
    ...given('wire', wire),
  }
}

/** A received or, without a lock, a peeked message. */
export function encodeReceived(
  message: ReceivedMessage,
  options: { readonly isPeeked: boolean },
): Buffer {
  const wire = decodeWire(message.wire)
  return encodeMessage({
    header: headerOf(message, options.isPeeked),
    messageAnnotations: annotationsOf(message, wire.annotations),
    properties: propertiesOf(message, wire.properties),
    ...applicationPropertiesOf(message),
    body: bodyOf(message),
    ...(wire.footer ? { footer: wire.footer } : {}),
  })
}

/** Properties that a settlement changes: its map without what is Service Bus's own. */
export function toApplicationProperties(
  map: ReadonlyMap<AmqpValue, AmqpValue> | undefined,
): Record<string, PropertyValue> | undefined {
  if (!map || map.size === 0) return undefined
  const properties: Record<string, PropertyValue> = {}
  for (const [name, value] of map) {
    if (typeof name === 'string') properties[name] = toPropertyValue(value)
  }
  return properties
}

/** A delivery tag: the lock token as .NET has a GUID in memory. */
export function toDeliveryTag(message: ReceivedMessage): Buffer {
  if (message.lockToken === '') return sequenceTag(message.sequenceNumber)
  const bytes = Buffer.from(message.lockToken.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

/** A lock token tells the sequence number of its message. */
export function toLockedMessage(token: AmqpValue): {
  readonly lockToken: string
  readonly sequenceNumber: number
} {
  if (!(token instanceof Uuid)) {
    throw new AmqpError('com.microsoft:argument-error', 'A lock token is a uuid.')
  }
  const lockToken = token.toString()
  return { lockToken, sequenceNumber: Number.parseInt(lockToken.slice(24), 16) }
}

function sequenceTag(sequenceNumber: number): Buffer {
  const tag = Buffer.alloc(16)
  tag.writeBigUInt64BE(BigInt(sequenceNumber), 8)
  return tag
}

function toPropertyValue(value: AmqpValue): PropertyValue {
  if (value instanceof Uuid) return value.toString()
  if (value instanceof Decimal) return value.bytes
  if (value instanceof Described) return toPropertyValue(value.value)
  if (typeof value === 'object' && value !== null && !isPlain(value)) {
    throw new AmqpError(
      'amqp:not-implemented',
      'A list or a map cannot be the value of an application property.',
    )
  }
  return value
}

function isPlain(value: AmqpValue): value is Date | Uint8Array {
  return value instanceof Date || value instanceof Uint8Array
}

function toBody(body: AmqpBody | undefined): Pick<OutgoingMessage, 'body' | 'bodyType'> {
  if (!body) return { body: new Uint8Array(), bodyType: 'data' }
  switch (body.kind) {
    case 'data':
      return { body: body.bytes, bodyType: 'data' }
    case 'sequence':
      return { body: body.encoded, bodyType: 'sequence' }
    case 'value':
      if (typeof body.value === 'string') return { body: body.value, bodyType: 'value' }
      return { body: body.encoded ?? new Uint8Array(), bodyType: 'value' }
  }
}

function bodyOf({ body, bodyType }: ReceivedMessage): AmqpBody {
  if (typeof body === 'string') {
    return bodyType === 'value'
      ? { kind: 'value', value: body }
      : { kind: 'data', bytes: Buffer.from(body) }
  }
  if (bodyType === 'value') return { kind: 'value', value: new Encoded(body) }
  if (bodyType === 'sequence') return { kind: 'sequence', encoded: body }
  return { kind: 'data', bytes: body }
}

function headerOf(message: ReceivedMessage, isPeeked: boolean): AmqpHeader {
  const { expiresAtMs, enqueuedTimeMs, deliveryCount } = message
  const aliveMs = expiresAtMs === undefined ? message.timeToLiveMs : expiresAtMs - enqueuedTimeMs
  return {
    // Of a message that was received, the deliveries that failed before this one.
    deliveryCount: isPeeked ? deliveryCount : Math.max(0, deliveryCount - 1),
    ...(aliveMs === undefined ? {} : { ttlMs: Math.max(0, Math.min(aliveMs, ttlMsMax)) }),
  }
}

function annotationsOf(
  message: ReceivedMessage,
  others: ReadonlyMap<AmqpValue, AmqpValue> | undefined,
): ReadonlyMap<AmqpValue, AmqpValue> {
  const annotations = new Map<AmqpValue, AmqpValue>(others)
  annotations.set('x-opt-enqueued-time', new Date(message.enqueuedTimeMs))
  annotations.set('x-opt-sequence-number', exact('long', message.sequenceNumber))
  annotations.set('x-opt-enqueue-sequence-number', exact('long', message.enqueuedSequenceNumber))
  annotations.set('x-opt-message-state', states[message.state])
  if (message.lockedUntilMs !== undefined) {
    annotations.set('x-opt-locked-until', new Date(message.lockedUntilMs))
  }
  if (message.partitionKey !== undefined) annotations.set(partitionKey, message.partitionKey)
  if (message.scheduledEnqueueTimeMs !== undefined) {
    annotations.set(scheduledTime, new Date(message.scheduledEnqueueTimeMs))
  }
  if (message.deadLetterSource !== undefined) {
    annotations.set('x-opt-deadletter-source', message.deadLetterSource)
  }
  return annotations
}

const states = { active: 0, deferred: 1, scheduled: 2 } as const

function propertiesOf(message: ReceivedMessage, others: AmqpProperties): AmqpProperties {
  return {
    ...others,
    messageId: message.messageId,
    correlationId: message.correlationId,
    contentType: message.contentType,
    subject: message.subject,
    to: message.to,
    replyTo: message.replyTo,
    groupId: message.sessionId,
    replyToGroupId: message.replyToSessionId,
  }
}

function applicationPropertiesOf(
  message: ReceivedMessage,
): Pick<AmqpMessage, 'applicationProperties'> {
  const { deadLetterReason, deadLetterErrorDescription } = message
  const properties = new Map<AmqpValue, AmqpValue>(
    Object.entries(message.applicationProperties ?? {}),
  )
  if (deadLetterReason !== undefined) properties.set('DeadLetterReason', deadLetterReason)
  if (deadLetterErrorDescription !== undefined) {
    properties.set('DeadLetterErrorDescription', deadLetterErrorDescription)
  }
  return properties.size === 0 ? {} : { applicationProperties: properties }
}

function timeToLive(
  header: AmqpHeader | undefined,
  properties: AmqpProperties,
): number | undefined {
  const { absoluteExpiryTimeMs, creationTimeMs } = properties
  // A time to live of more than 49 days does not fit the header.
  if (absoluteExpiryTimeMs !== undefined && creationTimeMs !== undefined) {
    const aliveMs = absoluteExpiryTimeMs - creationTimeMs
    if (aliveMs > 0) return aliveMs
  }
  const ttlMs = header?.ttlMs
  return ttlMs === undefined || ttlMs === 0 ? undefined : ttlMs
}

function idText(id: AmqpValue | undefined): string | undefined {
  if (typeof id === 'string') return id
  if (id instanceof Uuid || typeof id === 'bigint') return id.toString()
  return id instanceof Uint8Array ? Buffer.from(id).toString('base64') : undefined
}

function traceText(value: PropertyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function given<Name extends string, T>(name: Name, value: T | undefined): { [Key in Name]?: T } {
  const part: { [Key in Name]?: T } = {}
  if (value !== undefined) part[name] = value
  return part
}

interface Wire {
  readonly annotations?: ReadonlyMap<AmqpValue, AmqpValue>
  readonly footer?: ReadonlyMap<AmqpValue, AmqpValue>
  readonly properties: AmqpProperties
}

/** What the domain does not know but a receiver is to see: rare, so kept as one text. */
function encodeWire(message: AmqpMessage): string | undefined {
  const { messageAnnotations, properties, footer } = message
  const { userId, contentEncoding, groupSequence, creationTimeMs } = properties ?? {}
  const annotations = new Map<AmqpValue, AmqpValue>()
  for (const [key, value] of messageAnnotations ?? []) {
    if (typeof key !== 'string' || !ownAnnotations.has(key)) annotations.set(key, value)
  }
  const rest = [userId, contentEncoding, groupSequence, creationTimeMs]
  if (annotations.size === 0 && !footer && rest.every((part) => part === undefined))
    return undefined
  const writer = new AmqpWriter()
  writer.value([
    annotations,
    footer ?? null,
    userId ?? null,
    contentEncoding ?? null,
    groupSequence ?? null,
    creationTimeMs === undefined ? null : new Date(creationTimeMs),
  ])
  return writer.take().toString('base64')
}

const ownAnnotations = new Set([
  scheduledTime,
  partitionKey,
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-message-state',
  'x-opt-locked-until',
  'x-opt-deadletter-source',
])

function decodeWire(wire: string | undefined): Wire {
  if (wire === undefined) return { properties: {} }
  const value = new AmqpReader(Buffer.from(wire, 'base64')).read()
  const [annotations, footer, userId, contentEncoding, groupSequence, created] = isList(value)
    ? value
    : []
  return {
    ...(isMap(annotations) ? { annotations } : {}),
    ...(isMap(footer) ? { footer } : {}),
    properties: {
      ...(userId instanceof Uint8Array ? { userId } : {}),
      ...(typeof contentEncoding === 'string' ? { contentEncoding } : {}),
      ...(typeof groupSequence === 'number' ? { groupSequence } : {}),
      ...(created instanceof Date ? { creationTimeMs: created.getTime() } : {}),
    },
  }
}
