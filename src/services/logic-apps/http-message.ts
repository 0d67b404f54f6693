import { ServiceError } from '../../base/errors.ts'
import type { OutgoingResponse } from '../../protocols/http/outgoing-http.ts'
import { DotnetException } from '../../languages/dotnet/exceptions.ts'
import {
  contentBytes,
  decodeText,
  charsetOf,
  isContent,
  makeContent,
  mediaType,
} from '../../languages/workflow-expression/content.ts'
import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'
import { messageBytesMax } from './limits.ts'
import { isMultipart, readMultipart, writeMultipart } from './multipart.ts'

/** A message as actions and triggers show it. */
export interface HttpMessage {
  readonly statusCode: number
  readonly headers: ValueObject
  readonly body: Value | undefined
}

/** Reads an answer as the HTTP action shows it. */
export async function readMessage(
  response: OutgoingResponse,
  options: { isPiece?: boolean } = {},
): Promise<HttpMessage> {
  const headers = headerObject(response.headers)
  const bytes = await readBytes(response.body)
  const type = headerOf(headers, 'content-type')
  const body = options.isPiece
    ? makeContent(type ?? 'application/octet-stream', bytes.toString('base64'))
    : bodyValue(bytes, type)
  return { statusCode: response.status, headers, body }
}

/** Reads a stream to its end, up to the size of a message. */
export async function readBytes(body: OutgoingResponse['body']): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > messageBytesMax) {
      body.destroy()
      throw new ServiceError(
        'ResponseSwitchedToChunked',
        413,
        `The message is larger than the '${messageBytesMax}' bytes that are allowed.`,
      )
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/**
 * The body of a message as a value: JSON is parsed, text is text, anything else is content with its type.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-content-type
 */
export function bodyValue(bytes: Buffer, type: string | undefined): Value | undefined {
  try {
    return requestBody(bytes, type)
  } catch (error) {
    if (error instanceof DotnetException) return decodeText(bytes, charsetOf(type ?? '') ?? 'utf-8')
    throw error
  }
}

/** As `bodyValue`; throws the exception of its reader for a body that says it is JSON and is not. */
export function requestBody(bytes: Buffer, type: string | undefined): Value | undefined {
  if (bytes.length === 0) return undefined
  if (type === undefined) return textOrContent(bytes)
  const media = mediaType(type)
  const charset = charsetOf(type) ?? 'utf-8'
  if (/^application\/json$|\+json$|^text\/json$/.test(media)) {
    return readJson(decodeText(bytes, charset))
  }
  if (media.startsWith('text/') && media !== 'text/xml') return decodeText(bytes, charset)
  const content = makeContent(type, bytes.toString('base64'))
  if (media.startsWith('multipart/')) return { ...content, $multipart: readMultipart(bytes, type) }
  if (media === 'application/x-www-form-urlencoded')
    return withForm(content, bytes.toString('utf8'))
  return content
}

function textOrContent(bytes: Buffer): Value {
  const text = bytes.toString('utf8')
  if (text.includes('\uFFFD'))
    return makeContent('application/octet-stream', bytes.toString('base64'))
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof DotnetException) return text
    throw error
  }
}

function withForm(content: ValueObject, text: string): Value {
  const fields = [...new URLSearchParams(text)].map(([key, value]) => ({ key, value }))
  return { ...content, $formdata: fields }
}

/** The bytes that a value is sent as, and their type where the headers do not say. */
export function writeMessage(body: Value | undefined): {
  readonly bytes: Buffer | undefined
  readonly contentType: string | undefined
} {
  if (body === undefined || body === null) return { bytes: undefined, contentType: undefined }
  if (typeof body === 'string') {
    return { bytes: Buffer.from(body), contentType: 'text/plain; charset=utf-8' }
  }
  if (isMultipart(body)) return writeMultipart(body)
  if (isContent(body)) return { bytes: contentBytes(body), contentType: body['$content-type'] }
  return { bytes: Buffer.from(writeJson(body)), contentType: 'application/json; charset=utf-8' }
}

/** Headers as an object; those that come twice are joined. */
export function headerObject(raw: readonly string[]): ValueObject {
  const headers: Record<string, string> = {}
  const names = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const value = raw[index + 1] ?? ''
    const known = names.get(name.toLowerCase())
    if (known === undefined) {
      names.set(name.toLowerCase(), canonical(name))
      headers[canonical(name)] = value
    } else {
      headers[known] = `${headers[known] ?? ''},${value}`
    }
  }
  return headers
}

/** The value of a header, its name in any case. */
export function headerOf(headers: ValueObject, name: string): string | undefined {
  const lower = name.toLowerCase()
  for (const [each, value] of Object.entries(headers)) {
    if (each.toLowerCase() === lower && typeof value === 'string') return value
  }
  return undefined
}

// The host shows names as HTTP writes them, however they came: `Content-Type`, `x-ms-...` in small letters.
function canonical(name: string): string {
  const lower = name.toLowerCase()
  if (lower.startsWith('x-')) return name
  return lower.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
