import type { CallUrl } from './call-url.ts'
import type { Configuration, ServedApi } from './configuration.ts'
import type { HeaderList } from './header-list.ts'
import type { OperationMatch } from './operation-match.ts'

/** What a request was found to be for. */
export interface Route {
  readonly url: CallUrl
  readonly served: ServedApi
  readonly match: OperationMatch
  /** The path without that of the API. */
  readonly rest: string
  /** True for `OPTIONS` of an operation with another method: only `cors` answers. */
  readonly isPreflight: boolean
}

/** What of a request says where it goes. */
export interface RouteRequest {
  readonly method: string
  readonly headers: HeaderList
  readonly url: CallUrl
}

/** Finds the API and the operation of a request. */
export function routeOf(configuration: Configuration, request: RouteRequest): Route | undefined {
  const { method, headers } = request
  if (method === 'OPTIONS' && headers.has('origin')) {
    const wanted = headers.text('access-control-request-method')
    const question = wanted && findRoute(configuration, { ...request, method: wanted })
    if (question) return { ...question, isPreflight: true }
  }
  return findRoute(configuration, request)
}

function findRoute(configuration: Configuration, wanted: RouteRequest): Route | undefined {
  const { method, url } = wanted
  const lower = url.path.toLowerCase()
  for (const served of configuration.apis) {
    if (!isBelow(lower, served.prefix)) continue
    const { revision, rest } = splitRevision(url.path.slice(served.prefix.length))
    if (!isServed(served, revision) || !isVersion(served, wanted)) continue
    const match = served.matcher.match(method, rest === '' ? '/' : rest, url.query)
    if (match) return { url, served, match, rest, isPreflight: false }
  }
  return undefined
}

// `prefix` is in lower case.
function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  const next = path.charAt(prefix.length)
  return next === '' || next === '/' || next === ';'
}

/** `;rev=2/FetchOrders`: https://learn.microsoft.com/azure/api-management/api-management-revisions */
function splitRevision(path: string): { revision: string | undefined; rest: string } {
  if (!path.startsWith(';')) return { revision: undefined, rest: path }
  const [, revision, rest = ''] = /^;rev=([^/]+)(.*)$/i.exec(path) ?? []
  return revision === undefined ? { revision, rest: path } : { revision, rest }
}

// Without a revision the current one answers; one that is taken offline answers to nobody.
function isServed({ api }: ServedApi, revision: string | undefined): boolean {
  if (!api.isOnline) return false
  return revision === undefined ? api.isCurrent : api.revision === revision
}

function isVersion({ api, versioning }: ServedApi, { url, headers }: RouteRequest): boolean {
  if (!versioning || versioning.scheme === 'Segment') return true
  const given =
    versioning.scheme === 'Header'
      ? headers.text(versioning.name)
      : url.query.get(versioning.name)?.[0]
  return (given ?? '') === (api.version ?? '')
}
