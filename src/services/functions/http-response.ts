import type { ServerResponse } from 'node:http'
import { serialize, type SerializeOptions } from 'cookie'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { RunResult } from './function-runner.ts'

/** Writes a function's answer; a function that returned nothing answers 204, one that failed 500 without a body. */
export function writeFunctionResponse(
  response: ServerResponse,
  result: RunResult,
  customHeaders: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(customHeaders)) response.setHeader(name, value)
  if (!result.ok) {
    response.writeHead(500, { 'content-length': 0 }).end()
    return
  }
  const http = result.http
  if (!http) {
    response.writeHead(204).end()
    return
  }
  for (const [name, value] of Object.entries(http.head.headers)) {
    if (!framingHeaders.has(name.toLowerCase())) response.setHeader(name, value)
  }
  const cookies = http.head.cookies ?? []
  if (cookies.length > 0) response.setHeader('set-cookie', cookies.map(toSetCookie))
  const status = http.head.status ?? 200
  if (mayHaveBody(status)) response.setHeader('content-length', http.body.length)
  response.writeHead(status)
  response.end(mayHaveBody(status) ? http.body : undefined)
}

const framingHeaders = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive'])

function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}

// FunctionRpc wraps optional values: { value: "/" }. https://github.com/Azure/azure-functions-language-worker-protobuf
function toSetCookie(cookie: JsonObject): string {
  const options: SerializeOptions = { path: textOf(cookie['path']) ?? '/' }
  const domain = textOf(cookie['domain'])
  const maxAge = numberOf(cookie['maxAge'])
  const expires = expiryOf(cookie['expires'])
  const sameSite = sameSiteOf(cookie['sameSite'])
  if (domain !== undefined) options.domain = domain
  if (maxAge !== undefined) options.maxAge = maxAge
  if (expires !== undefined) options.expires = expires
  if (sameSite !== undefined) options.sameSite = sameSite
  if (unwrap(cookie['secure']) === true) options.secure = true
  if (unwrap(cookie['httpOnly']) === true) options.httpOnly = true
  return serialize(textOf(cookie['name']) ?? '', textOf(cookie['value']) ?? '', options)
}

function sameSiteOf(value: JsonValue | undefined): 'lax' | 'strict' | 'none' | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : undefined
  return text === 'lax' || text === 'strict' ? text : text === 'explicitnone' ? 'none' : undefined
}

function expiryOf(value: JsonValue | undefined): Date | undefined {
  const inner = unwrap(value)
  const seconds =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? inner['seconds']
      : undefined
  if (typeof seconds === 'number') return new Date(seconds * 1_000)
  return typeof inner === 'string' ? new Date(inner) : undefined
}

function unwrap(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'value' in value
    ? value['value']
    : value
}

function textOf(value: JsonValue | undefined): string | undefined {
  const inner = unwrap(value)
  return typeof inner === 'string' ? inner : undefined
}

function numberOf(value: JsonValue | undefined): number | undefined {
  const inner = unwrap(value)
  return typeof inner === 'number' ? inner : undefined
}
