/** The floor of a gateway: `node:http` and an `undici` pool, which pass on what comes and look at none of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'
import { stringMember } from '../src/base/json.ts'
import { answerParent } from './child-program.ts'
import { listen } from './loopback.ts'

const connections = 256

answerParent(async (question) => {
  const pool = new Pool(stringMember(question, 'upstream') ?? '', { connections, pipelining: 1 })
  return { port: await listen(createServer((request, response) => pass(pool, request, response))) }
})

function pass(pool: Pool, request: IncomingMessage, response: ServerResponse): void {
  const { connection: _, ...headers } = request.headers
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  pool
    .request({
      path: request.url ?? '/',
      method: request.method ?? 'GET',
      headers,
      body: hasBody ? request : null,
    })
    .then((answer) => {
      const { connection: _hop, 'keep-alive': _life, ...kept } = answer.headers
      response.writeHead(answer.statusCode, kept)
      answer.body.pipe(response)
    })
    .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
}
