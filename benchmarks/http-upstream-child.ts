/** What the proxies stand before: answers every request with the same small JSON document. */
import { createServer } from 'node:http'
import { answerParent } from './child-program.ts'
import { listen } from './loopback.ts'

const body = Buffer.from(JSON.stringify({ id: 'order-1', note: 'x'.repeat(480) }))

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})

answerParent(async () => ({ port: await listen(server) }))
