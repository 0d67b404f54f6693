/**
 * Point reads and upserts of 1 KB through the official client, in a process of its own, against the same client and another
 * local server for it. Ours checks the signature and puts every upsert on disk before it answers; the other checks nothing
 * and keeps all in memory.
 */
import { rmSync } from 'node:fs'
import { stringMember, type JsonObject } from '../src/base/json.ts'
import { developmentKey } from '../src/services/cosmos-db/account.ts'
import { ChildProgram } from './child-program.ts'
import { cpuMicrosecondsOf } from './process-cpu.ts'
import { formatRatio, interleave } from './rounds.ts'

const rounds = 3
const times = 1_000
const goal = 3
const peerFolder = process.env['COSMOS_PEER'] ?? ''

/** A server: where it is, and its process. */
interface Served {
  readonly endpoint: string
  readonly key: string
  readonly pid: number | undefined
}

export async function benchmarkCosmosDb(): Promise<void> {
  const load = new ChildProgram(
    new URL('../tests/conformance/cosmos-db/load-child.js', import.meta.url),
  )
  const ours = new ChildProgram(new URL('./cosmos-db-child.js', import.meta.url))
  const started = await ours.ask({})
  const subject = await open(load, ours, started)
  if (peerFolder === '') await measureAlone(load, subject)
  else for (const keepAlive of [false, true]) await compareWithPeer(load, subject, keepAlive)
  load.stop()
  ours.stop()
  rmSync(stringMember(started, 'folder') ?? '', { recursive: true })
}

async function measureAlone(load: ChildProgram, subject: Served): Promise<void> {
  process.stdout.write(
    '@vercel/cosmosdb-server is not installed: npm install --prefix DIR @vercel/cosmosdb-server@1.0.1, then COSMOS_PEER=DIR\n',
  )
  for (const work of ['upsert', 'read'] as const) {
    const rate = await measure(load, subject, work)
    process.stdout.write(`${work}: ${Math.round(rate).toLocaleString('en-US')}/s\n`)
  }
}

async function compareWithPeer(
  load: ChildProgram,
  subject: Served,
  keepAlive: boolean,
): Promise<void> {
  const peer = new ChildProgram(new URL('./cosmos-db-peer-child.js', import.meta.url))
  const started = await peer.ask({ folder: peerFolder, keepAlive })
  const floor = await open(load, peer, started)
  const how = keepAlive ? 'with kept connections' : 'as it comes'
  for (const work of ['upsert', 'read'] as const) {
    await compare(`${work}, the other ${how}`, { load, subject, floor, work })
  }
  peer.stop()
}

async function open(
  load: ChildProgram,
  server: ChildProgram,
  started: JsonObject,
): Promise<Served> {
  const endpoint = stringMember(started, 'endpoint') ?? ''
  const key = stringMember(started, 'key') ?? developmentKey
  await load.ask({ endpoint, key })
  return { endpoint, key, pid: server.pid }
}

/**
 * The client takes most of a processor, so the rates say more of it than of the servers: what those need for a request is
 * told as well.
 */
async function compare(
  name: string,
  measured: {
    readonly load: ChildProgram
    readonly subject: Served
    readonly floor: Served
    readonly work: 'upsert' | 'read'
  },
): Promise<void> {
  const { load, subject, floor, work } = measured
  const before = [subject, floor].map(({ pid }) => cpuMicrosecondsOf(pid))
  const result = await interleave({
    rounds,
    subject: () => measure(load, subject, work),
    floor: () => measure(load, floor, work),
  })
  process.stdout.write(`${formatRatio(name, result, goal)}\n`)
  const [own = 0, other = 0] = [subject, floor].map(
    ({ pid }, at) => (cpuMicrosecondsOf(pid) - (before[at] ?? 0)) / (times * (rounds + 1)),
  )
  process.stdout.write(
    `  processor time for a request: ${own.toFixed(0)} us, floor ${other.toFixed(0)} us, ratio ${(other / own).toFixed(2)}\n`,
  )
}

async function measure(
  load: ChildProgram,
  { endpoint }: Served,
  work: 'upsert' | 'read',
): Promise<number> {
  return Number((await load.ask({ endpoint, work, times }))['rate'])
}
