import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TriggerOperation, TriggerType, type Container } from '@azure/cosmos'
import { openCosmos, refusal } from './cosmos-client.ts'

async function ids(container: Container): Promise<unknown[]> {
  return (await container.items.query('SELECT VALUE c.id FROM c ORDER BY c.id').fetchAll())
    .resources
}

/** Writes items until one is not accepted, and says how many there are then. */
const bulkImport = `function bulkImport(docs) {
  const collection = getContext().getCollection()
  let count = 0
  next()
  function next() {
    if (count === docs.length) return count_all()
    const accepted = collection.createDocument(collection.getSelfLink(), docs[count], (error) => {
      if (error) throw error
      count += 1
      next()
    })
    if (!accepted) getContext().getResponse().setBody({ count })
  }
  function count_all() {
    collection.queryDocuments(collection.getSelfLink(), 'SELECT VALUE COUNT(1) FROM c', {}, (error, rows) => {
      if (error) throw error
      console.log('imported ' + count)
      getContext().getResponse().setBody({ count, total: rows[0] })
    })
  }
}`

test('a stored procedure works on its partition, all or nothing', async (t) => {
  const { container } = await openCosmos(t)
  await container.items.create({ id: '0', pk: 'a' })
  await container.items.create({ id: '0', pk: 'b' })
  const { storedProcedure } = await container.scripts.storedProcedures.create({
    id: 'bulkImport',
    body: bulkImport,
  })
  const documents = [
    { id: '1', pk: 'a' },
    { id: '2', pk: 'a' },
  ]
  const done = await storedProcedure.execute('a', [documents], { enableScriptLogging: true })
  assert.deepEqual(done.resource, { count: 2, total: 3 })
  assert.equal(done.headers['x-ms-documentdb-script-log-results'], 'imported%202')
  const failed = storedProcedure.execute('a', [
    [
      { id: '3', pk: 'a' },
      { id: '1', pk: 'a' },
    ],
  ])
  assert.match((await refusal(failed)).message, /Encountered exception.*already exists/)
  const elsewhere = storedProcedure.execute('a', [[{ id: '4', pk: 'b' }]])
  assert.equal((await refusal(elsewhere)).code, 400)
  assert.deepEqual(await ids(container), ['0', '0', '1', '2'])
})

test('a stored procedure reads, replaces and deletes by the links that it is given', async (t) => {
  const { container } = await openCosmos(t)
  for (const id of ['1', '2']) await container.items.create({ id, pk: 'a', total: 1 })
  await container.scripts.storedProcedures.create({
    id: 'move',
    body: `function (from, to) {
      const collection = getContext().getCollection()
      const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: from }] }
      collection.queryDocuments(collection.getSelfLink(), query, (error, [item]) => {
        item.total += 10
        collection.replaceDocument(item._self, item, { etag: item._etag }, (error, replaced) => {
          if (error) throw error
          collection.deleteDocument(collection.getAltLink() + '/docs/' + to, (error) => {
            if (error) throw error
            getContext().getResponse().setBody(replaced.total)
          })
        })
      })
    }`,
  })
  const { resource } = await container.scripts.storedProcedure('move').execute('a', ['1', '2'])
  assert.equal(resource, 11)
  assert.deepEqual(await ids(container), ['1'])
})

test('a script has no way out, no endless time and no endless memory', async (t) => {
  const { container } = await openCosmos(t)
  let runs = 0
  const run = async (body: string): Promise<{ code: number; message: string }> => {
    runs += 1
    const { storedProcedure } = await container.scripts.storedProcedures.create({
      id: `hostile${runs}`,
      body,
    })
    return refusal(storedProcedure.execute('a', []))
  }
  for (const name of [
    'process',
    'require',
    'fetch',
    'globalThis.constructor.constructor("return process")()',
  ]) {
    assert.match((await run(`function () { ${name}.x }`)).message, /Exception = /)
  }
  const endless = run('function () { for (;;) {} }')
  const began = Date.now()
  await container.items.create({ id: '1', pk: 'a' })
  assert.ok(Date.now() - began < 3_000, 'others are served meanwhile')
  assert.equal((await endless).code, 408)
  const memory = await run(
    'function () { const all = []; for (;;) all.push(new Array(100000).fill(1)) }',
  )
  assert.equal(memory.code, 400)
  assert.equal((await run('function () {')).code, 400)
  assert.equal((await run(`function () { return ${'['.repeat(100_000)} }`)).code, 400)
})

