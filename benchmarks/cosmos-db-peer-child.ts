/** `@vercel/cosmosdb-server` in a process of its own, over plain HTTP; it keeps everything in memory only. */
import { createRequire } from 'node:module'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { answerParent } from './child-program.ts'

interface Peer {
  createHttpServer(options: { readonly keepAlive: boolean }): Server
}

answerParent(async (question) => {
  const folder = typeof question['folder'] === 'string' ? question['folder'] : ''
  const load = createRequire(join(folder, 'package.json'))
  const peer: Peer = load('@vercel/cosmosdb-server')
  const server = peer.createHttpServer({ keepAlive: question['keepAlive'] === true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { endpoint: `http://127.0.0.1:${port}` }
})
