import type { JsonObject } from '../../base/json.ts'
import { toSqlValue } from './sql-view.ts'
import type { SqlView } from './sql-view.ts'
import { PropertyReader } from './property-reader.ts'
import { badRequest } from './errors.ts'
import { decodeProperties } from './envelope.ts'

const systemProperties = [
  'contentType',
  'correlationId',
  'label',
  'messageId',
  'replyTo',
  'replyToSessionId',
  'sessionId',
  'to',
] as const

/**
 * Reads a correlation filter: every property it names must be equal, case-sensitively.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/topic-filters#correlation-filters
 */
export function parseCorrelationFilter(filter: JsonObject): (message: SqlView) => boolean {
  const reader = new PropertyReader(filter, 'a correlation filter')
  const conditions: ((message: SqlView) => boolean)[] = []
  for (const name of systemProperties) {
    const wanted = reader.text(name)
    const key = name.toLowerCase()
    if (wanted !== undefined) conditions.push((message) => message.system(key) === wanted)
  }
  for (const [name, value] of Object.entries(decodeProperties(reader.object('properties') ?? {}))) {
    const key = name.toLowerCase()
    const wanted = comparable(toSqlValue(value))
    conditions.push((message) => comparable(message.user(key)) === wanted)
  }
  reader.boolean('requiresPreprocessing')
  reader.end()
  if (conditions.length === 0) {
    throw badRequest('A correlation filter must have at least one property to compare.')
  }
  return (message) => conditions.every((condition) => condition(message))
}

function comparable<T>(value: T): T | number {
  return value instanceof Date ? value.getTime() : value
}
