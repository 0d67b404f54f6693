import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { newContainer, startCosmos } from './container-fixture.ts'
import type { Container } from './container.ts'
import { PartitionKey } from './partition-key.ts'
import { applyPatch, parsePatch } from './patch.ts'

const partitionKey = new PartitionKey({ paths: ['/pk'], kind: 'Hash', version: 2 })
const item = { id: 'a', pk: 'p', n: 1, tags: ['x', 'y'], address: { city: 'Oslo' } }

function patched(...operations: JsonValue[]): JsonObject {
  return applyPatch(item, parsePatch(operations, partitionKey))
}

test('add creates or replaces a property and inserts into an array', () => {
  assert.equal(patched({ op: 'add', path: '/new', value: 1 })['new'], 1)
  assert.equal(patched({ op: 'add', path: '/n', value: 2 })['n'], 2)
  assert.deepEqual(patched({ op: 'add', path: '/tags/1', value: 'z' })['tags'], ['x', 'z', 'y'])
  assert.deepEqual(patched({ op: 'add', path: '/tags/-', value: 'z' })['tags'], ['x', 'y', 'z'])
  assert.deepEqual(patched({ op: 'add', path: '/tags/2', value: 'z' })['tags'], ['x', 'y', 'z'])
  assert.deepEqual(patched({ op: 'add', path: '/address/zip', value: null })['address'], {
    city: 'Oslo',
    zip: null,
  })
})

test('set replaces an element of an array where add inserts one', () => {
  assert.deepEqual(patched({ op: 'set', path: '/tags/0', value: 'z' })['tags'], ['z', 'y'])
  assert.deepEqual(patched({ op: 'Set', path: '/tags/-', value: 'z' })['tags'], ['x', 'y', 'z'])
  assert.equal(patched({ op: 'set', path: '/new', value: false })['new'], false)
})

test('incr adds to a number and creates an absent one', () => {
  assert.equal(patched({ op: 'incr', path: '/n', value: 2.5 })['n'], 3.5)
  assert.equal(patched({ op: 'incr', path: '/count', value: -3 })['count'], -3)
})

test('move takes the value away from where it was', () => {
  const moved = patched({ op: 'move', from: '/address/city', path: '/city' })
  assert.deepEqual([moved['city'], moved['address']], ['Oslo', {}])
  const within = patched({ op: 'move', from: '/tags/0', path: '/tags/-' })
  assert.deepEqual(within['tags'], ['y', 'x'])
})

test('operations see what those before them did, and the given item stays as it is', () => {
  const result = patched(
    { op: 'add', path: '/list', value: [] },
    { op: 'add', path: '/list/-', value: 1 },
    { op: 'remove', path: '/tags/0' },
    { op: 'replace', path: '/tags/0', value: 'only' },
  )
  assert.deepEqual([result['list'], result['tags']], [[1], ['only']])
  assert.deepEqual(item.tags, ['x', 'y'])
})

test('a property named like a member of every object is data', () => {
  const result = patched({ op: 'set', path: '/__proto__', value: { polluted: true } })
  assert.equal(JSON.stringify(result).includes('polluted'), true)
  assert.equal('polluted' in {}, false)
  assert.throws(() => patched({ op: 'replace', path: '/constructor', value: 1 }), { status: 400 })
})

for (const [reason, operations, message] of [
  [
    'replaces what is absent',
    [{ op: 'replace', path: '/x', value: 1 }],
    /to be replaced is absent/,
  ],
  ['removes what is absent', [{ op: 'remove', path: '/x' }], /to be removed is absent/],
  ['removes an absent element', [{ op: 'remove', path: '/tags/2' }], /to be removed is absent/],
  ['moves what is absent', [{ op: 'move', from: '/x', path: '/y' }], /to be removed is absent/],
  ['adds beyond an array', [{ op: 'add', path: '/tags/3', value: 1 }], /out of array bounds/],
  ['adds below what is absent', [{ op: 'add', path: '/x/y', value: 1 }], /no path found beyond/],
  ['adds below a text', [{ op: 'add', path: '/id2/y', value: 1 }], /no path found beyond/],
  ['increments a text', [{ op: 'incr', path: '/address/city', value: 1 }], /is not a number/],
  ['increments by a text', [{ op: 'incr', path: '/n', value: '1' }], /check syntax/],
  ['has no value', [{ op: 'set', path: '/n' }], /check syntax/],
  ['has an unknown operation', [{ op: 'test', path: '/n', value: 1 }], /check syntax/],
  ['has no slash in its path', [{ op: 'set', path: 'n', value: 1 }], /check syntax/],
  ['is empty', [], /check syntax/],
  ['moves into itself', [{ op: 'move', from: '/address', path: '/address/x' }], /check syntax/],
  ['changes the id', [{ op: 'set', path: '/id', value: 'b' }], /system property 'id'/],
  ['changes a system property', [{ op: 'set', path: '/_ts', value: 1 }], /system property '_ts'/],
  ['changes the partition key', [{ op: 'set', path: '/pk', value: 1 }], /partition key/],
  [
    'has more than 10 operations',
    Array.from({ length: 11 }, () => ({ op: 'incr', path: '/n', value: 1 })),
    /can't exceed 10/,
  ],
] as const) {
  test(`a patch that ${reason} is refused`, () => {
    assert.throws(() => patched(...operations), { code: 'BadRequest', status: 400, message })
  })
}

async function arrange(t: TestContext): Promise<Container> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return newContainer(fixture.database)
}

test('a patch is written when its condition holds', async (t) => {
  const container = await arrange(t)
  await container.createItem(item)
  const key = { id: 'a', partitionKey: 'p' }
  const operations = [{ op: 'incr', path: '/n', value: -1 }]
  const condition = 'FROM c WHERE c.n > 0'
  const result = await container.patchItem(key, { operations, condition })
  assert.deepEqual([result.statusCode, result.item['n']], [200, 0])
  await assert.rejects(container.patchItem(key, { operations, condition }), {
    code: 'PreconditionFailed',
    status: 412,
  })
  await assert.rejects(container.patchItem(key, { operations, condition: 'FROM c WHERE' }), {
    code: 'BadRequest',
  })
  await assert.rejects(container.patchItem(key, { operations }, { ifMatch: '"old"' }), {
    status: 412,
  })
  await assert.rejects(container.patchItem({ id: 'b', partitionKey: 'p' }, { operations }), {
    code: 'NotFound',
  })
})

test('patches at the same time all count', async (t) => {
  const container = await arrange(t)
  await container.createItem(item)
  const operations = [{ op: 'incr', path: '/n', value: 1 }]
  const key = { id: 'a', partitionKey: 'p' }
  await Promise.all(Array.from({ length: 15 }, () => container.patchItem(key, { operations })))
  assert.equal((await container.readItem('a', 'p')).item['n'], 16)
})
