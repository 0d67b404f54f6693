import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { PolicyCertificate } from '../../../languages/csharp/policy-context.ts'
import type { CallRequest } from './gateway-call.ts'
import type { HeaderList } from './header-list.ts'
import { MessageBody, codingOf } from './message-body.ts'
import { hasBody } from './response-writer.ts'
import type { Route } from './route.ts'

/** The request of a call as its policies begin with it. */
export function newRequest(
  request: IncomingMessage,
  parts: { headers: HeaderList; route: Route },
): CallRequest {
  return {
    method: request.method ?? 'GET',
    originalUrl: parts.route.url,
    headers: parts.headers,
    body: hasBody(request)
      ? MessageBody.received(request, codingOf(parts.headers))
      : MessageBody.none(),
    ipAddress: plainAddress(request.socket.remoteAddress ?? ''),
    certificate: certificateOf(request),
    matchedParameters: parts.route.match.parameters,
  }
}

// Absent unless the listener asks callers for one.
function certificateOf({ socket }: IncomingMessage): PolicyCertificate | undefined {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return shown && { der: shown.raw }
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

/** A query without the key in it, which is for the gateway and not for the backend. */
export function withoutKey(queryString: string, name: string): string {
  if (queryString === '' || !queryString.toLowerCase().includes(name.toLowerCase()))
    return queryString
  const pairs = queryString
    .slice(1)
    .split('&')
    .filter((pair) => pair.split('=')[0]?.toLowerCase() !== name.toLowerCase())
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
