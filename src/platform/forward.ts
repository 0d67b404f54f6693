/** Nothing here survives a crash: a client whose request was not answered has to ask again. */
import { Agent, request as send } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

const agent = new Agent({ keepAlive: true })

/** Gives a request that came by TLS to the plain listener of this machine that serves its host name. */
export function forward(
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const { method = 'GET', url = '/', headers } = request
    const passed = send(
      { agent, hostname, port, method, path: url, headers: { ...headers, ...forwarded(headers) } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers)
        pipeline(answer, response).then(resolve, reject)
      },
    )
    passed.on('error', reject)
    // A client that goes away ends its call.
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
}

function forwarded({ host }: IncomingMessage['headers']): Record<string, string> {
  return { 'x-forwarded-proto': 'https', 'x-forwarded-host': host ?? '' }
}
