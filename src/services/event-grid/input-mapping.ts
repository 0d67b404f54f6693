import { newUuid } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { jsonInvalid } from './errors.ts'
import { textAt } from './event.ts'
import type { PropertyReader } from './property-reader.ts'

/** Where a field of the Event Grid schema is found in a custom event, and what it is where it is not. */
interface FieldMapping {
  readonly source?: string
  readonly otherwise?: string
}

/**
 * How the fields of custom events become those of the Event Grid schema.
 * https://learn.microsoft.com/azure/event-grid/input-mappings
 */
export type InputMapping = Readonly<
  Record<'id' | 'topic' | 'eventTime' | 'eventType' | 'subject' | 'dataVersion', FieldMapping>
>

/** Reads the property `inputSchemaMapping` of a topic or domain with the schema `CustomEventSchema`. */
export function readInputMapping(reader: PropertyReader): InputMapping {
  reader.oneOf('inputSchemaMappingType', ['Json'])
  const fields = reader.section('properties')
  const mapping: InputMapping = {
    id: sourceOnly(fields.section('id')),
    topic: sourceOnly(fields.section('topic')),
    eventTime: sourceOnly(fields.section('eventTime')),
    eventType: withDefault(fields.section('eventType')),
    subject: withDefault(fields.section('subject')),
    dataVersion: withDefault(fields.section('dataVersion')),
  }
  fields.end()
  reader.end()
  return mapping
}

/** The fields of the Event Grid schema for a custom event, without `data`; `topic` as the event has it. */
export function mapEvent(event: JsonObject, mapping: InputMapping, nowMs: number): JsonObject {
  const eventType = fieldOf(event, mapping.eventType)
  if (eventType === undefined) throw missing('eventType')
  const subject = fieldOf(event, mapping.subject)
  if (subject === undefined) throw missing('subject')
  return {
    id: fieldOf(event, mapping.id) ?? newUuid(),
    topic: fieldOf(event, mapping.topic) ?? '',
    subject,
    eventType,
    eventTime: fieldOf(event, mapping.eventTime) ?? new Date(nowMs).toISOString(),
    dataVersion: fieldOf(event, mapping.dataVersion) ?? '',
    metadataVersion: '1',
  }
}

function sourceOnly(reader: PropertyReader): FieldMapping {
  const source = reader.text('sourceField')
  reader.end()
  return source === undefined ? {} : { source }
}

function withDefault(reader: PropertyReader): FieldMapping {
  const otherwise = reader.text('defaultValue')
  return { ...sourceOnly(reader), ...(otherwise === undefined ? {} : { otherwise }) }
}

function fieldOf(event: JsonObject, mapping: FieldMapping): string | undefined {
  const { source, otherwise } = mapping
  const text = source === undefined ? undefined : textAt(event, source)
  return text === undefined || text === '' ? otherwise : text
}

function missing(field: string): Error {
  return jsonInvalid(
    `This resource is configured for 'CustomInputEvent' schema and requires '${field}' property to be set.`,
  )
}
