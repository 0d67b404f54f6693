import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonValue } from '../../base/json.ts'
import { compileQuery } from './compile.ts'
import { CosmosSqlError } from './cosmos-sql-error.ts'

test('a filter on paths and constants is pushed down, whichever side the constant is on', () => {
  const query = compileQuery(
    "SELECT * FROM c WHERE c.pk = @pk AND 5 < c.n AND c.kind IN ('a', 'b') AND c.o.x[1] BETWEEN 1 AND 2",
    { parameters: [{ name: '@pk', value: 'p' }] },
  )
  assert.deepEqual(query.pushdown.filters, [
    { path: ['pk'], operator: '=', values: ['p'] },
    { path: ['n'], operator: '>', values: [5] },
    { path: ['kind'], operator: 'in', values: ['a', 'b'] },
    { path: ['o', 'x', 1], operator: '>=', values: [1] },
    { path: ['o', 'x', 1], operator: '<=', values: [2] },
  ])
  assert.equal(query.equalityOn(['pk']), 'p')
  assert.equal(query.equalityOn(['n']), undefined)
})

test('what may be true without a condition is not pushed down', () => {
  const conditions = [
    'c.a = 1 OR c.b = 2',
    'NOT c.a = 1',
    'c.a != 1',
    'c.a NOT IN (1)',
    'c.a NOT BETWEEN 1 AND 2',
    'LOWER(c.a) = "x"',
    'c.a = c.b',
    'c.a = {x: 1}',
    'c.a < true',
    '(c.a = 1) ?? true',
    'c[@key] = 1',
  ]
  const parameters = [{ name: '@key', value: 'a' }]
  for (const condition of conditions) {
    const query = compileQuery(`SELECT * FROM c WHERE ${condition}`, { parameters })
    assert.deepEqual(query.pushdown.filters, [], condition)
  }
})

test('a filter below the alias of a path or a nested query is pushed down with its whole path', () => {
  const below = compileQuery('SELECT * FROM c.detail d WHERE d.n = 1')
  assert.deepEqual(below.pushdown.filters, [{ path: ['detail', 'n'], operator: '=', values: [1] }])
  const nested = compileQuery('SELECT * FROM (SELECT VALUE c FROM c WHERE c.n = 1) x WHERE x.m = 2')
  assert.deepEqual(nested.pushdown.filters, [{ path: ['n'], operator: '=', values: [1] }])
  const iterated = compileQuery('SELECT * FROM l IN c.lines WHERE l.n = 1')
  assert.deepEqual(iterated.pushdown.filters, [])
})

test('a limit is pushed down only when nothing else decides which documents are wanted', () => {
  const limitOf = (text: string): number | undefined => compileQuery(text).pushdown.limit
  assert.equal(limitOf('SELECT TOP 5 * FROM c'), 5)
  assert.equal(limitOf('SELECT * FROM c ORDER BY c._ts DESC OFFSET 10 LIMIT 5'), 15)
  assert.equal(limitOf('SELECT * FROM c ORDER BY c.n OFFSET 0 LIMIT 5'), undefined)
  assert.equal(limitOf('SELECT TOP 5 c.id FROM c'), 5)
  assert.equal(limitOf('SELECT TOP 5 VALUE c FROM c'), 5)
  assert.equal(limitOf('SELECT TOP 5 * FROM c WHERE c.a = 1'), undefined)
  assert.equal(limitOf('SELECT DISTINCT TOP 5 * FROM c'), undefined)
  assert.equal(limitOf('SELECT TOP 5 VALUE c.a FROM c'), undefined)
  assert.equal(limitOf('SELECT TOP 5 VALUE t FROM c JOIN t IN c.tags'), undefined)
  assert.equal(limitOf('SELECT TOP 5 * FROM x IN c.items'), undefined)
  assert.equal(limitOf('SELECT TOP 5 COUNT(1) FROM c'), undefined)
  assert.equal(limitOf('SELECT * FROM c'), undefined)
})

test('only the order of _ts is pushed down, and only when it is the single key', () => {
  const orderOf = (text: string): string | undefined => compileQuery(text).pushdown.order
  assert.equal(orderOf('SELECT * FROM c ORDER BY c._ts'), 'ascending')
  assert.equal(orderOf('SELECT * FROM c ORDER BY c["_ts"] DESC'), 'descending')
  assert.equal(orderOf('SELECT * FROM c ORDER BY c._ts, c.id'), undefined)
  assert.equal(orderOf('SELECT * FROM c ORDER BY c.a._ts'), undefined)
})

