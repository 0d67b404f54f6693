import { isJsonObject, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { plainText, plainValue } from './exact-numbers.ts'

/** How events come to a topic: https://learn.microsoft.com/azure/event-grid/event-schema */
export type InputSchema = 'EventGridSchema' | 'CloudEventSchemaV1_0' | 'CustomEventSchema'

/** How they go to a subscriber. */
export type DeliverySchema = 'EventGridSchema' | 'CloudEventSchemaV1_0' | 'CustomInputSchema'

/** An event that a topic has taken. */
export interface GridEvent {
  readonly schema: InputSchema
  /** As it came, and in the Event Grid schema with `topic` and `metadataVersion` stamped. */
  readonly body: JsonObject
  /** What the mapping of a topic made of a custom event: the fields of the Event Grid schema without `data`. */
  readonly mapped?: JsonObject
}

/** The event in the Event Grid schema: what filters see of an event that is not a CloudEvent. */
export function toEventGridSchema(event: GridEvent): JsonObject {
  return event.mapped ? { ...event.mapped, data: event.body } : event.body
}

/** What every schema has, whatever it calls it. */
export function headOf(event: GridEvent): {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly source: string
} {
  const view = toEventGridSchema(event)
  const isCloudEvent = event.schema === 'CloudEventSchemaV1_0'
  return {
    id: stringMember(view, 'id') ?? '',
    type: stringMember(view, isCloudEvent ? 'type' : 'eventType') ?? '',
    subject: stringMember(view, 'subject') ?? '',
    source: stringMember(view, isCloudEvent ? 'source' : 'topic') ?? '',
  }
}

/**
 * The event as a subscriber gets it. From CloudEvents there is no way back: a subscription that asked for it was refused.
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
export function toDeliverySchema(event: GridEvent, schema: DeliverySchema): JsonObject {
  switch (schema) {
    case 'CustomInputSchema':
      return event.body
    case 'EventGridSchema':
      return toEventGridSchema(event)
    case 'CloudEventSchemaV1_0':
      return event.schema === 'CloudEventSchemaV1_0'
        ? event.body
        : toCloudEvent(toEventGridSchema(event))
  }
}

function toCloudEvent(event: JsonObject): JsonObject {
  const { id = '', topic = '', subject = '', eventType = '', eventTime = '', data = null } = event
  return {
    id,
    source: topic,
    specversion: '1.0',
    type: eventType,
    subject,
    time: eventTime,
    data,
  }
}

/**
 * The value at a key of a filter or of a dynamic header: names joined by dots, without regard to case.
 * https://learn.microsoft.com/azure/event-grid/event-filtering#key
 */
export function valueAt(event: JsonObject, key: string): JsonValue | undefined {
  const value = exactValueAt(event, key)
  return value === undefined ? undefined : plainValue(value)
}

/** The same as text, a number as it was written; `undefined` for what is not one value. */
export function textAt(event: JsonObject, key: string): string | undefined {
  return plainText(exactValueAt(event, key))
}

function exactValueAt(event: JsonObject, key: string): JsonValue | undefined {
  let value: JsonValue | undefined = event
  for (const name of key.split('.')) {
    if (!isJsonObject(value)) return undefined
    value = memberOf(value, name)
  }
  return value
}

function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name]
  const found = Object.keys(object).find((each) => each.toLowerCase() === name.toLowerCase())
  return found === undefined ? undefined : object[found]
}
