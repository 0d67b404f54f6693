import { positionAt } from '../../base/errors.ts'

/** A place in the text of a query: offsets of its first character and the one after its last. */
export interface SourceRange {
  readonly start: number
  readonly end: number
}

/**
 * A query that Azure refuses, or that is outside what this evaluator covers: the service answers 400 with
 * `{"errors":[{"severity":"Error","location":{"start":..,"end":..},"code":..,"message":..}]}`.
 */
export class CosmosSqlError extends Error {
  override readonly name = 'CosmosSqlError'
  /** `SC1001` and the like; `SC0000` for what only a running query can find. */
  readonly code: string
  readonly start: number
  readonly end: number
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number

  constructor(
    code: string,
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
