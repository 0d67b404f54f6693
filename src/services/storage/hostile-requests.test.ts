import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { signedRequest } from './rest-over-wire.ts'
import { openStorage } from './storage-fixture.ts'

async function open(t: TestContext, path = ':memory:') {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock, path })
  await fixture.storage.containers.create(fixture.account, 'con')
  const send = (
    method: string,
    target: string,
    options: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
  ) => signedRequest(fixture, { method, path: target, nowMs: clock.now() }, options)
  return { ...fixture, clock, send }
}

const blockBlob = { 'x-ms-blob-type': 'BlockBlob' }

test('a name that looks like a path leads nowhere but to its blob', async (t) => {
  const { send } = await open(t)
  for (const name of ['..%2F..%2Fetc%2Fpasswd', '%2e%2e/x', 'a/../../b', '%5c..%5cx', 'CON']) {
    const put = await send('PUT', `/con/${name}`, { headers: blockBlob, body: name })
    // The client of this test itself takes dots out of a path; what is left is a blob, or no container.
    assert.ok([201, 404, 403].includes(put.status), `${name}: ${put.status} ${put.body}`)
  }
  const bad = await send('PUT', '/con/%E0%A4%A', { headers: blockBlob, body: 'x' })
  assert.equal(bad.status, 400)
  const control = await send('PUT', '/con/a%01b', { headers: blockBlob, body: 'x' })
  assert.equal(control.headers['x-ms-error-code'], 'InvalidUri')
  const long = await send('PUT', `/con/${'x'.repeat(1_025)}`, { headers: blockBlob, body: 'x' })
  assert.equal(long.headers['x-ms-error-code'], 'InvalidUri')
})

test('XML that grows, nests or breaks off is refused', async (t) => {
  const { send } = await open(t)
  const commit = async (body: string) => {
    const answer = await send('PUT', '/con/b?comp=blocklist', { body })
    return `${answer.status} ${String(answer.headers['x-ms-error-code'])}`
  }
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><BlockList><Latest>&a;</Latest></BlockList>'
  assert.equal(await commit(bomb), '400 InvalidXmlDocument')
  assert.equal(
    await commit('<BlockList><Latest>&a;</Latest></BlockList>'),
    '400 InvalidXmlDocument',
  )
  assert.equal(await commit('<a>'.repeat(10_000)), '400 InvalidXmlDocument')
  assert.equal(await commit('<BlockList><Latest>YQ==</Latest>'), '400 InvalidXmlDocument')
  assert.equal(await commit('<Other/>'), '400 InvalidBlockList')
  const many = '<Latest>YQ==</Latest>'.repeat(50_001)
  assert.equal(await commit(`<BlockList>${many}</BlockList>`), '400 BlockListTooLong')
})

test('thousands of blocks make one blob', async (t) => {
  const { send, storage, account } = await open(t)
  const ids = Array.from({ length: 2_000 }, (_, at) =>
    Buffer.from(String(at).padStart(6, '0')).toString('base64'),
  )
  for (let from = 0; from < ids.length; from += 100) {
    await Promise.all(
      ids
        .slice(from, from + 100)
        .map((id) =>
          send('PUT', `/con/b?comp=block&blockid=${encodeURIComponent(id)}`, { body: 'x' }),
        ),
    )
  }
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join('')
  const commit = await send('PUT', '/con/b?comp=blocklist', {
    body: `<BlockList>${list}</BlockList>`,
  })
  assert.equal(commit.status, 201)
  const { record } = await storage.readBlob({ account, container: 'con', name: 'b' })
  assert.equal(record.length, 2_000)
})

test('a body that is shorter than it says leaves no blob and no file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'interline-storage-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'store.db')
  const { port, storage, account } = await open(t, path)
  await storage.containers.setPolicies(account, 'con', {
    policies: [],
    publicAccess: undefined,
    conditions: {},
  })
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(
    `PUT /${account}/con/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nx-ms-blob-type: BlockBlob\r\n\r\n`,
  )
  socket.write(Buffer.alloc(200_000, 'x'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await storage.findBlob({ account, container: 'con', name: 'cut' }), undefined)
  assert.deepEqual(filesIn(`${path}.blobs`), [])
})

