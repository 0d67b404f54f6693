import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { Ports } from './ports.ts'

/** A port that is in use until the test ends. */
async function busyPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert(typeof address === 'object' && address)
  return address.port
}

function newPorts(first?: number): { ports: Ports; said: string[] } {
  const said: string[] = []
  const chosen = first === undefined ? {} : { first }
  const ports = new Ports({ host: '127.0.0.1', say: (line) => said.push(line), ...chosen })
  return { ports, said }
}

test('a busy default port falls back to a free one with one line', async (t) => {
  const busy = await busyPort(t)
  const { ports, said } = newPorts()
  assert.equal(await ports.take('console', busy), 0)
  assert.deepEqual(said, [`port ${busy} is in use: console gets a free one`])
})

test('a busy port that was asked for is a fault', async (t) => {
  const busy = await busyPort(t)
  const { ports } = newPorts(busy)
  await assert.rejects(ports.take('console', 7070), /^Error: port \d+ \(console\) is in use/)
})

test('0 means free ports, and nothing is said', async (t) => {
  const busy = await busyPort(t)
  const { ports, said } = newPorts(0)
  assert.equal(await ports.take('console', busy), 0)
  assert.deepEqual(said, [])
})

test('ports beyond the last one are a fault that says what to do', async () => {
  const { ports } = newPorts(65_536)
  await assert.rejects(ports.take('console', 7070), /no port 65536 for console.*--port/)
})
