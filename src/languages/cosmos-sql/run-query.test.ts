import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, type JsonValue } from '../../base/json.ts'
import { compileQuery } from './compile.ts'
import { CosmosSqlError } from './cosmos-sql-error.ts'
import { heapRowsMax, resultPageRows, workSliceMs } from './limits.ts'

test('a query over 100,000 documents rests between slices of work', async () => {
  const queries = [
    'SELECT * FROM c WHERE c.n = -1',
    'SELECT VALUE c.n FROM c ORDER BY c.n',
    'SELECT c["group"], COUNT(1) AS n FROM c GROUP BY c["group"]',
    'SELECT VALUE COUNT(1) FROM c JOIN a IN c.tags JOIN b IN c.tags',
  ]
  for (const text of queries) {
    const longest = await longestSliceMs(text, 100_000)
    // Other work of this machine counts too, so the bound is far above a slice.
    assert.ok(longest < workSliceMs + 60, `${text}: ${longest} ms`)
  }
})

test('one document with a huge cross product does not hold up the others', async () => {
  const numbers = Array.from({ length: 700 }, (_, index) => index)
  let rests = 0
  const query = compileQuery('SELECT VALUE COUNT(1) FROM c JOIN a IN c.x JOIN b IN c.x', {
    pause: async () => {
      rests += 1
    },
  })
  const given: JsonValue[] = []
  for await (const page of query.run(pagesOf([{ x: numbers }]))) given.push(...page)
  assert.deepEqual(given, [490_000])
  assert.ok(rests > 0)
})

test('subqueries that multiply are stopped', async () => {
  const x = Array.from({ length: 100 }, (_, index) => index)
  const text = 'SELECT VALUE ARRAY(SELECT VALUE 1 FROM a IN c.x JOIN b IN c.x JOIN d IN c.x) FROM c'
  await assert.rejects(results(text, [{ x }]), (error: unknown) => {
    return error instanceof CosmosSqlError && error.code === 'SC9014'
  })
})

test('no page is read after LIMIT is reached, and the source is closed', async () => {
  let [pages, closed] = [0, false]
  async function* endless(): AsyncGenerator<readonly JsonValue[]> {
    try {
      for (;;) {
        pages += 1
        yield [{ n: pages }, { n: -pages }]
      }
    } finally {
      closed = true
    }
  }
  const given: JsonValue[] = []
  const query = compileQuery('SELECT VALUE c.n FROM c WHERE c.n > 0 OFFSET 1 LIMIT 2')
  for await (const page of query.run(endless())) given.push(...page)
  assert.deepEqual(given, [2, 3])
  assert.equal(pages, 3)
  assert.ok(closed)
})

test('a query without FROM does not read the container', async () => {
  async function* unread(): AsyncGenerator<readonly JsonValue[]> {
    assert.fail('read')
    yield []
  }
  for await (const page of compileQuery('SELECT 1 AS one').run(unread())) {
    assert.deepEqual(page, [{ one: 1 }])
  }
})

test('results come in pages of bounded size', async () => {
  const sizes: number[] = []
  const query = compileQuery('SELECT VALUE n FROM c JOIN n IN c.numbers')
  const numbers = Array.from({ length: 2 * resultPageRows + 1 }, (_, index) => index)
  for await (const page of query.run(pagesOf([{ numbers }]))) sizes.push(page.length)
  assert.deepEqual(sizes, [resultPageRows, resultPageRows, 1])
})

test('ORDER BY gives the same with a heap, with sorted runs, and as sorting all would', async () => {
  const documents = Array.from({ length: 25_000 }, (_, index) => ({
    n: (index * 7_919) % 1_009,
    index,
  }))
  const expected = documents
    .toSorted((left, right) => right.n - left.n || left.index - right.index)
    .map(({ index }) => index)
  const text = 'SELECT VALUE c.index FROM c ORDER BY c.n DESC'
  assert.deepEqual(await results(text, documents), expected)
  for (const [offset, limit] of [
    [0, 10],
    [990, 20],
    [0, heapRowsMax],
    [5, heapRowsMax],
    [24_990, 100],
  ] as const) {
    const paged = await results(`${text} OFFSET ${offset} LIMIT ${limit}`, documents)
    assert.deepEqual(paged, expected.slice(offset, offset + limit))
  }
})

test('ORDER BY with a limit projects only rows that may be among the first', async () => {
  let projected = 0
  const query = compileQuery('SELECT TOP 3 VALUE udf.count(c.n) FROM c ORDER BY c.n', {
    udfs: {
      count: (value) => {
        projected += 1
        return value
      },
    },
  })
  const documents = Array.from({ length: 1_000 }, (_, n) => ({ n }))
  const given: JsonValue[] = []
  for await (const page of query.run(pagesOf(documents))) given.push(...page)
  assert.deepEqual(given, [0, 1, 2])
  assert.equal(projected, 3)
})

test('rows whose value is undefined take no place among the first', async () => {
  const documents = [{ n: 1 }, { n: 2, v: 'b' }, { n: 3, v: 'c' }, { n: 0 }]
  const text = 'SELECT TOP 2 VALUE c.v FROM c ORDER BY c.n'
  assert.deepEqual(await results(text, documents), ['b', 'c'])
})

async function longestSliceMs(text: string, count: number): Promise<number> {
  let [longest, last] = [0, performance.now()]
  const query = compileQuery(text, {
    pause: async () => {
      longest = Math.max(longest, performance.now() - last)
      await new Promise((resolve) => setImmediate(resolve))
      last = performance.now()
    },
  })
  async function* source(): AsyncGenerator<readonly JsonValue[]> {
    for (let start = 0; start < count; start += 1_000) {
      yield Array.from({ length: 1_000 }, (_, index) => documentOf(start + index))
    }
  }
  for await (const page of query.run(source())) assert.ok(page.length > 0)
  return longest
}

function documentOf(index: number): JsonValue {
  return { n: (index * 7_919) % 100_003, group: `g${index % 50}`, tags: ['a', 'b'] }
}

async function results(text: string, documents: readonly JsonValue[]): Promise<JsonValue[]> {
  const given: JsonValue[] = []
  for await (const page of compileQuery(text).run(pagesOf(documents))) given.push(...page)
  return given
}

async function* pagesOf(documents: readonly JsonValue[]): AsyncGenerator<readonly JsonValue[]> {
  for (let start = 0; start < documents.length; start += 1_000) {
    const page = documents.slice(start, start + 1_000)
    assert.ok(page.every(isJsonObject))
    yield page
  }
}
