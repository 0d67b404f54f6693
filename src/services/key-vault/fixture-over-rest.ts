import type { TestContext } from 'node:test'
import { request } from 'undici'
import { ManualClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, tryParseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import type { Span } from '../../base/telemetry.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { keyVaultResources } from './resources.ts'
import { keyVaultHandler } from './rest.ts'
import { KeyVault } from './service.ts'

/** The vault `orders` on a store in memory, reached over HTTP. */
export interface KeyVaultFixture {
  readonly keyVault: KeyVault
  readonly clock: ManualClock
  readonly spans: readonly Span[]
  /** Calls the vault with the token `reader`, `officer`, or another; `undefined` for none. */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly token?: string | undefined; readonly body?: JsonObject },
  ) => Promise<Answer>
  /** Puts a resource of Microsoft.KeyVault: `vaults/orders/secrets/key`. */
  readonly put: (path: string, properties: JsonObject) => Promise<JsonObject>
}

export interface Answer {
  readonly status: number
  readonly body: JsonObject
  readonly text: string
  readonly challenge: string | string[] | undefined
}

export const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
const group = '/subscriptions/sub-1/resourceGroups/rg-1'

/** Opens the vault for one test: `officer` may do everything, `reader` may read. */
export async function openKeyVault(t: TestContext): Promise<KeyVaultFixture> {
  const clock = new ManualClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const spans: Span[] = []
  const keyVault = new KeyVault({
    store,
    clock,
    telemetry: { span: (span) => spans.push(span), log: () => {} },
    tenantId,
    verifyToken: (objectId) => {
      if (objectId === 'expired') throw new ServiceError('Unauthorized', 401, 'expired')
      return { objectId, appId: 'app', issuer: 'https://sts.windows.net/', tenantId }
    },
    hasRole: async ({ principalId, dataAction }) =>
      principalId === 'officer' || (principalId === 'reader' && /getSecret/.test(dataAction)),
  })
  const server = new HttpServer({
    port: 0,
    name: 'key-vault',
    handler: keyVaultHandler(keyVault),
    logger,
  })
  const port = await server.start()
  t.after(async () => {
    await server.stop({ graceMs: 0 })
    await store.close()
  })
  const put = putInto(keyVault)
  await put('vaults/orders', { enableRbacAuthorization: true, softDeleteRetentionInDays: 7 })
  return {
    keyVault,
    clock,
    spans,
    put,
    call: async (method, path, options = {}) => {
      const token = 'token' in options ? options.token : 'officer'
      const response = await request(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          host: 'orders.vault.azure.net',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      })
      const text = await response.body.text()
      const body = tryParseJson(text)
      const challenge = response.headers['www-authenticate']
      return { status: response.statusCode, body: isJsonObject(body) ? body : {}, text, challenge }
    },
  }
}

function putInto(keyVault: KeyVault): KeyVaultFixture['put'] {
  return async (path, properties) => {
    const segments = path.split('/')
    const type = `Microsoft.KeyVault/${segments.filter((_, at) => at % 2 === 0).join('/')}`
    const provider = keyVaultResources(keyVault).find((each) => each.type === type)
    const answer = await provider?.put({
      id: `${group}/providers/Microsoft.KeyVault/${path}`,
      names: segments.filter((_, at) => at % 2 === 1),
      type,
      apiVersion: '2023-07-01',
      location: 'westeurope',
      tags: {},
      identity: {},
      sku: {},
      properties,
    })
    return answer?.properties ?? {}
  }
}