test('a body whose hash is another leaves no blob', async (t) => {
  const { send, storage, account } = await open(t)
  const md5 = Buffer.alloc(16).toString('base64')
  const headers = { ...blockBlob, 'content-md5': md5 }
  const wrong = await send('PUT', '/con/b', { headers, body: 'x'.repeat(100_000) })
  assert.equal(wrong.headers['x-ms-error-code'], 'Md5Mismatch')
  const short = await send('PUT', '/con/b', {
    headers: { ...blockBlob, 'content-md5': 'eA==' },
    body: 'x',
  })
  assert.equal(short.headers['x-ms-error-code'], 'InvalidMd5')
  const crc = { ...blockBlob, 'x-ms-content-crc64': 'AAAAAAAAAAA=' }
  const other = await send('PUT', '/con/b', { headers: crc, body: '123456789' })
  assert.equal(other.headers['x-ms-error-code'], 'Crc64Mismatch')
  assert.equal(await storage.findBlob({ account, container: 'con', name: 'b' }), undefined)
})

test('headers and parameters that make no sense are refused by name', async (t) => {
  const { send } = await open(t)
  const code = async (...parts: Parameters<typeof send>) =>
    (await send(...parts)).headers['x-ms-error-code']
  const version = { 'x-ms-version': '2099-01-01' }
  assert.equal(
    await code('GET', '/con?restype=container', { headers: version }),
    'InvalidHeaderValue',
  )
  assert.equal(
    await code('GET', '/con?restype=container&comp=list&maxresults=0'),
    'InvalidQueryParameterValue',
  )
  assert.equal(
    await code('GET', '/con?restype=container&comp=list&marker=x'),
    'InvalidQueryParameterValue',
  )
  assert.equal(await code('GET', '/con/b?comp=nothing'), 'InvalidQueryParameterValue')
  assert.equal(await code('PATCH', '/con/b'), 'UnsupportedHttpVerb')
  assert.equal(await code('PUT', '/con/b', { body: 'x' }), 'MissingRequiredHeader')
  const kind = { 'x-ms-blob-type': 'Other' }
  assert.equal(await code('PUT', '/con/b', { headers: kind, body: 'x' }), 'InvalidHeaderValue')
  const key = { ...blockBlob, 'x-ms-encryption-key': 'eA==' }
  assert.equal(await code('PUT', '/con/b', { headers: key, body: 'x' }), 'FeatureNotSupported')
  const meta = { ...blockBlob, 'x-ms-meta-a-b': '1' }
  assert.equal(await code('PUT', '/con/b', { headers: meta, body: 'x' }), 'InvalidMetadata')
  const heavy = { ...blockBlob, 'x-ms-meta-a': 'x'.repeat(9_000) }
  assert.equal(await code('PUT', '/con/b', { headers: heavy, body: 'x' }), 'MetadataTooLarge')
  assert.equal(await code('GET', '/missing/b'), 'ContainerNotFound')
  assert.equal(
    (await send('GET', '/con/b', { headers: { 'x-junk': 'x'.repeat(70_000) } })).status,
    431,
  )
})

test('a request that is a quarter of an hour old is refused', async (t) => {
  const fixture = await open(t)
  const line = { method: 'GET', path: '/con?restype=container', nowMs: fixture.clock.now() }
  assert.equal((await signedRequest(fixture, line)).status, 200)
  await fixture.clock.advance(16 * 60_000)
  const old = await signedRequest(fixture, line)
  assert.equal(old.headers['x-ms-error-code'], 'AuthenticationFailed')
})

test('an answer repeats the ids of its request', async (t) => {
  const { send } = await open(t)
  const headers = { 'x-ms-client-request-id': 'mine' }
  const answer = await send('GET', '/con?restype=container', { headers })
  assert.equal(answer.headers['x-ms-client-request-id'], 'mine')
  assert.equal(answer.headers['x-ms-version'], '2023-11-03')
  assert.match(String(answer.headers['x-ms-request-id']), /^[\da-f-]{36}$/)
})

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((shard) => readdirSync(join(folder, shard)))
}
