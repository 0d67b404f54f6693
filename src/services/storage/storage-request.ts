import type { IncomingMessage } from 'node:http'
import { newUuid } from '../../base/ids.ts'
import type { Account } from './account.ts'
import type { Accounts, NamedAccount } from './accounts.ts'
import type { Origin } from './blob-event.ts'
import { accountNotFound, invalidHeader, invalidUri } from './errors.ts'

export type StorageService = 'blob' | 'dfs' | 'queue' | 'table'

/** A request to a storage account: whose, of what, and in which version of the protocol. */
export interface StorageRequest {
  readonly service: StorageService
  readonly method: string
  readonly account: Account
  /** The account's name and keys as the request signs with them. */
  readonly named: NamedAccount
  /** The path below the account, decoded. */
  readonly segments: readonly string[]
  /** Of blobs; empty for the account itself. */
  readonly container: string
  /** Of blobs; empty for the container itself. */
  readonly blob: string
  readonly query: URLSearchParams
  /** The path as it came, percent-encoded. */
  readonly path: string
  /** `http://127.0.0.1:10000/devstoreaccount1` */
  readonly endpoint: string
  readonly headers: IncomingMessage['headers']
  readonly version: string
  readonly isSecure: boolean
  readonly address: string
  readonly origin: Origin
  /** The body as it comes; empty for a part of a batch. */
  readonly message: IncomingMessage | undefined
}

/** The version that is answered when the request does not say. */
const oldestVersion = '2009-09-19'
/** The newest version that is known; what is asked with a later one is refused, as Azure does. */
const newestVersion = '2026-04-06'

/** Reads the line and headers of a request; the host or the first segment names the account. */
export function readStorageRequest(
  message: IncomingMessage,
  parts: { readonly accounts: Accounts; readonly service: StorageService },
): StorageRequest {
  const { headers, url = '/', method = 'GET', socket } = message
  const isSecure = 'encrypted' in socket && socket.encrypted === true
  const address = socket.remoteAddress ?? ''
  const line = { headers, url, method, isSecure, address, requestId: newUuid(), message }
  return toStorageRequest(line, parts)
}

/** The same for a part of a batch, which has a line and headers of its own. */
export function toStorageRequest(
  line: {
    readonly headers: IncomingMessage['headers']
    readonly url: string
    readonly method: string
    readonly isSecure: boolean
    readonly address: string
    readonly requestId: string
    readonly message: IncomingMessage | undefined
    /** Of a part that does not say; it belongs to the whole. */
    readonly version?: string
  },
  parts: { readonly accounts: Accounts; readonly service: StorageService },
): StorageRequest {
  const { headers, method, isSecure, address, requestId } = line
  // A client that takes us for its proxy sends the whole address: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form
  const url = line.url.replace(/^https?:\/\/[^/?]*/i, '')
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  const query = readQuery(question < 0 ? '' : url.slice(question + 1))
  const host = headers.host ?? ''
  const byHost = accountOfHost(host)
  const segments = path.split('/').slice(1)
  const accountName = byHost ?? decode(segments.shift() ?? '')
  const named = parts.accounts.resolve(accountName)
  if (!named) throw accountNotFound(accountName)
  const scheme = isSecure ? 'https' : 'http'
  const trace = headers['traceparent']
  return {
    service: parts.service,
    method,
    account: named.account,
    named,
    segments: segments.map(decode),
    ...(isOfBlobs(parts.service) ? placeOf(segments, query) : { container: '', blob: '' }),
    query,
    path,
    endpoint: byHost === undefined ? `${scheme}://${host}/${accountName}` : `https://${host}`,
    headers,
    version: line.version ?? readVersion(headers, query),
    isSecure,
    address,
    origin: {
      requestId,
      clientRequestId: headerOf(headers, 'x-ms-client-request-id'),
      trace: typeof trace === 'string' ? trace : undefined,
    },
    message: line.message,
  }
}

/** One value of a header, or nothing where it is absent or empty. */
export function headerOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || value === '') return undefined
  return Array.isArray(value) ? value.join(',') : value
}

/** The account that a host name is of: `orders.blob.core.windows.net`. */
export function accountOfHost(host: string): string | undefined {
  const [, name] =
    /^([a-z\d-]+)\.(?:blob|dfs|queue|table|file)\.core\.windows\.net(?::\d+)?$/i.exec(host) ?? []
  return name
}

// A plus is a plus here: block ids have them.
function readQuery(text: string): URLSearchParams {
  return new URLSearchParams(text.replaceAll('+', '%2B'))
}

function isOfBlobs(service: StorageService): boolean {
  return service === 'blob' || service === 'dfs'
}

function placeOf(
  segments: readonly string[],
  query: URLSearchParams,
): { readonly container: string; readonly blob: string } {
  const [first = '', ...rest] = segments
  const container = decode(first)
  if (rest.length > 0) return { container, blob: decode(rest.join('/')) }
  // One segment that is not said to be a container is a blob of the root container.
  const kind = query.get('restype')?.toLowerCase() ?? query.get('resource')?.toLowerCase() ?? ''
  const isContainer = ['container', 'account', 'filesystem'].includes(kind)
  return container === '' || isContainer
    ? { container, blob: '' }
    : { container: '$root', blob: container }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidUri()
  }
}

function readVersion(headers: IncomingMessage['headers'], query: URLSearchParams): string {
  const given = headerOf(headers, 'x-ms-version') ?? query.get('api-version') ?? query.get('sv')
  if (given === null) return oldestVersion
  const isKnown = /^20\d\d-\d\d-\d\d$/.test(given) && given <= newestVersion
  if (!isKnown) throw invalidHeader('x-ms-version', given)
  return given
}
