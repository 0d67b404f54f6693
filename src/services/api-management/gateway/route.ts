import type { IncomingMessage } from 'node:http'
import type { CallUrl } from './call-url.ts'
import type { Configuration, ServedApi } from './configuration.ts'
import type { OperationMatch } from './operation-match.ts'

/** What a request was found to be for. */
export interface Route {
  readonly served: ServedApi
  readonly match: OperationMatch
  /** The path without that of the API. */
  readonly rest: string
  /** True for `OPTIONS` of an operation with another method: only `cors` answers. */
  readonly isPreflight: boolean
}

/** Finds the API and the operation of a request. */
export function routeOf(
  configuration: Configuration,
  request: IncomingMessage,
  url: CallUrl,
): Route | undefined {
  const method = request.method ?? 'GET'
  const wanted = request.headers['access-control-request-method']
  const isQuestion =
    method === 'OPTIONS' && wanted !== undefined && request.headers.origin !== undefined
  const find = (each: string) => findRoute(configuration, { method: each, url, request })
  const question = isQuestion ? find(wanted) : undefined
  if (question) return { ...question, isPreflight: true }
  const found = find(method)
  return found && { ...found, isPreflight: false }
}

function findRoute(
  configuration: Configuration,
  wanted: { method: string; url: CallUrl; request: IncomingMessage },
): Omit<Route, 'isPreflight'> | undefined {
  const { method, url } = wanted
  for (const served of configuration.candidates(url.path)) {
    const { revision, rest } = splitRevision(url.path.slice(served.prefix.length))
    if (!isServed(served, revision) || !isVersion(served, wanted)) continue
    const match = served.matcher.match(method, rest === '' ? '/' : rest, url.query)
    if (match) return { served, match, rest }
  }
  return undefined
}

/** `;rev=2/FetchOrders`: https://learn.microsoft.com/azure/api-management/api-management-revisions */
function splitRevision(path: string): { revision: string | undefined; rest: string } {
  const [, revision, rest = ''] = /^;rev=([^/]+)(.*)$/i.exec(path) ?? []
  return revision === undefined ? { revision, rest: path } : { revision, rest }
}

// Without a revision the current one answers; one that is taken offline answers to nobody.
function isServed({ api }: ServedApi, revision: string | undefined): boolean {
  if (!api.isOnline) return false
  return revision === undefined ? api.isCurrent : api.revision === revision
}

function isVersion(
  { api, versioning }: ServedApi,
  { url, request }: { url: CallUrl; request: IncomingMessage },
): boolean {
  if (!versioning || versioning.scheme === 'Segment') return true
  const given =
    versioning.scheme === 'Header'
      ? request.headers[versioning.name.toLowerCase()]?.toString()
      : url.query.get(versioning.name)?.[0]
  return (given ?? '') === (api.version ?? '')
}
