import { SourceError, positionAt } from '../../base/errors.ts'

/** A filter or an action that cannot be read: says where and what was expected. */
export function syntaxError(text: string, offset: number, message: string): SourceError {
  return new SourceError('SqlFilterSyntax', message, positionAt(text, offset))
}

/** A filter or an action met values it cannot work with; Azure's `FilterException`. */
export class SqlEvaluationError extends Error {
  override readonly name = 'SqlEvaluationError'
}
