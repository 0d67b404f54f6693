/** Data URIs. https://www.rfc-editor.org/rfc/rfc2397 */
import { Buffer } from 'node:buffer'
import { urlDecode } from '../dotnet/web-utility.ts'

/** A data URI taken apart. */
export interface DataUri {
  /** The media type with its parameters, as written. */
  readonly type: string
  readonly base64: string
}

const defaultType = 'text/plain'

/** Takes a data URI apart; `undefined` for text that is none. `;base64` counts at the end of the type only. */
export function parseDataUri(text: string): DataUri | undefined {
  const comma = text.indexOf(',')
  if (!/^data:/i.test(text) || comma < 0) return undefined
  const words = text.slice('data:'.length, comma).split(';')
  const isBase64 = words.at(-1)?.toLowerCase() === 'base64'
  const type = (isBase64 ? words.slice(0, -1) : words).join(';')
  const rest = text.slice(comma + 1)
  return {
    type: type === '' ? defaultType : type,
    base64: isBase64 ? rest : Buffer.from(urlDecode(rest) ?? '').toString('base64'),
  }
}

/** True when a media type is one: one slash, and parameters with one equals sign each at most. */
export function isWellFormedType(type: string): boolean {
  const [media = '', ...parameters] = type.split(';')
  return (
    /^[^/\s]+\/[^/\s]+$/.test(media) && parameters.every((word) => /^[^=]*(?:=[^=]*)?$/.test(word))
  )
}
