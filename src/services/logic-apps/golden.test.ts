/**
 * Golden workflows: a definition with its artifacts and the body that its trigger gets, then how the run ended. What each
 * line of the expectation says is documented by Microsoft for the action, or was seen of the real host.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  isJsonObject,
  objectMember,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import { startApp, type AppFixture } from './app-fixture.ts'

const dir = 'tests/golden/workflows'

for (const file of readdirSync(dir).filter((name) => name.endsWith('.golden'))) {
  test(`workflow ${file.replace('.golden', '')}`, async (t) => {
    const [input = '', expected = ''] = readFileSync(join(dir, file), 'utf8').split(/^-{10}\r?\n/m)
    const result = await run(t, parseJson(input))
    assert.deepEqual(result, parseJson(expected))
  })
}

/** `{actions, body, files, definition, trigger, show}` -> what `show` asks for. */
async function run(t: TestContext, input: JsonValue): Promise<JsonObject> {
  assert.ok(isJsonObject(input))
  const fixture = await startApp(t, {
    files: { ...objectMember(input, 'files'), 'w/workflow.json': workflowOf(input) },
    settings: stringsOf(objectMember(input, 'settings')),
  })
  const loaded = fixture.app.find('w')
  assert.ok(loaded)
  if ('error' in loaded) {
    const { code, path, message } = loaded.error
    return { refused: { code, path, message } }
  }
  const { body } = input
  const answer = await fixture.call('w', body === undefined ? {} : { body })
  const runId = answer.headers.get('x-ms-workflow-run-id') ?? ''
  const summary = await ended(fixture, runId)
  const actions: JsonObject = {}
  const events = await fixture.app.engine.history.events('app/w', runId)
  for (const event of events) {
    if (event.kind !== 'ended') continue
    const { name, repetition, record } = event
    const { status, code, error, outputs } = record
    const shown = JSON.parse(JSON.stringify({ status, code, error, outputs: plain(outputs) }))
    actions[repetition === '' ? name : `${name}[${repetition}]`] = shown
  }
  const text = await answer.text()
  return {
    run: summary,
    ...(answer.status === 202 ? {} : { answer: { status: answer.status, body: bodyOf(text) } }),
    actions: onlyAsked(actions, input),
  }
}

async function ended(fixture: AppFixture, runId: string): Promise<JsonObject> {
  for (;;) {
    const summary = await fixture.app.engine.history.find('app/w', runId)
    if (summary?.end) {
      const { status, error } = summary.end
      return error ? { status, error: { ...error } } : { status }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Of long lists of actions only those that the case is about. */
function onlyAsked(actions: JsonObject, input: JsonObject): JsonObject {
  const { show } = input
  if (!Array.isArray(show)) return actions
  return Object.fromEntries(
    show.flatMap((name) => (typeof name === 'string' ? [[name, actions[name] ?? null]] : [])),
  )
}

function workflowOf(input: JsonObject): JsonValue {
  return {
    definition: {
      triggers: {
        manual: { type: 'Request', kind: 'Http', inputs: {}, ...objectMember(input, 'trigger') },
      },
      actions: input['actions'] ?? {},
      ...objectMember(input, 'definition'),
    },
    kind: stringMember(input, 'kind') ?? 'Stateful',
  }
}

function bodyOf(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

// Numbers that JSON would lose are shown as the language writes them.
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('value' in value && value.constructor !== Object) return value.value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
}

function stringsOf(object: JsonObject): Record<string, string> {
  const strings: Record<string, string> = {}
  for (const [name, value] of Object.entries(object))
    if (typeof value === 'string') strings[name] = value
  return strings
}
