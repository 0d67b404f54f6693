import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { preloadArguments } from './preload-arguments.ts'

/** Runs a program in a child process whose file of host names serves `api.example.test` by a server of this test. */
async function runWithHosts(t: TestContext, program: string): Promise<string> {
  const server = createServer((request, response) => response.end(request.headers.host))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const dir = mkdtempSync(join(tmpdir(), 'interline hosts-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'hosts.json')
  writeFileSync(
    file,
    JSON.stringify({ ca: '', hosts: { 'api.example.test': { 80: address.port } } }),
  )
  const forked = join(dir, 'forked.mjs')
  writeFileSync(
    forked,
    "process.send(await (await fetch('http://api.example.test/forked')).text()); process.disconnect()",
  )
  const args = [...preloadArguments(file), '--input-type=module', '-e', program, forked]
  const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  return output.trim()
}

test('a mapped name leads to this machine, by fetch, sockets and worker threads', async (t) => {
  const program = `
    import { connect, createConnection, Socket } from 'node:net'
    import { lookup } from 'node:dns'
    import { Worker } from 'node:worker_threads'
    const told = [await (await fetch('http://API.example.test/')).text()]
    const reached = (socket) => new Promise((done) => {
      socket.on('connect', () => { done(socket.remoteAddress); socket.destroy() })
      socket.on('error', (error) => done(error.code))
    })
    told.push(await reached(connect(80, 'api.example.test')))
    told.push(await reached(createConnection({ port: '80', host: 'api.example.test.', family: 6 })))
    told.push(await reached(new Socket().connect(80, 'api.example.test', () => {})))
    told.push(await new Promise((done) => lookup('api.example.test', { all: true }, (_, found) => done(found[0].address))))
    const code = "fetch('http://api.example.test').then((a) => a.text()).then(async (text) => (await import('node:worker_threads')).parentPort.postMessage(text))"
    told.push(await new Promise((done) => new Worker(code, { eval: true, env: {} }).once('message', done)))
    console.log(told.join(' '))`
  assert.equal(
    await runWithHosts(t, program),
    'api.example.test 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 api.example.test',
  )
})

test('a Node program that is forked with nothing in its environment knows the names too', async (t) => {
  const program = `
    import { fork } from 'node:child_process'
    const execArgv = process.execArgv.filter((each) => /^--(?:require|import)=/.test(each))
    const child = fork(process.argv[1], { env: {}, execArgv })
    console.log(await new Promise((done) => child.once('message', done)))`
  assert.equal(await runWithHosts(t, program), 'api.example.test')
})

test('a port of a mapped name that is not served is refused, whatever listens there on this machine', async (t) => {
  const program = `
    import { connect, createServer } from 'node:net'
    const server = createServer().listen(0, '127.0.0.1', () => {
      const socket = connect(server.address().port, 'api.example.test')
      socket.on('connect', () => console.log('connected'))
      socket.on('error', ({ address }) => console.log('refused', address))
      socket.on('close', () => server.close())
    })
    setTimeout(() => process.exit(), 5_000).unref()`
  assert.equal(await runWithHosts(t, program), 'refused 127.0.0.1')
})

test('other names and addresses are left alone', async (t) => {
  const program = `
    import { connect } from 'node:net'
    import { lookup } from 'node:dns/promises'
    const { address } = await lookup('localhost', { family: 4 })
    const fault = await new Promise((done) => connect(80, 'other.example.test').on('error', done))
    console.log(address, fault.syscall, fault.hostname)`
  assert.equal(await runWithHosts(t, program), '127.0.0.1 getaddrinfo other.example.test')
})
