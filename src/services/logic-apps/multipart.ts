import { randomHex } from '../../base/ids.ts'
import {
  contentBytes,
  isContent,
  makeContent,
} from '../../languages/workflow-expression/content.ts'
import { writeJson } from '../../languages/workflow-expression/json-text.ts'
import { textOf as valueText } from '../../languages/workflow-expression/value-text.ts'
import {
  type Value,
  type ValueObject,
  isArray,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import { multipartPartsMax } from './limits.ts'
import { memberOf, objectOf } from './workflow-value.ts'

/** The parts of a multipart body: https://learn.microsoft.com/azure/logic-apps/logic-apps-content-type#multipart-form-data */
export function readMultipart(bytes: Buffer, type: string): readonly ValueObject[] {
  const boundary = /;\s*boundary\s*=\s*"?([^";]+)"?/i.exec(type)?.[1]
  if (boundary === undefined) return []
  const parts: ValueObject[] = []
  const mark = Buffer.from(`--${boundary}`)
  let start = bytes.indexOf(mark)
  while (start >= 0 && parts.length < multipartPartsMax) {
    const from = start + mark.length
    // The last boundary is followed by two dashes.
    if (bytes.subarray(from, from + 2).toString('latin1') === '--') break
    const end = bytes.indexOf(mark, from)
    if (end < 0) break
    parts.push(partOf(bytes.subarray(from + 2, end - 2)))
    start = end
  }
  return parts
}

function partOf(bytes: Buffer): ValueObject {
  const split = bytes.indexOf('\r\n\r\n')
  const head = split < 0 ? '' : bytes.subarray(0, split).toString('utf8')
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim()
  }
  const content = bytes.subarray(split < 0 ? 0 : split + 4)
  const type = Object.entries(headers).find(([name]) => /^content-type$/i.test(name))?.[1]
  return {
    headers,
    body: makeContent(type ?? 'text/plain', content.toString('base64')),
  }
}

/** True for a body that is given as parts. */
export function isMultipart(body: Value): body is ValueObject {
  return (
    isObject(body) &&
    memberOf(body, '$multipart') !== undefined &&
    memberOf(body, '$content') === undefined
  )
}

/** Writes parts as a body, with the type that names their boundary. */
export function writeMultipart(body: ValueObject): {
  readonly bytes: Buffer
  readonly contentType: string
} {
  const boundary = `----${randomHex(12)}`
  const declared = memberOf(body, '$content-type')
  const type = typeof declared === 'string' ? (declared.split(';')[0] ?? '') : 'multipart/form-data'
  const parts = memberOf(body, '$multipart') ?? []
  const chunks: Buffer[] = []
  for (const part of isArray(parts) ? parts : []) {
    const { bytes, contentType } = partBytes(memberOf(part, 'body') ?? null)
    const headers = Object.entries(objectOf(part, 'headers')).map(
      ([name, value]) => [name, valueText(value)] as const,
    )
    const hasType = headers.some(([name]) => /^content-type$/i.test(name))
    const lines = [...headers, ...(hasType ? [] : [['Content-Type', contentType] as const])]
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    chunks.push(Buffer.from(`--${boundary}\r\n${head}\r\n`), bytes, Buffer.from('\r\n'))
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return { bytes: Buffer.concat(chunks), contentType: `${type}; boundary="${boundary}"` }
}

function partBytes(body: Value): { readonly bytes: Buffer; readonly contentType: string } {
  if (isContent(body)) return { bytes: contentBytes(body), contentType: body['$content-type'] }
  if (typeof body === 'string')
    return { bytes: Buffer.from(body), contentType: 'text/plain; charset=utf-8' }
  return { bytes: Buffer.from(writeJson(body)), contentType: 'application/json; charset=utf-8' }
}
