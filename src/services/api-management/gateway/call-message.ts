import { STATUS_CODES } from 'node:http'
import type { JsonValue } from '../../../base/json.ts'
import type { PolicyResponse } from '../../../languages/csharp/policy-context.ts'
import type { CallRequest, CallResponse, GatewayCall } from './gateway-call.ts'
import { HeaderList } from './header-list.ts'
import { MessageBody } from './message-body.ts'

/** The message a section works on: the request until the backend was called, then the response. */
export function messageOfSection(call: GatewayCall): CallRequest | CallResponse {
  if (call.section === 'inbound' || call.section === 'backend') return call.request
  return responseOf(call)
}

/** The response; an empty one is made where there is none yet. */
export function responseOf(call: GatewayCall): CallResponse {
  call.response ??= newResponse(200)
  return call.response
}

export function newResponse(status: number): CallResponse {
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    headers: new HeaderList(),
    body: MessageBody.none(),
  }
}

export function jsonResponse(value: JsonValue): CallResponse {
  const response = newResponse(200)
  response.headers.set('Content-Type', ['application/json'])
  response.body = MessageBody.of(JSON.stringify(value))
  return response
}

/** The response that `send-request` stored, or `undefined` when the variable holds none. */
export function responseIn(call: GatewayCall, variable: string): PolicyResponse | undefined {
  const value = call.variables.get(variable)
  return isPolicyResponse(value) ? value : undefined
}

/** A response of its own to change, with the headers and the body of another. */
export function copyOfResponse(response: PolicyResponse): CallResponse {
  const headers = new HeaderList()
  for (const [name, values] of response.headers) {
    if (!/^(content-length|transfer-encoding|connection|keep-alive)$/i.test(name)) {
      headers.set(name, values)
    }
  }
  const bytes = response.body?.read({ preserveContent: true })
  return {
    status: response.statusCode,
    reason: response.statusReason,
    headers,
    body: bytes ? MessageBody.of(bytes) : MessageBody.none(),
  }
}

function isPolicyResponse(value: unknown): value is PolicyResponse {
  return (
    typeof value === 'object' &&
    value !== null &&
    'typeName' in value &&
    value.typeName === 'IResponse'
  )
}
