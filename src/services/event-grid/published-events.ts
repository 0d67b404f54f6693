import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import {
  cloudEventHeaderInvalid,
  contentTypeInvalid,
  jsonInvalid,
  payloadTooLarge,
  tooManyEvents,
} from './errors.ts'
import type { GridEvent, InputSchema } from './event.ts'
import { isText, parseExactJson } from './exact-numbers.ts'
import { mapEvent } from './input-mapping.ts'
import type { InputMapping } from './input-mapping.ts'
import { eventBytesMax, jsonDepthMax, publishBytesMax, publishEventCountMax } from './limits.ts'

/** What a publisher sent. */
export interface PublishRequest {
  readonly contentType: string | undefined
  /** In lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** How a topic takes events. */
export interface EventIntake {
  readonly schema: InputSchema
  readonly mapping?: InputMapping
  readonly nowMs: number
}

const schemaNames: Readonly<Record<InputSchema, string>> = {
  EventGridSchema: 'EventGridEvent',
  CloudEventSchemaV1_0: 'CloudEventV10',
  CustomEventSchema: 'CustomInputEvent',
}

/**
 * The events of a publish request. `topic` is what the event says: whoever takes them stamps it.
 * https://learn.microsoft.com/azure/event-grid/post-to-custom-topic
 */
export function readPublishedEvents(
  request: PublishRequest,
  intake: EventIntake,
): readonly GridEvent[] {
  const { schema } = intake
  if (request.body.length > publishBytesMax) throw payloadTooLarge(publishBytesMax)
  if (schema === 'CloudEventSchemaV1_0') return readCloudEvents(request)
  const text = request.body.toString('utf8')
  const items = listOf(parseBody(text), schema)
  return items.map((item) => {
    checkBytes(item, request)
    return readEvent(item, intake)
  })
}

/** An event in the Event Grid schema as a topic takes it. */
export function readEventGridEvent(event: JsonObject): GridEvent {
  for (const field of ['subject', 'id', 'eventType', 'eventTime']) {
    const value = event[field]
    if (value === undefined || value === null) throw requires('EventGridSchema', field)
    if (!isText(value)) throw wrongType('EventGridSchema', field)
    if (value === '' && field !== 'subject') throw requires('EventGridSchema', field)
  }
  const { topic, dataVersion, metadataVersion } = event
  const time = stringMember(event, 'eventTime') ?? ''
  if (Number.isNaN(Date.parse(time))) throw wrongType('EventGridSchema', 'eventTime')
  if (!isText(topic ?? '')) throw wrongType('EventGridSchema', 'topic')
  if (!isText(dataVersion ?? '')) throw wrongType('EventGridSchema', 'dataVersion')
  const version = metadataVersion ?? '1'
  if (version !== '1' && version !== '') {
    throw jsonInvalid("The property 'metadataVersion' of an event must be '1', or left out.")
  }
  const body: JsonObject = {
    ...event,
    topic: topic ?? '',
    dataVersion: dataVersion ?? '',
    metadataVersion: '1',
  }
  return { schema: 'EventGridSchema', body }
}

/** An event in the CloudEvents schema as a topic takes it. */
export function readCloudEvent(event: JsonObject): GridEvent {
  const schema = 'CloudEventSchemaV1_0'
  for (const field of ['specversion', 'type', 'source', 'id']) {
    const value = event[field]
    // The name that Azure gives it in this message.
    const told = field === 'type' ? 'eventType' : field
    if (value === undefined || value === null || value === '') throw requires(schema, told)
    if (!isText(value)) throw wrongType(schema, told)
  }
  if (event['specversion'] !== '1.0') {
    throw jsonInvalid("The property 'specversion' of a cloud event must be '1.0'.")
  }
  for (const field of ['subject', 'time', 'datacontenttype', 'dataschema']) {
    if (!isText(event[field] ?? '')) throw wrongType(schema, field)
  }
  if (Object.hasOwn(event, 'data') && Object.hasOwn(event, 'data_base64')) {
    throw jsonInvalid("A cloud event has either 'data' or 'data_base64', not both.")
  }
  const time = stringMember(event, 'time')
  if (time !== undefined && Number.isNaN(Date.parse(time))) throw wrongType(schema, 'time')
  return { schema, body: event }
}

function readEvent(item: JsonObject, intake: EventIntake): GridEvent {
  if (intake.schema === 'EventGridSchema') return readEventGridEvent(item)
  const mapping = intake.mapping ?? noMapping
  return { schema: 'CustomEventSchema', body: item, mapped: mapEvent(item, mapping, intake.nowMs) }
}

const noMapping: InputMapping = {
  id: { source: 'id' },
  topic: {},
  eventTime: { source: 'eventTime' },
  eventType: { source: 'eventType' },
  subject: { source: 'subject' },
  dataVersion: { source: 'dataVersion' },
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
function readCloudEvents(request: PublishRequest): readonly GridEvent[] {
  const type = (request.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const isBinary = ['specversion', 'id', 'source', 'type'].some(
    (name) => request.headers[`ce-${name}`] !== undefined,
  )
  if (isBinary) {
    if (type !== 'application/json') throw contentTypeInvalid()
    return [readBinaryEvent(request)]
  }
  const isBatch = type === 'application/cloudevents-batch+json'
  if (!isBatch && type !== 'application/cloudevents+json' && type !== 'application/json') {
    throw contentTypeInvalid()
  }
  const value = parseBody(request.body.toString('utf8'))
  if (!isBatch && Array.isArray(value)) throw notConforming('CloudEventSchemaV1_0', 'StartArray')
  if (isBatch && !Array.isArray(value)) throw notConforming('CloudEventSchemaV1_0', 'StartObject')
  return listOf(value, 'CloudEventSchemaV1_0').map((item) => {
    checkBytes(item, request)
    return readCloudEvent(item)
  })
}

/** The attributes are in headers, percent-encoded where they are not plain text; the body is the data. */
function readBinaryEvent(request: PublishRequest): GridEvent {
  const attributes: JsonObject = {}
  for (const name of ['specversion', 'type', 'source', 'id']) {
    const value = request.headers[`ce-${name}`]
    if (value === undefined) throw cloudEventHeaderInvalid(`ce-${name}`, 'missing')
    if (value === '') throw cloudEventHeaderInvalid(`ce-${name}`, 'empty')
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('ce-') && typeof value === 'string') {
      attributes[name.slice('ce-'.length)] = decodeHeader(value)
    }
  }
  const data = parseBody(request.body.toString('utf8'))
  const event = { ...attributes, datacontenttype: 'application/json', data }
  checkBytes(event, request)
  return readCloudEvent(event)
}

function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function parseBody(given: string): JsonValue {
  const text = given.replace(/^\uFEFF/, '')
  if (text.trim() === '') throw jsonInvalid('Unexpected end when reading JSON.')
  if (depthOf(text) > jsonDepthMax) {
    throw jsonInvalid(`The reader's MaxDepth of ${jsonDepthMax} has been exceeded.`)
  }
  const value = parseExactJson(text)
  if (value === undefined) throw jsonInvalid(`The body is not JSON: ${faultOf(text)}`)
  return value
}

function faultOf(text: string): string {
  try {
    parseJson(text)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : ''
  }
}

// Counted before it is parsed: what is nested deeper can be read but never written again.
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (isQuoted) {
      if (character === 92) at += 1
      else if (character === 34) isQuoted = false
    } else if (character === 34) isQuoted = true
    else if (character === 91 || character === 123) most = Math.max(most, ++depth)
    else if (character === 93 || character === 125) depth -= 1
  }
  return most
}

