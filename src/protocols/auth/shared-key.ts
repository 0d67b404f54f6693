import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** A request as it is signed: the path percent-encoded as it came. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** What is signed differs for `table`. */
  readonly service?: string
}

/** An `Authorization` header by account key. */
export interface SharedKeyAuthorization {
  readonly scheme: 'SharedKey' | 'SharedKeyLite'
  readonly account: string
  readonly signature: string
}

/** Reads `SharedKey account:signature`; gives nothing for any other scheme. */
export function parseSharedKey(header: string | undefined): SharedKeyAuthorization | undefined {
  const match = /^(SharedKey|SharedKeyLite) ([^:\s]+):(\S+)$/.exec(header ?? '')
  const [, scheme, account, signature] = match ?? []
  if (account === undefined || signature === undefined) return undefined
  return { scheme: scheme === 'SharedKeyLite' ? 'SharedKeyLite' : 'SharedKey', account, signature }
}

/**
 * True when one of the account's keys made the signature.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function isSignedBy(
  keys: readonly string[],
  authorization: SharedKeyAuthorization,
  request: SignedRequest,
): boolean {
  const texts = headerOrders.map((order) => stringToSign(authorization, request, order))
  return [...new Set(texts)].some((text) =>
    keys.some((key) => isSignature(authorization.signature, sign(key, text))),
  )
}

/** The signature of a text by a key in base64: HMAC with SHA-256. */
export function sign(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64')
}

/** Compares signatures in the same time, whatever they are. */
export function isSignature(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** What is signed: the verb, some headers, all that begin with `x-ms-`, and the resource. */
export function stringToSign(
  authorization: Pick<SharedKeyAuthorization, 'scheme' | 'account'>,
  request: SignedRequest,
  order: HeaderOrder = byCode,
): string {
  if (request.service === 'table') return tableStringToSign(authorization, request)
  const isLite = authorization.scheme === 'SharedKeyLite'
  const { headers, method } = request
  const date = headers['x-ms-date'] === undefined ? textOf(headers['date']) : ''
  const length = textOf(headers['content-length'])
  const lines = isLite
    ? [method, textOf(headers['content-md5']), textOf(headers['content-type']), date]
    : [
        method,
        textOf(headers['content-encoding']),
        textOf(headers['content-language']),
        length === '0' ? '' : length,
        textOf(headers['content-md5']),
        textOf(headers['content-type']),
        date,
        ...conditions.map((name) => textOf(headers[name])),
      ]
  const resource = `/${authorization.account}${request.path}`
  const query = isLite ? liteQuery(request.query) : canonicalQuery(request.query)
  return `${lines.join('\n')}\n${canonicalHeaders(headers, order)}${resource}${query}`
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-authorization */
function tableStringToSign(
  { scheme, account }: Pick<SharedKeyAuthorization, 'scheme' | 'account'>,
  { method, headers, path, query }: SignedRequest,
): string {
  const date = textOf(headers['x-ms-date'] ?? headers['date'])
  const resource = `/${account}${path}${liteQuery(query)}`
  const lines =
    scheme === 'SharedKeyLite'
      ? [date, resource]
      : [method, textOf(headers['content-md5']), textOf(headers['content-type']), date, resource]
  return lines.join('\n')
}

type HeaderOrder = (left: string, right: string) => number

const conditions = [
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const

// Azure sorts as Windows does, where a hyphen weighs nothing; many clients sort by character code.
const headerOrders: readonly HeaderOrder[] = [byCode, byLetters]

function byCode(left: string, right: string): number {
  return left < right ? -1 : 1
}

function byLetters(left: string, right: string): number {
  const [first, second] = [left.replaceAll('-', ''), right.replaceAll('-', '')]
  return first === second ? byCode(left, right) : byCode(first, second)
}

function canonicalHeaders(headers: IncomingHttpHeaders, order: HeaderOrder): string {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-ms-'))
  return names
    .toSorted(order)
    .map(
      (name) =>
        `${name}:${textOf(headers[name])
          .trim()
          .replaceAll(/\r?\n\s*/g, ' ')}\n`,
    )
    .join('')
}

function canonicalQuery(query: URLSearchParams): string {
  const values = new Map<string, string[]>()
  for (const [name, value] of query) {
    const key = name.toLowerCase()
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return [...values]
    .toSorted(([left], [right]) => byCode(left, right))
    .map(([name, given]) => `\n${name}:${given.toSorted().join(',')}`)
    .join('')
}

function liteQuery(query: URLSearchParams): string {
  const operation = query.get('comp')
  return operation === null ? '' : `?comp=${operation}`
}

function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '')
}
