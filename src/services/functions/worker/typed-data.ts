import type { JsonObject, JsonValue } from '../../../base/json.ts'
import type { HttpHead, PartReference } from '../worker-protocol.ts'
import type { RpcHttp, RpcTypedData } from './core-types.ts'

type Part = string | Uint8Array

/** The library's view of a part that came from the host. */
export function toTypedData(reference: PartReference, parts: readonly Buffer[]): RpcTypedData {
  const first = parts[reference.at]
  switch (reference.kind) {
    case 'json':
      return { json: text(first) }
    case 'string':
      return fromText(text(first))
    case 'bytes':
      return { bytes: Buffer.from(first ?? Buffer.alloc(0)) }
    case 'int':
      return { int: Number(text(first)) }
    case 'double':
      return { double: Number(text(first)) }
    case 'strings':
      return { collectionString: { string: range(reference, parts).map(text) } }
    case 'byteArrays':
      return { collectionBytes: { bytes: range(reference, parts) } }
    case 'http':
      return { http: toRpcHttp(reference.http, first) }
  }
}

/** Text that must stay text: the library reads the route parameters of a streamed request from `string` alone. */
export function toTextMetadata(metadata: JsonObject | undefined): Record<string, RpcTypedData> {
  const typed: Record<string, RpcTypedData> = {}
  for (const [name, value] of Object.entries(metadata ?? {})) {
    typed[name] = typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) }
  }
  return typed
}

/** Metadata values go through `int`, which the library hands on unparsed: a JSON text for each costs twice the call. */
export function toMetadata(metadata: JsonObject | undefined): Record<string, RpcTypedData> {
  const typed: Record<string, RpcTypedData> = {}
  for (const name in metadata) typed[name] = { int: metadata[name] }
  return typed
}

/** Writes what the library answered as parts for the host; `undefined` for nothing. */
export function fromTypedData(
  name: string,
  data: RpcTypedData | null | undefined,
  parts: Part[],
): PartReference | undefined {
  if (!data) return undefined
  const at = parts.length
  if (data.http) return fromRpcHttp(name, data.http, parts)
  if (typeof data.string === 'string') {
    parts.push(data.string)
    return { name, kind: 'string', at }
  }
  if (typeof data.json === 'string') {
    parts.push(data.json)
    return { name, kind: 'json', at }
  }
  if (data.bytes) {
    parts.push(data.bytes)
    return { name, kind: 'bytes', at }
  }
  if (typeof data.int === 'number' || typeof data.double === 'number') {
    parts.push(String(data.int ?? data.double))
    return { name, kind: typeof data.int === 'number' ? 'int' : 'double', at }
  }
  return undefined
}

// What cannot be JSON is handed on as it is: the library would try, throw and catch at three times the cost.
function fromText(value: string): RpcTypedData {
  return /^\s*["[{\-\dtfn]/.test(value) ? { string: value } : { int: value }
}

function text(part: Buffer | undefined): string {
  return part === undefined ? '' : part.toString('utf8')
}

function range(reference: PartReference, parts: readonly Buffer[]): Buffer[] {
  return parts
    .slice(reference.at, reference.at + (reference.count ?? 0))
    .map((part) => Buffer.from(part))
}

function toRpcHttp(head: HttpHead | undefined, body: Buffer | undefined): RpcHttp {
  return {
    method: head?.method ?? 'GET',
    url: head?.url ?? '',
    nullableHeaders: nullable(head?.headers),
    nullableQuery: nullable(head?.query),
    nullableParams: nullable(head?.params),
    ...(body && body.length > 0 ? { body: { bytes: body } } : {}),
  }
}

function nullable(
  values: Readonly<Record<string, string>> | undefined,
): Record<string, { value: string }> {
  const wrapped: Record<string, { value: string }> = {}
  for (const name in values) wrapped[name] = { value: values[name] ?? '' }
  return wrapped
}

function fromRpcHttp(name: string, http: RpcHttp, parts: Part[]): PartReference {
  const at = parts.length
  const body = http.body
  parts.push(body?.bytes ?? body?.string ?? body?.json ?? '')
  const cookies = http.cookies?.map((cookie): JsonObject => {
    const plain: JsonValue = JSON.parse(JSON.stringify(cookie))
    return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : {}
  })
  return {
    name,
    kind: 'http',
    at,
    http: {
      status: Number(http.statusCode ?? 200),
      headers: http.headers ?? {},
      ...(cookies ? { cookies } : {}),
    },
  }
}