/** A single object is taken as a list of one, as Azure takes it. */
function listOf(value: JsonValue, schema: InputSchema): readonly JsonObject[] {
  const items = Array.isArray(value) ? value : [value]
  if (items.length === 0) throw notConforming(schema)
  if (items.length > publishEventCountMax) throw tooManyEvents(publishEventCountMax)
  return items.map((item) => {
    if (!isJsonObject(item)) throw notConforming(schema)
    return item
  })
}

/** Of an event in a request that is itself no larger nothing needs to be known. */
function checkBytes(event: JsonObject, request: PublishRequest): void {
  if (request.body.length <= eventBytesMax) return
  if (Buffer.byteLength(JSON.stringify(event)) > eventBytesMax) throw payloadTooLarge(eventBytesMax)
}

function notConforming(schema: InputSchema, found?: 'StartArray' | 'StartObject'): Error {
  const expected = found === 'StartArray' ? 'StartObject' : 'StartArray'
  const tokens = found ? ` Token Expected: ${expected}, Actual Token Received: ${found}.` : ''
  return jsonInvalid(
    `This resource is configured to receive event in '${schemaNames[schema]}' schema. The JSON received does not conform to the expected schema.${tokens}`,
  )
}

function requires(schema: InputSchema, field: string): Error {
  return jsonInvalid(
    `This resource is configured for '${schemaNames[schema]}' schema and requires '${field}' property to be set.`,
  )
}

function wrongType(schema: InputSchema, field: string): Error {
  return jsonInvalid(
    `This resource is configured to receive event in '${schemaNames[schema]}' schema. The value of its property '${field}' has a wrong type.`,
  )
}
