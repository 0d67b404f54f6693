import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ServiceError } from '../../../base/errors.ts'
import { newTrace } from '../../../base/trace-context.ts'
import type { Container } from '../container.ts'
import { newContainer, startCosmos, type CosmosFixture } from '../container-fixture.ts'

async function arrange(t: TestContext): Promise<CosmosFixture & { container: Container }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return { ...fixture, container: await newContainer(fixture.database) }
}

function execute(container: Container, id: string, parameters: string[] = []) {
  const partition = container.partitionKey.partitionOf('a')
  return container.parts.scripts.executeProcedure(container, { id, partition, parameters })
}

test('what a stored procedure writes continues the trace of its caller', async (t) => {
  const { container, spans } = await arrange(t)
  await container.scripts('sprocs').create({
    id: 'write',
    body: `function () {
      const collection = getContext().getCollection()
      collection.createDocument(collection.getSelfLink(), { id: '1', pk: 'a' })
    }`,
  })
  const trace = newTrace()
  const partition = container.partitionKey.partitionOf('a')
  const { scripts } = container.parts
  await scripts.executeProcedure(container, { id: 'write', partition, parameters: [], trace })
  const span = spans.find(({ operation }) => operation === 'execute write')
  assert.equal(span?.parentSpanId, trace.spanId)
  const from = 'beginning'
  const range = { slots: { from: 0, to: 65_536 } }
  const { items } = await container.readChanges({ range, from, limit: 10 })
  assert.match(items[0]?.trace ?? '', new RegExp(trace.traceId))
})

test('a script whose callback has no error handling fails as a whole', async (t) => {
  const { container } = await arrange(t)
  await container.scripts('sprocs').create({
    id: 'twice',
    body: `function () {
      const collection = getContext().getCollection()
      for (let times = 0; times < 2; times += 1) {
        collection.createDocument(collection.getSelfLink(), { id: '1', pk: 'a' })
      }
    }`,
  })
  await assert.rejects(execute(container, 'twice'), { code: 'BadRequest', status: 400 })
  assert.equal(await container.countItems(), 0)
})

test('scripts that change the same item come one after the other', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'count', pk: 'a', value: 0 })
  await container.scripts('sprocs').create({
    id: 'increment',
    body: `function (id) {
      const collection = getContext().getCollection()
      collection.readDocument(collection.getAltLink() + '/docs/' + id, (error, item) => {
        item.value += 1
        collection.replaceDocument(item._self, item)
      })
    }`,
  })
  await Promise.all([1, 2, 3].map(() => execute(container, 'increment', ['count'])))
  assert.equal((await container.readItem('count', 'a')).item['value'], 3)
})

test('a run that is going on when the service stops is not done', async (t) => {
  const { container } = await arrange(t)
  await container.scripts('sprocs').create({ id: 'endless', body: 'function () { for (;;) {} }' })
  const run = assert.rejects(execute(container, 'endless'), { code: 'BadRequest' })
  await container.parts.store.countDocuments(container.collection)
  await container.parts.scripts.stop()
  await run
})

test('a script that bends its engine harms only itself', async (t) => {
  const { container } = await arrange(t)
  const bodies = [
    `function () { JSON.stringify = () => 'nonsense' }`,
    `function () { JSON.stringify = () => '{"calls":[{"call":1,"operation":"drop","link":7}]}' }`,
    `function () { Array.prototype.splice = () => [{ call: 'x' }] }`,
    `function () { JSON.parse = () => { throw 1 }; Object.prototype.body = 1 }`,
    `function () { throw undefined }`,
    `function () { throw { number: 1 } }`,
    `async function () { await null; for (;;) {} }`,
  ]
  for (const [at, body] of bodies.entries()) {
    await container.scripts('sprocs').create({ id: `${at}`, body })
    await execute(container, `${at}`).catch((error: unknown) => {
      assert.ok(error instanceof ServiceError, String(error))
      assert.ok(error.status === 400 || error.status === 408)
    })
  }
  await container.scripts('sprocs').create({ id: 'good', body: 'function () {}' })
  assert.equal((await execute(container, 'good')).response, '')
})

test('scripts filter, sort and change items by the query API', async (t) => {
  const { container } = await arrange(t)
  for (const [id, price] of [
    ['1', 30],
    ['2', 10],
    ['3', 20],
  ] as const) {
    await container.createItem({ id, pk: 'a', price, tags: [id, 'x'] })
  }
  await container.createItem({ id: '4', pk: 'b', price: 1 })
  const bodies: Readonly<Record<string, unknown>> = {
    'function () { __.filter((item) => item.price > 15, (error, items) => __.response.setBody(items.length)) }': 2,
    "function () { __.pluck('price') }": [30, 10, 20],
    'function () { __.map((item) => item.id) }': ['1', '2', '3'],
    'function () { __.chain().filter((item) => item.price < 25).sortBy((item) => item.price).map((item) => item.id).value() }':
      ['2', '3'],
    'function () { __.chain().sortByDescending((item) => item.price).pluck("tags").flatten().value() }':
      ['1', 'x', '3', 'x', '2', 'x'],
  }
  for (const [at, [body, expected]] of Object.entries(bodies).entries()) {
    await container.scripts('sprocs').create({ id: `${at}`, body })
    assert.deepEqual((await execute(container, `${at}`)).response, expected, body)
  }
})
