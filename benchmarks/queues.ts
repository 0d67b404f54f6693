/**
 * Messages of a storage queue over HTTP, durable when they are answered, against a bare server that answers the same
 * bytes and keeps nothing; and against Azurite's queues, in its own process, where `azurite-queue` is on the path. The
 * client is the same and runs in this process; signatures are checked.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
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
const parallel = 32
const times = 1_000
const goals = { bare: 0.3, azurite: 5 } as const
const azuritePort = 10_901
const text = 'x'.repeat(1_024)
const message = `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`

/** A queue to measure, and the signature that opens it. */
interface Target {
  readonly pool: Pool
  readonly sas: string
}

export async function benchmarkQueues(): Promise<void> {
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
  await storage.queues.ensure(developmentAccount, 'bench')
  const server = new HttpServer({ port: 0, name: 'queue', handler: storage.queueHandler, logger })
  const sas = accountSas(storage.accounts.get(developmentAccount), {
    signedServices: 'q',
    signedResourceTypes: 'sco',
    signedPermission: 'rwdlacup',
    signedExpiry: new Date(clock.now() + 3_600_000).toISOString(),
  })
  const subject = targetAt(await server.start(), sas)
  await compareWithBare(subject)
  await compareWithAzurite(subject, folder)
  await subject.pool.close()
  await server.stop({ graceMs: 0 })
  await storage.stop()
  await store.close()
  rmSync(folder, { recursive: true })
}

function targetAt(port: number, sas: string): Target {
  return { pool: new Pool(`http://127.0.0.1:${port}`, { connections: parallel }), sas }
}

async function compareWithBare(subject: Target): Promise<void> {
  const taken = `<QueueMessagesList><QueueMessage><MessageId>1</MessageId><PopReceipt>1</PopReceipt>${message}</QueueMessage></QueueMessagesList>`
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const status = request.method === 'POST' ? 201 : request.method === 'GET' ? 200 : 204
      response.writeHead(status).end(status === 204 ? undefined : taken)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const floor = targetAt(port, subject.sas)
  await compare('put and get+delete, against a bare server', { subject, floor, goal: goals.bare })
  await floor.pool.close()
  server.close()
}

async function compareWithAzurite(subject: Target, folder: string): Promise<void> {
  const program = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((each) => join(each, 'azurite-queue'))
    .find((path) => existsSync(path))
  if (program === undefined) {
    process.stdout.write('azurite-queue is not on the path: not compared\n')
    return
  }
  const options = ['--queuePort', String(azuritePort), '--location', folder, '--silent']
  const child = spawn(program, options, { stdio: 'ignore' })
  const floor = targetAt(azuritePort, subject.sas)
  try {
    await made(floor)
    await compare('put and get+delete, against Azurite', { subject, floor, goal: goals.azurite })
  } finally {
    await floor.pool.close()
    await ended(child)
  }
}

/** Waits until the server answers, and makes the queue there. */
async function made({ pool, sas }: Target): Promise<void> {
  const clock = new RealClock()
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      const path = `/${developmentAccount}/bench?${sas}`
      const answer = await pool.request({ path, method: 'PUT' })
      await answer.body.dump()
      if (answer.statusCode !== 201) throw new Error(`it answered ${answer.statusCode}`)
      return
    } catch (error) {
      if (attempt === 99) throw error
      await clock.sleep(200)
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await exit
}

async function compare(
  name: string,
  options: { readonly subject: Target; readonly floor: Target; readonly goal: number },
): Promise<void> {
  const delay = new LoopDelay()
  const result = await interleave({
    rounds,
    subject: () => measure(options.subject),
    floor: () => measure(options.floor),
  })
  process.stdout.write(`${formatRatio(name, result, options.goal)}; loop delay ${delay.stop()}\n`)
}

/** Messages a second that were put, taken and deleted. */
async function measure(target: Target): Promise<number> {
  const start = performance.now()
  let begun = 0
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (begun < times) {
        begun += 1
        await passOne(target)
      }
    }),
  )
  return times / ((performance.now() - start) / 1_000)
}

async function passOne({ pool, sas }: Target): Promise<void> {
  const path = `/${developmentAccount}/bench/messages`
  const put = await pool.request({ path: `${path}?${sas}`, method: 'POST', body: message })
  await put.body.dump()
  const taken = await pool.request({ path: `${path}?${sas}`, method: 'GET' })
  const xml = await taken.body.text()
  const [, id] = /<MessageId>([^<]+)/.exec(xml) ?? []
  const [, receipt] = /<PopReceipt>([^<]+)/.exec(xml) ?? []
  if (put.statusCode !== 201 || id === undefined || receipt === undefined) {
    throw new Error(`put was answered with ${put.statusCode}, get with ${taken.statusCode}`)
  }
  const query = `popreceipt=${encodeURIComponent(receipt)}&${sas}`
  const gone = await pool.request({ path: `${path}/${id}?${query}`, method: 'DELETE' })
  await gone.body.dump()
  if (gone.statusCode !== 204) throw new Error(`delete was answered with ${gone.statusCode}`)
}
