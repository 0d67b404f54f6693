import { argumentNull, argumentOutOfRange, formatError } from './exceptions.ts'

const badText =
  'The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters. '
const badLength = 'Invalid length for a Base-64 char array or string.'

/** `Convert.FromBase64String`: white space is skipped, everything else must be exact. */
export function fromBase64(text: string | null): Uint8Array {
  if (text === null) throw argumentNull('s')
  const dense = text.replaceAll(/[ \t\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(dense)) throw formatError(badText)
  if (dense.length % 4 !== 0) throw formatError(badLength)
  return Uint8Array.from(Buffer.from(dense, 'base64'))
}

/** What `Convert.ToBase64String` takes beside the bytes. */
export interface Base64Options {
  readonly offset?: number
  readonly length?: number
  /** `Base64FormattingOptions.InsertLineBreaks`: lines of 76 characters. */
  readonly lineBreaks?: boolean
}

/** `Convert.ToBase64String`. */
export function toBase64(bytes: Uint8Array | null, options: Base64Options = {}): string {
  if (bytes === null) throw argumentNull('inArray')
  const { offset = 0, length = bytes.length - offset } = options
  if (length < 0) throw argumentOutOfRange('length')
  if (offset < 0 || offset + length > bytes.length) throw argumentOutOfRange('offset')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('base64')
  return options.lineBreaks ? (text.match(/.{1,76}/g) ?? []).join('\r\n') : text
}
