import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import { isJsonObject, parseJson, type JsonValue } from '../../../src/base/json.ts'
import { startForTest } from '../../test-platform.ts'

const project = 'tests/conformance/entra-id/projects/host-names'

test('code of a function app that names hosts of Azure reaches the local services', async (t) => {
  const platform = await startForTest(t, { projects: [project] })
  const url = platform.endpoints.functions['worker'] ?? ''
  const get = async (path: string): Promise<JsonValue> => {
    const answer = await fetch(`${url}/api/${path}`)
    const text = await answer.text()
    assert.equal(answer.status, 200, text)
    return parseJson(text)
  }

  await t.test('DefaultAzureCredential and SecretClient read a secret of a vault', async () => {
    assert.deepEqual(await get('secret'), {
      url: 'https://kv-host-names.vault.azure.net/',
      value: 'good morning',
      setting: 'good morning',
    })
  })

  await t.test('a user-assigned identity is chosen by its client id', async () => {
    assert.deepEqual(await get('secret-of-reader'), { value: 'good morning' })
  })

  await t.test('the management REST takes the token of the managed identity', async () => {
    assert.deepEqual(await get('named-value'), { status: 200, body: { value: '7' } })
  })

  await t.test('node:https, node:tls and dns know the names', async () => {
    const told = { byHttps: 200, byTls: true, address: '127.0.0.1' }
    assert.deepEqual(await get('configuration'), told)
  })

  await t.test('an app is reached by its own name over TLS', async () => {
    const told = await get('itself')
    assert.equal(isJsonObject(told) && told['hello'], 'world')
  })

  await t.test('worker threads of the app are no exception', async () => {
    const told = await get('thread')
    assert.equal(isJsonObject(told) && told['hello'], 'world', JSON.stringify(told))
  })

  await t.test('a name that is not served here goes to the network as ever', async () => {
    const port = await serveElsewhere(t)
    const elsewhere = encodeURIComponent(`http://localhost:${port}/`)
    assert.deepEqual(await get(`elsewhere?url=${elsewhere}`), { text: `localhost:${port}` })
  })
})

/** A server of somebody else on another address of the loopback interface; it answers with the Host that it was asked by. */
async function serveElsewhere(t: TestContext): Promise<number> {
  const server = createServer((request, response) => response.end(request.headers.host))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return address.port
}
