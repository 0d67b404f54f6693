import { Buffer } from 'node:buffer'
import { ExpressionError } from './expression-error.ts'
import type { Value, ValueObject } from './value.ts'

/** Bytes with their media type, as HTTP bodies, `binary()` and `xml()` have them. */
export interface Content extends ValueObject {
  readonly '$content-type': string
  readonly $content: string
}

export const binaryType = 'application/octet-stream'
export const xmlType = 'application/xml;charset=utf-8'

const contentNames = new Set(['$content-type', '$content', '$formdata', '$multipart'])

/** True for bytes with a media type; a form also has its fields or parts beside them. */
export function isContent(value: Value): value is Content {
  if (typeof value !== 'object' || value === null || !('$content' in value)) return false
  if (typeof value['$content-type'] !== 'string' || typeof value['$content'] !== 'string') {
    return false
  }
  return Object.keys(value).every((name) => contentNames.has(name))
}

/** Content of base64 text. */
export function makeContent(type: string, base64: string): Content {
  return { '$content-type': type, $content: base64 }
}

/** Content of a text in UTF-8. */
export function contentOfText(type: string, text: string): Content {
  return makeContent(type, Buffer.from(text).toString('base64'))
}

/** The bytes of content. */
export function contentBytes(content: Content): Buffer {
  return Buffer.from(content.$content, 'base64')
}

/** The text of content, by the charset of its type; UTF-8 where that names none that is known. */
export function contentText(content: Content): string {
  const bytes = base64Bytes(content.$content)
  if (bytes !== undefined) {
    return decodeText(bytes, charsetOf(content['$content-type']) ?? 'utf-8')
  }
  throw new ExpressionError('The content cannot be decoded from base64 representation.')
}

/** The bytes of base64 text, blanks left out; `undefined` for other text. */
export function base64Bytes(text: string): Buffer | undefined {
  const dense = /\s/.test(text) ? text.replaceAll(/\s/g, '') : text
  if (dense.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(dense)) return undefined
  return Buffer.from(dense, 'base64')
}

/** The charset that a media type names. */
export function charsetOf(type: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1]
}

/** True for a charset whose text can be decoded. */
export function isKnownCharset(charset: string): boolean {
  return decoderOf(charset) !== undefined
}

/** The text of bytes in a charset; UTF-8 for one that is not known. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  if (/^utf-?8$/i.test(charset))
    return Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, '')
  return (decoderOf(charset) ?? new TextDecoder()).decode(bytes)
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(charset)
  } catch {
    return undefined
  }
}

/** The media type without its parameters, in lower case. */
export function mediaType(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase()
}

/** True for XML of any kind. */
export function isXmlType(type: string): boolean {
  return /^(?:application|text)\/xml$|\+xml$/.test(mediaType(type))
}
