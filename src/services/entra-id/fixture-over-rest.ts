import type { TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { entraIdHandler } from './rest.ts'
import { EntraId } from './service.ts'

/** A tenant on a store in memory, reached over HTTP. */
export interface EntraFixture {
  readonly entra: EntraId
  readonly store: Store
  readonly clock: ManualClock
  readonly url: string
  readonly tenantId: string
  /** Posts a form and gives status and body. */
  readonly post: (path: string, form: Record<string, string>) => Promise<Answer>
  readonly get: (path: string) => Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'

/** Starts a tenant for one test. */
export async function startEntra(t: TestContext): Promise<EntraFixture> {
  const clock = new ManualClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const entra = new EntraId({ store, clock, logger, telemetry: silentTelemetry, tenantId })
  await entra.start()
  const server = new HttpServer({ port: 0, name: 'entra', handler: entraIdHandler(entra), logger })
  const url = `http://127.0.0.1:${await server.start()}`
  t.after(async () => {
    await server.stop({ graceMs: 0 })
    await entra.stop()
    await store.close()
  })
  return {
    entra,
    store,
    clock,
    url,
    tenantId,
    post: (path, form) =>
      answer(fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form) })),
    get: (path) => answer(fetch(`${url}${path}`)),
  }
}

async function answer(pending: Promise<Response>): Promise<Answer> {
  const response = await pending
  const value = parseJson(await response.text())
  return { status: response.status, body: isJsonObject(value) ? value : {} }
}
