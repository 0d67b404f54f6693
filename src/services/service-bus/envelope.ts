import { isJsonObject, parseJson } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ApplicationProperties, MessageHeaders, PropertyValue } from './message.ts'

/** Everything of a message but its body and what the store itself keeps: one JSON text beside the body. */
export interface Envelope extends MessageHeaders {
  readonly messageId: string
  /** How often it was forwarded. */
  readonly hops?: number
  readonly enqueuedSequenceNumber?: number
  readonly deadLetterSource?: string
  /** Why it was put straight into a dead-letter queue; one that was moved there has a note beside it instead. */
  readonly deadLetter?: DeadLetterNote
}

/** Why a message is in a dead-letter queue. */
export interface DeadLetterNote {
  readonly reason?: string
  readonly description?: string
  /** The entity that gave it up. */
  readonly source: string
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

const textNames = [
  'contentType',
  'correlationId',
  'subject',
  'to',
  'replyTo',
  'replyToSessionId',
  'sessionId',
  'partitionKey',
  'wire',
] as const

const numberNames = ['timeToLiveMs', 'scheduledEnqueueTimeMs'] as const

/** Writes an envelope as the store keeps it. */
export function encodeEnvelope(envelope: Envelope): string {
  const { applicationProperties } = envelope
  if (!applicationProperties) return JSON.stringify(envelope)
  return JSON.stringify({
    ...envelope,
    applicationProperties: encodeProperties(applicationProperties),
  })
}

/** Reads an envelope that `encodeEnvelope` wrote. */
export function decodeEnvelope(text: string): Envelope {
  const stored = parseJson(text)
  if (!isJsonObject(stored) || typeof stored['messageId'] !== 'string') {
    throw new TypeError('a stored Service Bus message has no message id')
  }
  const envelope: Mutable<Envelope> = { messageId: stored['messageId'] }
  readHeaders(stored, envelope)
  const { hops, enqueuedSequenceNumber, deadLetterSource } = stored
  if (typeof hops === 'number') envelope.hops = hops
  if (typeof enqueuedSequenceNumber === 'number') {
    envelope.enqueuedSequenceNumber = enqueuedSequenceNumber
  }
  if (typeof deadLetterSource === 'string') envelope.deadLetterSource = deadLetterSource
  const deadLetter = readNote(stored['deadLetter'])
  if (deadLetter) envelope.deadLetter = deadLetter
  return envelope
}

/** Gives a message the headers of an envelope. */
export function copyHeaders(from: MessageHeaders, to: Mutable<MessageHeaders>): void {
  for (const name of textNames) {
    const value = from[name]
    if (value !== undefined) to[name] = value
  }
  for (const name of numberNames) {
    const value = from[name]
    if (value !== undefined) to[name] = value
  }
  if (from.bodyType !== undefined) to.bodyType = from.bodyType
  if (from.applicationProperties) to.applicationProperties = from.applicationProperties
}

function readHeaders(stored: JsonObject, headers: Mutable<MessageHeaders>): void {
  for (const name of textNames) {
    const value = stored[name]
    if (typeof value === 'string') headers[name] = value
  }
  for (const name of numberNames) {
    const value = stored[name]
    if (typeof value === 'number') headers[name] = value
  }
  const { bodyType, applicationProperties } = stored
  if (bodyType === 'data' || bodyType === 'value' || bodyType === 'sequence') {
    headers.bodyType = bodyType
  }
  if (isJsonObject(applicationProperties)) {
    headers.applicationProperties = decodeProperties(applicationProperties)
  }
}

export function encodeNote(note: DeadLetterNote): string {
  return JSON.stringify(note)
}

export function decodeNote(text: string | undefined): DeadLetterNote | undefined {
  return text === undefined ? undefined : readNote(parseJson(text))
}

function readNote(stored: JsonValue | undefined): DeadLetterNote | undefined {
  if (!isJsonObject(stored)) return undefined
  const { reason, description, source } = stored
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    source: typeof source === 'string' ? source : '',
  }
}

export function encodeProperties(properties: ApplicationProperties): JsonObject {
  const encoded: JsonObject = {}
  for (const name of Object.keys(properties)) {
    const value = properties[name]
    if (value !== undefined) encoded[name] = encodeValue(value)
  }
  return encoded
}

// JSON has no word for these types (nor for numbers that are not finite), so they are wrapped in an object.
function encodeValue(value: PropertyValue): JsonValue {
  if (typeof value === 'bigint') return { long: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { double: String(value) }
  if (value instanceof Date) return { date: value.getTime() }
  if (value instanceof Uint8Array) return { binary: Buffer.from(value).toString('base64') }
  return value
}

/** Reads application properties that were encoded as JSON. */
export function decodeProperties(stored: JsonObject): ApplicationProperties {
  const properties: Record<string, PropertyValue> = {}
  for (const name of Object.keys(stored)) properties[name] = decodeValue(stored[name] ?? null)
  return properties
}

function decodeValue(stored: JsonValue): PropertyValue {
  if (!isJsonObject(stored)) return Array.isArray(stored) ? null : stored
  const { long, double, date, binary } = stored
  if (typeof long === 'string') return BigInt(long)
  if (typeof double === 'string') return Number(double)
  if (typeof date === 'number') return new Date(date)
  if (typeof binary === 'string') return new Uint8Array(Buffer.from(binary, 'base64'))
  return null
}
