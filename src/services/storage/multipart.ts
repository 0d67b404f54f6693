import type { IncomingHttpHeaders } from 'node:http'
import { invalidHeader, invalidInput } from './errors.ts'

/** A request that is a part of another one's body. */
export interface PartRequest {
  readonly contentId: string
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The boundary of `multipart/mixed`. */
export function boundaryOf(contentType: string): string {
  const [, boundary] = /^multipart\/mixed;\s*boundary="?([^"\s;]{1,120})"?/i.exec(contentType) ?? []
  if (boundary === undefined) throw invalidHeader('Content-Type', contentType)
  return boundary
}

/** The parts between boundaries, at most one more than `countMax`. */
export function splitParts(body: string, boundary: string, countMax: number): readonly string[] {
  return body
    .split(`--${boundary}`)
    .slice(1)
    .filter((section) => !section.startsWith('--'))
    .slice(0, countMax + 1)
}

/** Reads the head of a part, and what follows. */
export function readPart(section: string): {
  readonly headers: IncomingHttpHeaders
  readonly body: string
} {
  const text = section.replace(/^\r?\n/, '')
  const [separator = ''] = /\r?\n\r?\n/.exec(text) ?? []
  const at = separator === '' ? text.length : text.indexOf(separator)
  const headers = readHeaders(text.slice(0, at).split(/\r?\n/))
  return { headers, body: text.slice(at + separator.length) }
}

/** Reads a part that is a request. */
export function readPartRequest(section: string): PartRequest {
  const { headers: outer, body: text } = readPart(section)
  const [line = ''] = text.split(/\r?\n/, 1)
  const [, method, url] = /^([A-Z]+) (\S+)/.exec(line.trim()) ?? []
  if (method === undefined || url === undefined) {
    throw invalidInput('A part of the batch is no request.')
  }
  const { headers, body } = readPart(text.slice(line.length).replace(/^\r?\n/, '\n'))
  const contentId = outer['content-id']
  return {
    contentId: typeof contentId === 'string' ? contentId : '',
    method,
    url: URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url,
    headers,
    body: body.replace(/\r?\n$/, ''),
  }
}

function readHeaders(lines: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}
