import { AmqpError } from './amqp-error.ts'
import { AmqpReader } from './amqp-reader.ts'
import { Exact, isList, isMap, numberOf } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'

/** https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html#section-message-format */
export interface AmqpHeader {
  readonly durable?: boolean | undefined
  readonly priority?: number | undefined
  readonly ttlMs?: number | undefined
  readonly deliveryCount?: number | undefined
}

export interface AmqpProperties {
  readonly messageId?: AmqpValue | undefined
  readonly userId?: Uint8Array | undefined
  readonly to?: string | undefined
  readonly subject?: string | undefined
  readonly replyTo?: string | undefined
  readonly correlationId?: AmqpValue | undefined
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly absoluteExpiryTimeMs?: number | undefined
  readonly creationTimeMs?: number | undefined
  readonly groupId?: string | undefined
  readonly groupSequence?: number | undefined
  readonly replyToGroupId?: string | undefined
}

/** The sections that hold the body; values and sequences also as the bytes they came in. */
export type AmqpBody =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'value'; readonly value: AmqpValue; readonly encoded?: Uint8Array }
  | { readonly kind: 'sequence'; readonly encoded: Uint8Array }

export interface AmqpMessage {
  readonly header?: AmqpHeader
  readonly deliveryAnnotations?: ReadonlyMap<AmqpValue, AmqpValue>
  readonly messageAnnotations?: ReadonlyMap<AmqpValue, AmqpValue>
  readonly properties?: AmqpProperties
  readonly applicationProperties?: ReadonlyMap<AmqpValue, AmqpValue>
  readonly body?: AmqpBody
  readonly footer?: ReadonlyMap<AmqpValue, AmqpValue>
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

export function decodeMessage(bytes: Buffer): AmqpMessage {
  const reader = new AmqpReader(bytes)
  const message: Mutable<AmqpMessage> = {}
  while (reader.remaining > 0) readSection(reader, message)
  return message
}

/** The binaries of the data sections of a message: what a batch holds. */
export function decodeDataSections(bytes: Buffer): readonly Buffer[] {
  const reader = new AmqpReader(bytes)
  const binaries: Buffer[] = []
  while (reader.remaining > 0) {
    const code = reader.readDescriptor()
    const value = reader.read()
    if (code === 0x75 && value instanceof Uint8Array)
      binaries.push(Buffer.from(value.buffer, value.byteOffset, value.length))
  }
  return binaries
}

export function encodeMessage(message: AmqpMessage, writer = new AmqpWriter()): Buffer {
  const { header, deliveryAnnotations, messageAnnotations, properties } = message
  const { applicationProperties, body, footer } = message
  if (header) writeHeader(writer, header)
  if (deliveryAnnotations) writeAnnotations(writer, 0x71, deliveryAnnotations)
  if (messageAnnotations) writeAnnotations(writer, 0x72, messageAnnotations)
  if (properties) writeProperties(writer, properties)
  if (applicationProperties) {
    writer.descriptor(0x74)
    writer.value(applicationProperties)
  }
  if (body) writeBody(writer, body)
  if (footer) writeAnnotations(writer, 0x78, footer)
  return writer.take()
}

function readSection(reader: AmqpReader, message: Mutable<AmqpMessage>): void {
  const start = reader.position
  const code = reader.readDescriptor()
  const valueStart = reader.position
  const value = reader.read()
  switch (code) {
    case 0x70:
      if (isList(value)) message.header = parseHeader(value)
      return
    case 0x71:
      if (isMap(value)) message.deliveryAnnotations = value
      return
    case 0x72:
      if (isMap(value)) message.messageAnnotations = value
      return
    case 0x73:
      if (isList(value)) message.properties = parseProperties(value)
      return
    case 0x74:
      if (isMap(value)) message.applicationProperties = value
      return
    case 0x75:
      message.body = moreData(message.body, value)
      return
    case 0x76:
      message.body = moreSequence(message.body, reader.since(start))
      return
    case 0x77:
      message.body = { kind: 'value', value, encoded: reader.since(valueStart) }
      return
    case 0x78:
      if (isMap(value)) message.footer = value
      return
    default:
      throw new AmqpError('amqp:decode-error', 'A section of a message is none of the standard.')
  }
}

function moreData(body: AmqpBody | undefined, value: AmqpValue): AmqpBody {
  if (!(value instanceof Uint8Array)) {
    throw new AmqpError('amqp:decode-error', 'A data section of a message is not binary.')
  }
  if (body?.kind !== 'data') return { kind: 'data', bytes: value }
  return { kind: 'data', bytes: Buffer.concat([body.bytes, value]) }
}

function moreSequence(body: AmqpBody | undefined, section: Buffer): AmqpBody {
  if (body?.kind !== 'sequence') return { kind: 'sequence', encoded: section }
  return { kind: 'sequence', encoded: Buffer.concat([body.encoded, section]) }
}

function parseHeader(fields: readonly AmqpValue[]): AmqpHeader {
  const [durable, priority, ttl, , deliveryCount] = fields
  return {
    durable: durable === true,
    priority: numberOf(priority),
    ttlMs: numberOf(ttl),
    deliveryCount: numberOf(deliveryCount),
  }
}

function parseProperties(fields: readonly AmqpValue[]): AmqpProperties {
  const text = (index: number): string | undefined => {
    const value = fields[index]
    return typeof value === 'string' ? value : undefined
  }
  const time = (index: number): number | undefined => {
    const value = fields[index]
    return value instanceof Date ? value.getTime() : undefined
  }
  const userId = fields[1]
  return {
    messageId: fields[0] ?? undefined,
    userId: userId instanceof Uint8Array ? userId : undefined,
    to: text(2),
    subject: text(3),
    replyTo: text(4),
    correlationId: fields[5] ?? undefined,
    contentType: text(6),
    contentEncoding: text(7),
    absoluteExpiryTimeMs: time(8),
    creationTimeMs: time(9),
    groupId: text(10),
    groupSequence: numberOf(fields[11]),
    replyToGroupId: text(12),
  }
}

function writeHeader(writer: AmqpWriter, header: AmqpHeader): void {
  const { durable, priority, ttlMs, deliveryCount } = header
  writer.composite(0x70, [
    durable ?? null,
    priority === undefined ? null : new Exact('ubyte', priority),
    ttlMs === undefined ? null : new Exact('uint', ttlMs),
    null,
    deliveryCount === undefined ? null : new Exact('uint', deliveryCount),
  ])
}

function writeAnnotations(
  writer: AmqpWriter,
  code: number,
  map: ReadonlyMap<AmqpValue, AmqpValue>,
): void {
  writer.descriptor(code)
  writer.symbolMap(map)
}

function writeProperties(writer: AmqpWriter, properties: AmqpProperties): void {
  const { contentType, contentEncoding, absoluteExpiryTimeMs, creationTimeMs } = properties
  const { groupSequence } = properties
  writer.composite(0x73, [
    properties.messageId ?? null,
    properties.userId ?? null,
    properties.to ?? null,
    properties.subject ?? null,
    properties.replyTo ?? null,
    properties.correlationId ?? null,
    contentType === undefined ? null : new Exact('symbol', contentType),
    contentEncoding === undefined ? null : new Exact('symbol', contentEncoding),
    absoluteExpiryTimeMs === undefined ? null : new Date(absoluteExpiryTimeMs),
    creationTimeMs === undefined ? null : new Date(creationTimeMs),
    properties.groupId ?? null,
    groupSequence === undefined ? null : new Exact('uint', groupSequence),
    properties.replyToGroupId ?? null,
  ])
}

function writeBody(writer: AmqpWriter, body: AmqpBody): void {
  switch (body.kind) {
    case 'data':
      writer.descriptor(0x75)
      writer.binary(body.bytes)
      return
    case 'value':
      writer.descriptor(0x77)
      if (body.encoded) writer.raw(body.encoded)
      else writer.value(body.value)
      return
    case 'sequence':
      writer.raw(body.encoded)
  }
}
