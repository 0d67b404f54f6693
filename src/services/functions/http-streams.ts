import { request as httpRequest, Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FunctionDefinition } from './function-definition.ts'
import { toFunctionRequest, toTriggerEvent } from './http-request.ts'
import type { ServedApp } from './served-app.ts'
import { newUuid } from '../../base/ids.ts'

/** Headers that belong to one connection and are never handed on: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const hopHeaders = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
]

/**
 * HTTP streams: the library takes the request on a port of its own in the worker, so bodies pass unbuffered.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference-node#http-streams
 */
export class HttpStreams {
  readonly #agent = new Agent({ keepAlive: true })

  async stop(): Promise<void> {
    this.#agent.destroy()
  }

  /** Hands the raw request to the worker, and the invocation beside it; whichever fails ends the other. */
  async run(call: {
    served: ServedApp
    request: IncomingMessage
    response: ServerResponse
    match: {
      readonly value: FunctionDefinition
      readonly params: Readonly<Record<string, string | undefined>>
    }
  }): Promise<void> {
    const { served, request, response } = call
    const invocationId = newUuid()
    const seen = toFunctionRequest(request, Buffer.alloc(0), call.match.params)
    const aborted = new AbortController()
    const streamUrl = await served.streamUrl().catch(() => undefined)
    if (streamUrl === undefined) {
      response.writeHead(503, { 'content-length': 0, 'retry-after': '1' }).end()
      return
    }
    const answered = this.#forward(call, { streamUrl, invocationId, signal: aborted.signal })
    const event = toTriggerEvent(seen)
    const result = await served.runner.run(call.match.value, {
      ...event,
      invocationId,
      metadata: {
        Headers: { ...seen.head.headers },
        Query: { ...seen.head.query },
        ...seen.head.params,
      },
    })
    if (!result.ok) aborted.abort()
    const isAnswered = await answered
    if (isAnswered || response.headersSent) {
      if (!response.writableEnded) response.destroy()
      return
    }
    response.writeHead(500, { 'content-length': 0 }).end()
  }

  #forward(
    call: {
      served: ServedApp
      request: IncomingMessage
      response: ServerResponse
    },
    options: { streamUrl: string; invocationId: string; signal: AbortSignal },
  ): Promise<boolean> {
    const { request, response } = call
    const target = new URL(request.url ?? '/', options.streamUrl)
    const headers: NodeJS.Dict<string | string[]> = { ...request.headers }
    for (const name of hopHeaders) delete headers[name]
    headers['x-ms-invocation-id'] = options.invocationId
    headers['x-forwarded-host'] = request.headers.host ?? ''
    headers['x-forwarded-proto'] = 'http'
    return new Promise((resolve) => {
      const forwarded = httpRequest({
        agent: this.#agent,
        // The worker listens on 127.0.0.1 only, whatever name the library gives.
        host: '127.0.0.1',
        port: target.port,
        path: target.pathname + target.search,
        method: request.method ?? 'GET',
        headers,
        signal: options.signal,
      })
      forwarded.once('error', () => resolve(false))
      forwarded.once('response', (answer) => {
        copyHead(call.served, answer, response)
        pipeline(answer, response).then(
          () => resolve(true),
          () => resolve(true),
        )
      })
      pipeline(request, forwarded).catch(() => resolve(false))
    })
  }
}

function copyHead(served: ServedApp, answer: IncomingMessage, response: ServerResponse): void {
  const custom = served.folder.host.http.customHeaders
  for (const [name, value] of Object.entries(custom)) response.setHeader(name, value)
  for (const [name, value] of Object.entries(answer.headers)) {
    const isKept = !hopHeaders.includes(name) && name !== 'x-ms-invocation-id' && name !== 'date'
    if (isKept && value !== undefined) response.setHeader(name, value)
  }
  response.writeHead(answer.statusCode ?? 200)
}
