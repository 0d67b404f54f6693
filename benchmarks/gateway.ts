/**
 * A published API (key, cached token, rate limit, five `set-*` policies, `choose`) against a proxy of `node:http`
 * and `undici` that looks at nothing, and against nginx, before the same upstream. Upstream, client and floors
 * are processes of their own; the gateway is this one, its spans are kept as they are in the platform.
 */
import { RealClock } from '../src/base/clock.ts'
import { newLogger } from '../src/base/logger.ts'
import { Monitor } from '../src/services/monitor/monitor.ts'
import { ChildProgram } from './child-program.ts'
import { LoopDelay } from './loop-delay.ts'
import { Nginx } from './nginx.ts'
import { cpuMicrosecondsOf } from './process-cpu.ts'
import { publishApi } from './published-api.ts'
import { formatRatio, interleave } from './rounds.ts'
import { median } from './statistics.ts'

const rounds = 9
const requests = 5_000
const connections = 32
/** Until what runs for every call is compiled by the engine: measured, it grows no faster after that. */
const warmUpRequests = 25_000
const latencyRounds = 15
const latencyRequests = 300
const rateGoal = 0.5
const addedGoalMs = 0.5
const clock = new RealClock()
const logger = newLogger({ name: 'bench', level: 'error' })

/** Something that requests are sent to, with the CPU it took for each of them. */
interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly pid: number
  readonly costsUs: number[]
}

export async function benchmarkGateway(): Promise<void> {
  const monitor = new Monitor({ path: ':memory:', clock, logger })
  await monitor.start()
  const upstream = new ChildProgram(new URL('./http-upstream-child.js', import.meta.url))
  const bareProxy = new ChildProgram(new URL('./bare-proxy-child.js', import.meta.url))
  const load = new ChildProgram(new URL('./http-load-child.js', import.meta.url))
  const upstreamPort = Number((await upstream.ask({}))['port'])
  const floor = await bareProxy.ask({ upstream: `http://127.0.0.1:${upstreamPort}` })
  const api = await publishApi({ upstreamPort, telemetry: monitor })
  const { headers } = api
  const target = (url: string, pid: number | undefined): Target => {
    return { url, headers, pid: pid ?? 0, costsUs: [] }
  }
  const gateway = target(api.url, process.pid)
  const bare = target(`http://127.0.0.1:${Number(floor['port'])}/api/FetchOrders`, bareProxy.pid)
  const direct = target(`http://127.0.0.1:${upstreamPort}/api/FetchOrders`, upstream.pid)
  try {
    await compareRates(load, gateway, bare)
    await compareLatencies(load, { gateway, bare, direct })
    await compareWithNginx(load, { gateway, upstreamPort })
    const { spans } = monitor.dropped
    if (spans > 0) print(`${spans} spans were dropped`)
  } finally {
    for (const child of [load, bareProxy, upstream]) child.stop()
    await api.stop()
    await monitor.stop()
  }
}

async function compareRates(load: ChildProgram, gateway: Target, bare: Target): Promise<void> {
  await warmUp(load, gateway)
  await warmUp(load, bare)
  const delay = new LoopDelay()
  const result = await interleave({
    rounds,
    subject: () => rateOf(load, gateway),
    floor: () => rateOf(load, bare),
  })
  print(
    `${formatRatio('requests, bare proxy', result, rateGoal)}; loop delay ${delay.stop()}\n` +
      `CPU a request: ${formatCosts(gateway, bare, 'bare proxy')}`,
  )
}

// With one call at a time, so that no call waits for another.
async function compareLatencies(
  load: ChildProgram,
  targets: { gateway: Target; bare: Target; direct: Target },
): Promise<void> {
  const added: { bare: number[]; direct: number[] } = { bare: [], direct: [] }
  for (let round = 0; round <= latencyRounds; round += 1) {
    const direct = await p50Of(load, targets.direct)
    const bare = await p50Of(load, targets.bare)
    const gateway = await p50Of(load, targets.gateway)
    if (round === 0) continue
    added.bare.push(gateway - bare)
    added.direct.push(gateway - direct)
  }
  print(
    `p50 added: ${median(added.bare).toFixed(2)} ms to the bare proxy, ` +
      `${median(added.direct).toFixed(2)} ms to the upstream itself (goal < ${addedGoalMs.toFixed(2)})`,
  )
}

async function compareWithNginx(
  load: ChildProgram,
  options: { gateway: Target; upstreamPort: number },
): Promise<void> {
  if (!Nginx.isInstalled()) {
    print('nginx is not installed')
    return
  }
  const { gateway, upstreamPort } = options
  const nginx = await Nginx.start(upstreamPort)
  const floor = {
    url: `http://127.0.0.1:${nginx.port}/api/FetchOrders`,
    headers: gateway.headers,
    pid: nginx.workerPid,
    costsUs: [],
  }
  const subject = { ...gateway, costsUs: [] }
  try {
    const result = await interleave({
      rounds,
      subject: () => rateOf(load, subject),
      floor: () => rateOf(load, floor),
    })
    const [ours, theirs] = [result.subject, result.floor].map((rate) =>
      Math.round(rate).toLocaleString('en-US'),
    )
    print(
      `requests, nginx: ${ours}/s, nginx ${theirs}/s, ratio ${result.ratio.toFixed(2)}; ` +
        `CPU a request: ${formatCosts(subject, floor, 'nginx')}`,
    )
  } finally {
    await nginx.stop()
  }
}

async function warmUp(load: ChildProgram, { url, headers }: Target): Promise<void> {
  await load.ask({ url, headers: { ...headers }, requests: warmUpRequests, connections })
}

async function rateOf(load: ChildProgram, target: Target): Promise<number> {
  const before = cpuMicrosecondsOf(target.pid)
  const { url, headers } = target
  const { rate } = await load.ask({ url, headers: { ...headers }, requests, connections })
  target.costsUs.push((cpuMicrosecondsOf(target.pid) - before) / requests)
  return Number(rate)
}

async function p50Of(load: ChildProgram, target: Target): Promise<number> {
  const { url, headers } = target
  const question = { url, headers: { ...headers }, requests: latencyRequests, connections: 1 }
  return Number((await load.ask(question))['p50Ms'])
}

function formatCosts(subject: Target, floor: Target, name: string): string {
  const [ours, theirs] = [median(subject.costsUs), median(floor.costsUs)]
  return `${ours.toFixed(0)} us, ${name} ${theirs.toFixed(0)} us, ratio ${(theirs / ours).toFixed(2)}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
