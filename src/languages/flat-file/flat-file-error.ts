import { shownLengthMax } from './limits.ts'

/** A flat file, or the XML for one, that does not fit its schema. */
export class FlatFileError extends Error {
  override readonly name = 'FlatFileError'
  /** The record or field that was looked for. */
  readonly definition: string
  /** From 1, and from 0 as the disassembler counts; both 0 where there is no text. */
  readonly line: number
  readonly column: number

  constructor(message: string, place: { definition: string; line?: number; column?: number }) {
    super(message)
    this.definition = place.definition
    this.line = place.line ?? 0
    this.column = place.column ?? 0
  }
}

/** The disassembler's words for text that it did not expect, its spelling included. */
export function unexpectedText(
  text: string,
  found: { readonly at: number; readonly wanted: string; readonly definition: string },
): FlatFileError {
  const { at, wanted, definition } = found
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n') - 1
  const what = at >= text.length ? 'Unexpected end of stream' : 'Unexpected data found'
  const looked = wanted === '' ? '' : `'${shown(wanted)}'\r\n`
  return new FlatFileError(
    `${what} while looking for:\r\n${looked}The current definition being parsed is ${definition}. The stream offset where the error occured is ${at}. The line number where the error occured is ${line}. The column where the error occured is ${column}.`,
    { definition, line, column },
  )
}

/** Text as errors show it: control characters by name, and not too much of it. */
function shown(text: string): string {
  return text
    .slice(0, shownLengthMax)
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
}
