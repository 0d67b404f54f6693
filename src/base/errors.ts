import type { JsonObject } from './json.ts'

/** A fault that a caller caused, in Azure's own words: its error code, HTTP status and message. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly status: number
  readonly details: JsonObject

  constructor(
    code: string,
    status: number,
    message: string,
    options: { cause?: unknown; details?: JsonObject } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = status
    this.details = options.details ?? {}
  }
}

/** Where in a file of the user something stands; lines and columns count from 1. */
export interface SourcePosition {
  readonly file?: string
  readonly line: number
  readonly column: number
}

/** A fault in a file of the user: the message says what was expected, the position says where. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: string
  readonly position: SourcePosition

  constructor(code: string, message: string, position: SourcePosition) {
    super(`${formatPosition(position)}: ${message}`)
    this.code = code
    this.position = position
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** `file:line:column`, as terminals and editors make it a link. */
export function formatPosition(position: SourcePosition): string {
  return `${position.file ?? '(text)'}:${position.line}:${position.column}`
}

/** The line and column of an offset in a text. */
export function positionAt(text: string, offset: number, file?: string): SourcePosition {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  return file === undefined ? { line, column } : { file, line, column }
}
