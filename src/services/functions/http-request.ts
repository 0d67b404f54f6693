import type { IncomingMessage } from 'node:http'
import { isJsonObject, tryParseJson, type JsonObject } from '../../base/json.ts'
import { parseTraceparent, type TraceContext } from '../../base/trace-context.ts'
import type { TriggerEvent } from './extension.ts'
import type { HttpHead } from './worker-protocol.ts'

export interface FunctionHttpRequest {
  readonly head: HttpHead
  readonly body: Buffer
  readonly trace: TraceContext | undefined
}

/** Reads what a function sees of a request; repeated query names are joined with commas, as the host does. */
export function toFunctionRequest(
  request: IncomingMessage,
  body: Buffer,
  params: Readonly<Record<string, string | undefined>>,
): FunctionHttpRequest {
  const headers = joinHeaders(request)
  const url = new URL(request.url ?? '/', `http://${headers['host'] ?? 'localhost'}`)
  const query: Record<string, string> = {}
  for (const name of new Set(url.searchParams.keys())) {
    query[name] = url.searchParams.getAll(name).join(',')
  }
  const routeParams: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) routeParams[name] = value
  }
  return {
    head: { method: request.method ?? 'GET', url: url.href, headers, query, params: routeParams },
    body,
    trace: parseTraceparent(headers['traceparent']),
  }
}

/** The event for the function: `{Query.id}`, `{headers.x}`, route parameters and body fields are its binding data. */
export function toTriggerEvent(request: FunctionHttpRequest): TriggerEvent {
  return {
    input: { kind: 'http', http: request.head, body: request.body },
    bindingData: bindingDataOf(request),
    ...(request.trace ? { trace: request.trace } : {}),
  }
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns */
function bindingDataOf(request: FunctionHttpRequest): JsonObject {
  const { query, headers, params } = request.head
  const isJson = headers['content-type']?.includes('json') ?? false
  const fields = isJson ? tryParseJson(request.body.toString('utf8')) : undefined
  return {
    ...(isJsonObject(fields) ? fields : {}),
    ...query,
    ...params,
    Query: { ...query },
    Headers: { ...headers },
  }
}

function joinHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
