import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseSqlAction } from './sql-action.ts'
import type { EditableSqlMessage } from './sql-action.ts'
import { SqlEvaluationError } from './sql-filter-error.ts'
import { parseSqlFilter } from './sql-filter.ts'
import { SqlTimeSpan } from './values.ts'
import type { SqlValue } from './values.ts'

// A case: lines `message {..}` and `@parameter value`, then `filter` or `action` with its text, a line `----------`,
// and for each message `true`, `false`, the changed properties or `error: ..`; for a text that cannot be read only
// its error. A whole JSON number is an integer; {"double": 2}, {"date": ".."}, {"span": ms} are what JSON has no word for.
const folder = join('tests', 'golden', 'sql-filter')
const system = new Set([
  'label',
  'messageid',
  'to',
  'sessionid',
  'enqueuedtimeutc',
  'deliverycount',
])

function answer(input: string): string {
  const lines = input.trim().split('\n')
  const messages = lines
    .filter((line) => line.startsWith('message '))
    .map((line) => new GoldenMessage(objectOf(line.slice('message '.length))))
  const parameters = new Map(
    lines
      .filter((line) => line.startsWith('@'))
      .map((line) => {
        const [name = '', ...value] = line.split(' ')
        return [name.toLowerCase(), fromJson(parseJson(value.join(' ')))]
      }),
  )
  const text = lines
    .filter((line) => !line.startsWith('message ') && !line.startsWith('@'))
    .join('\n')
  try {
    const run = newRun(text, { system, parameters })
    return messages.map((message) => attempt(() => run(message))).join('\n')
  } catch (error) {
    if (error instanceof SourceError) return `error: ${error.message}`
    throw error
  }
}

function newRun(
  text: string,
  names: Parameters<typeof parseSqlFilter>[1],
): (message: GoldenMessage) => string {
  const body = text.slice('filter '.length)
  if (text.startsWith('filter ')) {
    const filter = parseSqlFilter(body, names)
    return (message) => String(filter(message))
  }
  const action = parseSqlAction(body, names)
  return (message) => {
    action(message)
    return message.toString()
  }
}

function attempt(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (error instanceof SqlEvaluationError) return `error: ${error.message}`
    throw error
  }
}

class GoldenMessage implements EditableSqlMessage {
  readonly #system = new Map<string, SqlValue>()
  readonly #user = new Map<string, SqlValue>()

  constructor(properties: JsonObject) {
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith('sys.')) this.#system.set(name.slice(4).toLowerCase(), fromJson(value))
      else this.#user.set(name.toLowerCase(), fromJson(value))
    }
  }

  system(name: string): SqlValue {
    return this.#system.get(name) ?? null
  }

  user(name: string): SqlValue | undefined {
    return this.#user.get(name)
  }

  setSystem(name: string, value: SqlValue): void {
    this.#system.set(name, value)
  }

  setUser(name: string, value: SqlValue): void {
    this.#user.set(name.toLowerCase(), value)
  }

  removeUser(name: string): void {
    this.#user.delete(name.toLowerCase())
  }

  toString(): string {
    const properties: JsonObject = {}
    for (const [name, value] of this.#user) properties[name] = toJson(value)
    for (const [name, value] of this.#system) properties[`sys.${name}`] = toJson(value)
    return JSON.stringify(properties)
  }
}

function objectOf(text: string): JsonObject {
  const value = parseJson(text)
  assert(isJsonObject(value))
  return value
}

function fromJson(value: JsonValue): SqlValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return new Uint8Array(value.map(Number))
  if (!isJsonObject(value)) return value
  if (typeof value['date'] === 'string') return new Date(value['date'])
  return 'span' in value ? new SqlTimeSpan(Number(value['span'])) : Number(value['double'])
}

function toJson(value: SqlValue): JsonValue {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return { double: value }
  if (value instanceof Date) return { date: value.toISOString() }
  if (value instanceof SqlTimeSpan) return { span: value.ms }
  return value instanceof Uint8Array ? Array.from(value) : value
}

// Last: the first test runs at once, and a class is not there before its line.
for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`sql-filter golden: ${file}`, () => {
    const [input = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(
      '----------\n',
    )
    assert.equal(answer(input), expected.trim())
  })
}
