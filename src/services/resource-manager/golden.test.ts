import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { SourceError } from '../../base/errors.ts'
import { type JsonObject, isJsonObject, stringMember } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { ResourceManager } from './service.ts'

// A case is files, each after a line `=== path`, the first being deployed; then what is put and given out.
const folder = 'tests/golden/bicep'
const separator = '\n----------\n'

for (const name of readdirSync(folder).filter((each) => each.endsWith('.golden'))) {
  test(`golden: ${name.replace('.golden', '')}`, async () => {
    const [input = '', expected = ''] = readFileSync(`${folder}/${name}`, 'utf8').split(separator)
    const actual = await outcome(filesOf(input))
    // With UPDATE_GOLDEN set the files take what comes out; read the difference before it is committed.
    if (process.env['UPDATE_GOLDEN']) {
      writeFileSync(`${folder}/${name}`, `${input.trimEnd()}${separator}${actual}\n`)
    } else {
      assert.equal(actual, expected.trimEnd())
    }
  })
}

function filesOf(input: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const part of `\n${input}`.split('\n=== ').slice(1)) {
    const end = part.indexOf('\n')
    files.set(part.slice(0, end).trim(), part.slice(end + 1))
  }
  return files.size > 0 ? files : new Map([['main.bicep', input]])
}

async function outcome(files: ReadonlyMap<string, string>): Promise<string> {
  const clock = new ManualClock()
  const logger = newLogger({ level: 'silent', name: 'golden' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const subscriptionId = '11111111-1111-1111-1111-111111111111'
  const tenantId = '22222222-2222-2222-2222-222222222222'
  const location = 'westeurope'
  const options = { store, clock, logger, subscriptionId, tenantId, location }
  const manager = new ResourceManager(options)
  const [file = ''] = files.keys()
  const deployment = {
    file,
    readFile: (path: string) => files.get(path),
    environment: { AZURE_ENV_NAME: 'golden' },
  }
  try {
    for (const { type, class: resourceClass } of await manager.check(deployment)) {
      if (resourceClass === 'unsupported' && !type.startsWith('Unknown.')) {
        manager.register(echo(type))
      }
    }
    const { resources, outputs } = await manager.deployTemplate(deployment)
    const put = resources
      .toSorted((left, right) => (left.id < right.id ? -1 : 1))
      .map(({ id, request, body }) => `put ${id}\n${requested(request.apiVersion, body)}`)
    const given = Object.entries(outputs).map(([name, value]) => `${name} = ${pretty(value)}`)
    return [...put, ...given].join('\n')
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return `${error.code} ${error.message}`
  } finally {
    await store.close()
  }
}

// A resource that keeps what it is given, and has the keys and the endpoint that its name makes.
function echo(type: string): ResourceProvider {
  return {
    type,
    put: async ({ names, properties }) => ({
      properties: { ...properties, endpoint: `https://${names.join('.')}.example.net/` },
    }),
    delete: async () => {},
    actions: {
      listKeys: async (names) => ({ keys: [{ value: `key of ${names.join('/')}` }] }),
      getSecret: async (names, body) =>
        `${names.join('/')}: ${stringMember(body, 'secretName') ?? ''}`,
    },
  }
}

function requested(apiVersion: string, body: JsonObject): string {
  const { properties, id: _id, name: _name, type: _type, ...rest } = body
  const {
    endpoint: _endpoint,
    provisioningState: _state,
    ...given
  } = isJsonObject(properties) ? properties : {}
  return pretty({ ...rest, apiVersion, properties: given })
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 1)
    .replaceAll(/\n */g, ' ')
    .replaceAll(/[{[] [}\]]/g, (text) => text.replace(' ', ''))
}