test('the plan tells what the gateway tells of a query', () => {
  const query = compileQuery('SELECT DISTINCT TOP @n VALUE c.a FROM c ORDER BY c.a DESC, c["b"]', {
    parameters: [{ name: '@n', value: 7 }],
  })
  assert.deepEqual(query.plan, {
    distinctType: 'Ordered',
    top: 7,
    offset: null,
    limit: null,
    orderBy: ['Descending', 'Ascending'],
    orderByExpressions: ['c.a', 'c["b"]'],
    groupByExpressions: [],
    aggregates: [],
    hasSelectValue: true,
  })
  const { plan } = compileQuery(
    'SELECT c.g, COUNT(1) AS n, AVG(c.v) FROM c GROUP BY c.g OFFSET 1 LIMIT 2',
  )
  assert.deepEqual(plan.aggregates, ['Count', 'Average'])
  assert.deepEqual(plan.groupByExpressions, ['c.g'])
  assert.deepEqual([plan.offset, plan.limit, plan.top], [1, 2, null])
})

test('an error tells the range, the line and the column of what is wrong', () => {
  const error = errorOf('SELECT *\nFROM c\nWHERE c.name = Smith')
  assert.equal(error.code, 'SC2001')
  assert.deepEqual([error.start, error.end], [31, 36])
  assert.deepEqual([error.line, error.column], [3, 16])
})

test('a query too long, nested too deep, or with too long a chain is refused and does not overflow the stack', () => {
  assert.equal(errorOf(`SELECT '${'x'.repeat(524_288)}'`).code, 'SC3020')
  assert.equal(errorOf(`SELECT ${'('.repeat(5_000)}1${')'.repeat(5_000)}`).code, 'SC9013')
  assert.equal(errorOf(`SELECT ${'~'.repeat(100_000)}1`).code, 'SC9013')
  assert.equal(errorOf(`SELECT ${'1+'.repeat(100_000)}1`).code, 'SC9013')
  assert.equal(errorOf(`SELECT c${'.a'.repeat(100_000)} FROM c`).code, 'SC9013')
  assert.equal(errorOf(`SELECT ${'1 ? 2 : '.repeat(50_000)}3`).code, 'SC9013')
})

test('a chain of thousands of conditions runs', async () => {
  const conditions = Array.from({ length: 20_000 }, (_, index) => `c.n = ${index}`).join(' OR ')
  assert.deepEqual(
    await results(`SELECT VALUE c.n FROM c WHERE ${conditions}`, [[{ n: 19_999 }, { n: -1 }]]),
    [19_999],
  )
})

test('one compiled query runs several times at once without mixing its rows', async () => {
  const query = compileQuery('SELECT VALUE {n: c.n, t: t} FROM c JOIN t IN c.tags')
  const collect = async (n: number): Promise<JsonValue[]> => {
    const given: JsonValue[] = []
    const pages = pagesOf([[{ n, tags: [1, 2] }], [{ n, tags: [3] }]])
    for await (const page of query.run(pages)) given.push(...page)
    return given
  }
  const [first, second] = await Promise.all([collect(1), collect(2)])
  assert.deepEqual(
    first,
    [1, 2, 3].map((t) => ({ n: 1, t })),
  )
  assert.deepEqual(
    second,
    [1, 2, 3].map((t) => ({ n: 2, t })),
  )
})

test('a user-defined function gets values and may give undefined', async () => {
  const calls: unknown[] = []
  const query = compileQuery('SELECT c.id, udf.seen(c.missing, c.id) AS x FROM c', {
    udfs: {
      seen: (...values) => {
        calls.push(values)
        return undefined
      },
    },
  })
  const given: JsonValue[] = []
  for await (const page of query.run(pagesOf([[{ id: 'a' }]]))) given.push(...page)
  assert.deepEqual(given, [{ id: 'a' }])
  assert.deepEqual(calls, [[undefined, 'a']])
})

function errorOf(text: string): CosmosSqlError {
  try {
    compileQuery(text)
  } catch (error) {
    if (error instanceof CosmosSqlError) return error
    throw error
  }
  throw new Error(`no error: ${text.slice(0, 40)}`)
}

async function results(
  text: string,
  pages: readonly (readonly JsonValue[])[],
): Promise<JsonValue[]> {
  const given: JsonValue[] = []
  for await (const page of compileQuery(text).run(pagesOf(pages))) given.push(...page)
  return given
}

async function* pagesOf(
  pages: readonly (readonly JsonValue[])[],
): AsyncGenerator<readonly JsonValue[]> {
  yield* pages
}
