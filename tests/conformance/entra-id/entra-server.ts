import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RealClock } from '../../../src/base/clock.ts'
import { isJsonObject, parseJson } from '../../../src/base/json.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { HttpServer } from '../../../src/protocols/http/server.ts'
import { openLocalAuthority } from '../../../src/protocols/tls/local-authority.ts'
import { managedIdentityHandler } from '../../../src/services/entra-id/managed-identity-rest.ts'
import { entraIdHandler } from '../../../src/services/entra-id/rest.ts'
import { EntraId } from '../../../src/services/entra-id/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

/** A tenant reached over TLS, and its address for managed identities. */
export interface EntraServer {
  readonly entra: EntraId
  readonly authority: string
  readonly identityEndpoint: string
  readonly tenantId: string
  /** Runs one of the clients beside this file as a program that trusts the local authority. */
  readonly run: (client: string, environment: Record<string, string>) => Promise<JsonObject>
}

/** Starts a tenant for one test. */
export async function serveEntra(t: TestContext): Promise<EntraServer> {
  const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const dir = mkdtempSync(join(tmpdir(), 'interline-entra-'))
  const { caPath, server: tls } = await openLocalAuthority({ dir, clock })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const entra = new EntraId({ store, clock, logger, telemetry: silentTelemetry, tenantId })
  await entra.start()
  const shared = { port: 0, logger }
  const server = new HttpServer({ ...shared, name: 'entra', handler: entraIdHandler(entra), tls })
  const handler = managedIdentityHandler(entra.managedIdentities)
  const identity = new HttpServer({ ...shared, name: 'identity', handler })
  t.after(async () => {
    await server.stop({ graceMs: 0 })
    await identity.stop({ graceMs: 0 })
    await entra.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const authority = `https://localhost:${await server.start()}`
  const identityEndpoint = `http://127.0.0.1:${await identity.start()}/msi/token`
  const known = { AUTHORITY: authority, TENANT: tenantId, NODE_EXTRA_CA_CERTS: caPath }
  const run = (client: string, environment: Record<string, string>): Promise<JsonObject> =>
    runClient(client, { ...known, ...environment })
  return { entra, authority, identityEndpoint, tenantId, run }
}

/** The client prints one JSON object. */
function runClient(client: string, environment: Record<string, string>): Promise<JsonObject> {
  const file = fileURLToPath(new URL(`${client}.js`, import.meta.url))
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      const told = code === 0 ? parseJson(output) : undefined
      if (isJsonObject(told)) resolve(told)
      else reject(new Error(`the client ended with ${code}: ${output}`))
    })
  })
}