test('triggers run before and after a write, in its transaction', async (t) => {
  const { container } = await openCosmos(t)
  const { triggers } = container.scripts
  await triggers.create({
    id: 'stamp',
    triggerType: TriggerType.Pre,
    triggerOperation: TriggerOperation.All,
    body: `function () {
      const request = getContext().getRequest()
      const item = request.getBody()
      item.stamped = request.getOperationType()
      request.setBody(item)
    }`,
  })
  await triggers.create({
    id: 'count',
    triggerType: TriggerType.Post,
    triggerOperation: TriggerOperation.Create,
    body: `function () {
      const collection = getContext().getCollection()
      const { id, pk } = getContext().getResponse().getBody()
      if (id === 'bad') throw new Error('not that one')
      collection.upsertDocument(collection.getSelfLink(), { id: 'log', pk, last: id })
    }`,
  })
  const options = { preTriggerInclude: ['stamp'], postTriggerInclude: ['count'] }
  const created = await container.items.create({ id: '1', pk: 'a' }, options)
  assert.equal(created.statusCode, 201)
  assert.equal(
    Object.entries(created.resource ?? {}).find(([key]) => key === 'stamped')?.[1],
    'Create',
  )
  assert.equal((await container.item('log', 'a').read()).resource.last, '1')
  assert.match(
    (await refusal(container.items.create({ id: 'bad', pk: 'a' }, options))).message,
    /not that one/,
  )
  assert.equal((await container.item('bad', 'a').read()).statusCode, 404)
  const wrong = container.items.upsert({ id: '2', pk: 'a' }, { preTriggerInclude: ['count'] })
  assert.equal((await refusal(wrong)).code, 400)
  assert.equal((await triggers.readAll().fetchAll()).resources.length, 2)
  assert.equal((await triggers.query({ query: 'SELECT * FROM t' }).fetchAll()).resources.length, 2)
  assert.equal((await container.scripts.trigger('stamp').read()).resource?.triggerType, 'Pre')
  await container.scripts.trigger('stamp').replace({
    id: 'stamp',
    triggerType: TriggerType.Pre,
    triggerOperation: TriggerOperation.Create,
    body: 'function () {}',
  })
  await container.scripts.trigger('stamp').delete()
})

test('queries call user-defined functions', async (t) => {
  const { container } = await openCosmos(t)
  for (const price of [5, 50]) await container.items.create({ id: `${price}`, pk: 'a', price })
  const { userDefinedFunctions } = container.scripts
  await userDefinedFunctions.create({
    id: 'tax',
    body: 'function tax(price) { return price === undefined ? undefined : rate(price) } function rate(price) { return price * 0.1 }',
  })
  for (const options of [{}, { forceQueryPlan: true }]) {
    const query =
      'SELECT VALUE udf.tax(c.price) FROM c WHERE udf.tax(c.price) > 1 OR udf.tax(c.none) > 0'
    assert.deepEqual((await container.items.query(query, options).fetchAll()).resources, [5])
  }
  await userDefinedFunctions.create({ id: 'endless', body: 'function () { for (;;) {} }' })
  const endless = container.items.query('SELECT udf.endless() FROM c').fetchAll()
  assert.match((await refusal(endless)).message, /took longer than a function may/)
  const unknown = container.items.query('SELECT udf.none() FROM c').fetchAll()
  assert.equal((await refusal(unknown)).code, 400)
  assert.equal((await userDefinedFunctions.readAll().fetchAll()).resources.length, 2)
  assert.equal(
    (await userDefinedFunctions.query({ query: 'SELECT * FROM f' }).fetchAll()).resources.length,
    2,
  )
  const tax = container.scripts.userDefinedFunction('tax')
  assert.equal((await tax.read()).resource?.id, 'tax')
  await tax.replace({ id: 'tax', body: 'function () { return 1 }' })
  await tax.delete()
})

test('stored procedures are listed, queried, replaced and deleted', async (t) => {
  const { container } = await openCosmos(t)
  const { storedProcedures } = container.scripts
  await storedProcedures.create({ id: 'one', body: 'function () {}' })
  await storedProcedures.create({ id: 'two', body: 'function () {}' })
  assert.equal((await storedProcedures.readAll().fetchAll()).resources.length, 2)
  const query = { query: 'SELECT * FROM s WHERE s.id = "two"' }
  assert.equal((await storedProcedures.query(query).fetchAll()).resources.length, 1)
  const one = container.scripts.storedProcedure('one')
  assert.equal((await one.execute('a', [])).resource, '')
  await one.replace({ id: 'one', body: 'function () { getContext().getResponse().setBody([1]) }' })
  assert.deepEqual((await one.execute('a', [])).resource, [1])
  assert.match(String((await one.read()).resource?.body), /setBody/)
  await one.delete()
  assert.equal((await refusal(one.execute('a', []))).code, 404)
})
