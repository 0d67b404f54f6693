import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest, Agent, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RealClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import { openLocalAuthority } from '../tls/local-authority.ts'
import { HttpServer } from './server.ts'

test('one port speaks TLS and plain HTTP: the first byte of a connection tells', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'interline-tls-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const { ca, server: credential } = await openLocalAuthority({ dir, clock: new RealClock() })
  const server = new HttpServer({
    port: 0,
    name: 'test',
    handler: (request, response) =>
      void response.end('encrypted' in request.socket ? 'TLS' : 'plain'),
    tls: { ...credential, alsoPlain: true },
    limits: { headersTimeoutMs: 200 },
    logger: newLogger({ level: 'silent', name: 'test' }),
  })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const textOf = (response: IncomingMessage, resolve: (text: string) => void): void =>
    void response.setEncoding('utf8').on('data', resolve)
  const options = { host: '127.0.0.1', port }
  const secure = await new Promise<string>((resolve, reject) => {
    const to = { ...options, servername: 'localhost', ca, agent: false } as const
    httpsRequest(to, (response) => textOf(response, resolve))
      .on('error', reject)
      .end()
  })
  assert.equal(secure, 'TLS')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  for (let times = 0; times < 2; times += 1) {
    const plain = await new Promise<string>((resolve, reject) => {
      httpRequest({ ...options, agent }, (response) => textOf(response, resolve))
        .on('error', reject)
        .end()
    })
    assert.equal(plain, 'plain', 'also the next request of a connection')
  }
  const silent = connect(port, '127.0.0.1')
  await new Promise((resolve) => silent.once('close', resolve))
})
