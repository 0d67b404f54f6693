import { SourceError, messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { parseSqlAction } from '../../languages/sql-filter/sql-action.ts'
import type { SqlAction } from '../../languages/sql-filter/sql-action.ts'
import { parseSqlFilter } from '../../languages/sql-filter/sql-filter.ts'
import type { SqlValue } from '../../languages/sql-filter/values.ts'
import { parseCorrelationFilter } from './correlation-filter.ts'
import type { Definition } from './entities.ts'
import { decodeProperties } from './envelope.ts'
import { badRequest } from './errors.ts'
import { PropertyReader } from './property-reader.ts'
import { systemNames, toSqlValue, writableSystemNames } from './sql-view.ts'
import type { SqlView } from './sql-view.ts'

/** A rule of a subscription, ready to be asked: https://learn.microsoft.com/en-us/azure/service-bus-messaging/topic-filters */
export interface Rule {
  readonly name: string
  readonly definition: Definition
  /** Throws `SqlEvaluationError` when the filter cannot work with the values of the message. */
  readonly matches: (message: SqlView) => boolean
  /** What becomes of the copy that the rule lets through. */
  readonly action: SqlAction | undefined
}

/** Reads a rule as its resource type has it; without a filter it lets everything through. */
export function parseRule(definition: Definition): Rule {
  const { path } = definition
  const reader = new PropertyReader(definition.properties, `the rule '${path}'`)
  const filterType = reader.oneOf('filterType', ['SqlFilter', 'CorrelationFilter'])
  const sqlFilter = reader.object('sqlFilter')
  const correlationFilter = reader.object('correlationFilter')
  const action = reader.object('action')
  reader.end()
  const isCorrelation = filterType === 'CorrelationFilter' || (!filterType && correlationFilter)
  if (isCorrelation ? sqlFilter : correlationFilter) {
    throw badRequest(`The rule '${path}' has a filter that is not of its filterType.`)
  }
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    definition,
    matches: isCorrelation
      ? parseCorrelationFilter(correlationFilter ?? {})
      : parseFilter(path, sqlFilter ?? {}),
    action: action && parseAction(path, action),
  }
}

function parseFilter(path: string, filter: JsonObject): Rule['matches'] {
  const { text, parameters } = readExpression(path, filter)
  // The filter of every subscription that has not been given another one.
  if (text === undefined || text.replaceAll(' ', '') === '1=1') return () => true
  return readSql(path, () => parseSqlFilter(text, { system: systemNames, parameters }))
}

function parseAction(path: string, action: JsonObject): SqlAction | undefined {
  const { text, parameters } = readExpression(path, action)
  if (text === undefined) return undefined
  const names = { system: systemNames, writable: writableSystemNames, parameters }
  return readSql(path, () => parseSqlAction(text, names))
}

function readExpression(
  path: string,
  expression: JsonObject,
): { readonly text: string | undefined; readonly parameters: ReadonlyMap<string, SqlValue> } {
  const reader = new PropertyReader(expression, `the rule '${path}'`)
  const text = reader.text('sqlExpression')
  const parameters = new Map<string, SqlValue>()
  for (const [name, value] of Object.entries(decodeProperties(reader.object('parameters') ?? {}))) {
    parameters.set(name.toLowerCase(), toSqlValue(value))
  }
  reader.integer('compatibilityLevel', { min: 0, max: 20 })
  reader.boolean('requiresPreprocessing')
  reader.end()
  return { text, parameters }
}

function readSql<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw badRequest(`The SQL expression of the rule '${path}' is not valid: ${messageOf(error)}.`)
  }
}
