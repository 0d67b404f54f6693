import { compilePredicate } from './compile.ts'
import type { Parameters, SqlMessage } from './compile.ts'
import { expressionLengthMax } from './limits.ts'
import { parsePredicate } from './parse-predicate.ts'
import type { SystemNames } from './parse-predicate.ts'
import { syntaxError } from './sql-filter-error.ts'
import { TokenReader } from './token-reader.ts'

/** What a filter or an action may name, beside the user's own properties. */
export interface SqlNames {
  /** In lower case. */
  readonly system: SystemNames
  /** Those that an action may set; default: all. */
  readonly writable?: SystemNames
  readonly parameters?: Parameters
}

/** True when the filter lets the message through; throws `SqlEvaluationError` for values it cannot compare. */
export type SqlFilter = (message: SqlMessage) => boolean

/** Reads a filter: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-sql-filter */
export function parseSqlFilter(text: string, names: SqlNames): SqlFilter {
  checkLength(text)
  const reader = new TokenReader(text, names.parameters)
  const predicate = parsePredicate(reader, names.system)
  reader.expectEnd()
  const test = compilePredicate(predicate, names.parameters ?? new Map())
  return (message) => test(message) === true
}

export function checkLength(text: string): void {
  if (text.length <= expressionLengthMax) return
  throw syntaxError(
    text,
    expressionLengthMax,
    `the text is longer than ${expressionLengthMax} characters`,
  )
}
