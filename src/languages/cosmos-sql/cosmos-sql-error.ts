import { positionAt } from '../../base/errors.ts'

/** A place in the text of a query: offsets of its first character and the one after its last. */
export interface SourceRange {
  readonly start: number
  readonly end: number
}

/** Codes that Azure's answers show. */
type AzureCode =
  | 'SC1001' // incorrect syntax
  | 'SC1002' // the text ends too early
  | 'SC1010' // a character that begins no token
  | 'SC1012' // a string literal without end, or with an unknown escape
  | 'SC2001' // an identifier that names nothing
  | 'SC2005' // a function that does not exist, or is not supported
  | 'SC2040' // SELECT * with several inputs
  | 'SC2050' // the wrong number of arguments
  | 'SC2102' // a property that is neither grouped nor aggregated
  | 'SC2202' // ORDER BY in a subquery
  | 'SC2203' // TOP in a subquery
  | 'SC2204' // OFFSET LIMIT in a subquery
  | 'SC2206' // ORDER BY of something that is no path
  | 'SC3005' // too many calls of user-defined functions
  | 'SC3020' // the text is too long

/** Conditions whose code in Azure no public answer shows. */
type OwnCode =
  | 'SC9001' // a scalar subquery with several results
  | 'SC9002' // a user-defined function that is not registered
  | 'SC9003' // an alias given twice
  | 'SC9004' // a property name given twice
  | 'SC9005' // SELECT * without FROM
  | 'SC9006' // a parameter that is not declared
  | 'SC9007' // a parameter of TOP, OFFSET or LIMIT that is no count
  | 'SC9008' // an aggregate where none may stand
  | 'SC9009' // TOP with OFFSET LIMIT
  | 'SC9010' // ORDER BY with GROUP BY
  | 'SC9011' // ORDER BY of a joined alias
  | 'SC9012' // ORDER BY RANK, which is not supported
  | 'SC9013' // nested too deep, or a chain too long
  | 'SC9014' // subqueries that look at too many rows
  | 'SC9015' // a regular expression that takes too long
  | 'SC9016' // a result that JSON cannot hold
  | 'SC9017' // too many joins
  | 'SC9018' // a subquery in GROUP BY

export type CosmosSqlErrorCode = AzureCode | OwnCode

/**
 * A query that Azure refuses, or that is outside what this evaluator covers: the service answers 400 with
 * `{"errors":[{"severity":"Error","location":{"start":..,"end":..},"code":..,"message":..}]}`.
 */
export class CosmosSqlError extends Error {
  override readonly name = 'CosmosSqlError'
  readonly code: CosmosSqlErrorCode
  readonly start: number
  readonly end: number
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number

  constructor(
    code: CosmosSqlErrorCode,
    message: string,
    source: SourceRange & { readonly text: string; readonly cause?: unknown },
  ) {
    super(message, source.cause === undefined ? {} : { cause: source.cause })
    this.code = code
    this.start = source.start
    this.end = source.end
    const { line, column } = positionAt(source.text, source.start)
    this.line = line
    this.column = column
  }
}
