/**
 * Blobs over HTTP against plain files: a put is durable when it is answered, and so is the file (written, flushed
 * to disk, its folder too); a get streams, and the file is read whole. The client runs in the same process, so
 * that its work and that of the protocol are part of what is measured; signature and MD5 are checked and made.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { RealClock } from '../src/base/clock.ts'
import { newLogger } from '../src/base/logger.ts'
import { silentTelemetry } from '../src/base/telemetry.ts'
import { HttpServer } from '../src/protocols/http/server.ts'
import { developmentAccount } from '../src/services/storage/account.ts'
import { accountSas } from '../src/services/storage/account-sas.ts'
import { Storage } from '../src/services/storage/service.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import { LoopDelay } from './loop-delay.ts'
import { formatRatio, interleave } from './rounds.ts'

const rounds = 5
const parallel = 16
const goals = { put: 0.4, get: 0.15 } as const
const sizes = [
  { name: '1 KB', bytes: 1_024, times: 800 },
  { name: '64 KB', bytes: 65_536, times: 400 },
  { name: '4 MB', bytes: 4 * 1_024 * 1_024, times: 24 },
] as const

interface Bench {
  readonly folder: string
  readonly pool: Pool
  readonly sas: string
}

export async function benchmarkBlobs(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'interline-bench-'))
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'bench' })
  const store = await openSqliteStore({ path: join(folder, 'store.db'), clock })
  const storage = new Storage({
    store,
    clock,
    logger,
    telemetry: silentTelemetry,
    tenantId: '',
    identity: {
      verifyToken: () => ({ objectId: '', tenantId: '' }),
      hasRole: async () => false,
    },
  })
  await storage.start()
  await storage.containers.ensure(developmentAccount, 'bench')
  const server = new HttpServer({ port: 0, name: 'blob', handler: storage.blobHandler, logger })
  const port = await server.start()
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: parallel })
  const sas = accountSas(storage.accounts.get(developmentAccount), {
    signedServices: 'b',
    signedResourceTypes: 'o',
    signedPermission: 'rw',
    signedExpiry: new Date(clock.now() + 3_600_000).toISOString(),
  })
  for (const size of sizes) await compareSize({ folder, pool, sas }, size)
  await pool.close()
  await server.stop({ graceMs: 0 })
  await storage.stop()
  await store.close()
  rmSync(folder, { recursive: true })
}

async function compareSize(bench: Bench, size: (typeof sizes)[number]): Promise<void> {
  const body = Buffer.alloc(size.bytes, 'interline ')
  const { times } = size
  await compare(`put ${size.name}`, {
    goal: goals.put,
    subject: () => measure(times, (index) => putBlob(bench, index, body)),
    floor: () => measure(times, (index) => putFile(bench, index, body)),
  })
  await compare(`get ${size.name}`, {
    goal: goals.get,
    subject: () => measure(times, (index) => getBlob(bench, index, size.bytes)),
    floor: () => measure(times, (index) => getFile(bench, index, size.bytes)),
  })
}

async function putBlob({ pool, sas }: Bench, index: number, body: Buffer): Promise<void> {
  const answer = await pool.request({
    path: `/${developmentAccount}/bench/blob-${index}?${sas}`,
    method: 'PUT',
    headers: { 'x-ms-blob-type': 'BlockBlob' },
    body,
  })
  await answer.body.dump()
  if (answer.statusCode !== 201) throw new Error(`put was answered with ${answer.statusCode}`)
}

async function getBlob({ pool, sas }: Bench, index: number, bytes: number): Promise<void> {
  const path = `/${developmentAccount}/bench/blob-${index}?${sas}`
  const answer = await pool.request({ path, method: 'GET' })
  let read = 0
  for await (const chunk of answer.body) read += Buffer.from(chunk).length
  if (read !== bytes) throw new Error(`${read} bytes came instead of ${bytes}`)
}

async function putFile({ folder }: Bench, index: number, body: Buffer): Promise<void> {
  const file = await open(join(folder, `file-${index}`), 'w')
  await file.writeFile(body)
  await file.sync()
  await file.close()
  const directory = await open(folder, 'r')
  await directory.sync()
  await directory.close()
}

async function getFile({ folder }: Bench, index: number, bytes: number): Promise<void> {
  const read = await readFile(join(folder, `file-${index}`))
  if (read.length !== bytes) throw new Error('a file is not whole')
}

async function compare(
  name: string,
  options: {
    readonly goal: number
    readonly subject: () => Promise<number>
    readonly floor: () => Promise<number>
  },
): Promise<void> {
  const delay = new LoopDelay()
  const result = await interleave({ rounds, ...options })
  process.stdout.write(`${formatRatio(name, result, options.goal)}; loop delay ${delay.stop()}\n`)
}

async function measure(times: number, work: (index: number) => Promise<void>): Promise<number> {
  const start = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < times) {
        next += 1
        await work(next)
      }
    }),
  )
  return times / ((performance.now() - start) / 1_000)
}
