import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isJsonObject, parseJson, type JsonValue } from '../../base/json.ts'
import { compileQuery } from './compile.ts'
import { CosmosSqlError } from './cosmos-sql-error.ts'

// A case: lines `document {..}` and `@parameter value`, the query, a line `----------`, then the results as a JSON
// array, or `error: CODE line:column message`.
const folder = join('tests', 'golden', 'cosmos-sql')
const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`cosmos-sql golden: ${file}`, async () => {
    const [input = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(
      '----------\n',
    )
    const actual = await answer(input)
    if (expected.startsWith('error: ')) assert.equal(actual, expected.trim())
    else assert.deepEqual(actual, parseJson(expected))
  })
}

async function answer(input: string): Promise<JsonValue> {
  const lines = input.split('\n')
  const documents = lines
    .filter((line) => line.startsWith('document '))
    .map((line) => parseJson(line.slice('document '.length)))
  const parameters = lines
    .filter((line) => line.startsWith('@'))
    .map((line) => {
      const [name = '', ...value] = line.split(' ')
      return { name, value: parseJson(value.join(' ')) }
    })
  const text = lines
    .filter((line) => !line.startsWith('document ') && !line.startsWith('@'))
    .join('\n')
    .trim()
  try {
    const query = compileQuery(text, { parameters, now: () => now, udfs: { twice } })
    const results: JsonValue[] = []
    for await (const page of query.run(pagesOf(documents))) results.push(...page)
    return results
  } catch (error) {
    if (!(error instanceof CosmosSqlError)) throw error
    return `error: ${error.code} ${error.line}:${error.column} ${error.message}`
  }
}

function twice(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'number' ? value * 2 : undefined
}

// Documents have a system property, as in a container, so that `SELECT *` of a query is seen to keep everything.
async function* pagesOf(documents: readonly JsonValue[]): AsyncGenerator<readonly JsonValue[]> {
  for (let index = 0; index < documents.length; index += 2) {
    const page = documents.slice(index, index + 2)
    assert.ok(page.every(isJsonObject))
    yield page
  }
}
