/**
 * One invocation of a function: what it costs the host (pipe, span and log included), and what it costs the
 * worker against the same library called in-process. The invocation is a Service Bus message of 1 KB with six
 * metadata items that the function returns to an output binding.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RealClock } from '../src/base/clock.ts'
import { stringMember } from '../src/base/json.ts'
import { newLogger } from '../src/base/logger.ts'
import { silentTelemetry, type Telemetry } from '../src/base/telemetry.ts'
import type { FunctionDefinition } from '../src/services/functions/function-definition.ts'
import { FunctionRunner } from '../src/services/functions/function-runner.ts'
import { parseHostJson } from '../src/services/functions/host-json.ts'
import { hostVersion } from '../src/services/functions/host-version.ts'
import { WorkerProcess } from '../src/services/functions/worker-process.ts'
import { returnName, type LoadedHead } from '../src/services/functions/worker-protocol.ts'
import { Monitor } from '../src/services/monitor/monitor.ts'
import { InProcessLibrary } from './in-process-library.ts'
import { LoopDelay } from './loop-delay.ts'
import { median, percentile } from './statistics.ts'

const rounds = 31
const invocations = 3_000
const concurrency = 64
const hostGoalUs = 30
const workerGoal = 1.2
const appDir = resolve('benchmarks/functions-app')
const clock = new RealClock()
const logger = newLogger({ name: 'bench', level: 'error' })
const message = JSON.stringify({ id: 'order-1', note: 'x'.repeat(980) })
const metadata = {
  MessageId: '0d1f4cbb5e6c4bd3a2a1d3bbd0a86c11',
  SequenceNumber: 42,
  DeliveryCount: 1,
  EnqueuedTimeUtc: '2026-01-01T00:00:00.000Z',
  LockToken: '5d0f3f0e-5d4f-4a0b-9d6c-0b1f3d8f7a55',
  ContentType: 'application/json',
}

export async function benchmarkFunctions(): Promise<void> {
  const worker = await startWorker()
  try {
    await measureHost(worker)
    await measureWorker(worker)
  } finally {
    worker.process.kill()
  }
}

/** CPU of this process for each invocation, of all its threads: those that collect garbage and keep spans too. */
async function measureHost(worker: LoadedWorker): Promise<void> {
  const monitor = new Monitor({ path: ':memory:', clock, logger })
  await monitor.start()
  const runner = newRunner(worker.process, monitor)
  const definition = definitionOf(worker, 'EchoAndLog')
  const delay = new LoopDelay()
  const costs: number[] = []
  const mainCosts: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage()
    const mainBefore = cpuMicrosecondsOf(process.pid, process.pid)
    await runAll(runner, definition)
    const { user, system } = process.cpuUsage(before)
    if (round === 0) continue
    costs.push((user + system) / invocations)
    mainCosts.push((cpuMicrosecondsOf(process.pid, process.pid) - mainBefore) / invocations)
  }
  const { spans, logs } = monitor.dropped
  await monitor.stop()
  print(
    `host: ${median(costs).toFixed(1)} us of CPU an invocation (goal <= ${hostGoalUs}), ${median(mainCosts).toFixed(1)} of them on the main thread; ` +
      `${spans} spans and ${logs} log lines dropped; loop delay ${delay.stop()}`,
  )
}

/** CPU of the worker process for each invocation against that of the library alone, in turns. */
async function measureWorker(worker: LoadedWorker): Promise<void> {
  const library = new InProcessLibrary(appDir, './index.js')
  const runner = newRunner(worker.process, silentTelemetry)
  const definition = definitionOf(worker, 'Echo')
  const delay = new LoopDelay()
  const costs: number[] = []
  const floors: number[] = []
  const ratios: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const floor = await library.cpuOf({
      functionName: 'Echo',
      inputName: definition.trigger.name,
      message,
      metadata,
      count: invocations,
      concurrency,
    })
    const before = cpuMicrosecondsOf(worker.process.pid)
    await runAll(runner, definition)
    const cost = (cpuMicrosecondsOf(worker.process.pid) - before) / invocations
    if (round === 0) continue
    costs.push(cost)
    floors.push(floor)
    ratios.push(cost / floor)
  }
  print(
    `worker: ${median(costs).toFixed(1)} us of CPU an invocation, library in-process ${median(floors).toFixed(1)} us, ` +
      `ratio ${median(ratios).toFixed(2)} (goal <= ${workerGoal.toFixed(2)}; from ${percentile(ratios, 0.25).toFixed(2)} to ${percentile(ratios, 0.75).toFixed(2)} in half of the rounds); loop delay ${delay.stop()}`,
  )
}

async function runAll(runner: FunctionRunner, definition: FunctionDefinition): Promise<void> {
  let started = 0
  const caller = async (): Promise<void> => {
    while (started < invocations) {
      started++
      const result = await runner.run(definition, {
        input: { kind: 'string', text: message },
        metadata,
      })
      if (!result.ok) throw new Error(result.message)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
}

function newRunner(worker: WorkerProcess, telemetry: Telemetry): FunctionRunner {
  return new FunctionRunner({
    app: 'benchmark',
    clock,
    telemetry,
    logger,
    host: parseHostJson({ file: 'host.json' }),
    worker: async () => worker,
  })
}

interface LoadedWorker {
  readonly process: WorkerProcess
  readonly loaded: LoadedHead
}

async function startWorker(): Promise<LoadedWorker> {
  const program = { cwd: appDir, env: { PATH: process.env['PATH'] ?? '' }, execArgv: [] }
  const worker = new WorkerProcess(program, { onLog() {}, onExit() {} }, clock)
  return { process: worker, loaded: await worker.load({ appDir, hostVersion }) }
}

function definitionOf(worker: LoadedWorker, name: string): FunctionDefinition {
  const registered = worker.loaded.functions.find((candidate) => candidate.name === name)
  const binding = registered?.bindings.find(({ type }) => type === 'serviceBusTrigger') ?? {}
  return {
    functionId: name,
    name,
    trigger: { name: stringMember(binding, 'name') ?? '', type: 'serviceBusTrigger', binding },
    inputs: [],
    outputs: new Map([[returnName, async () => {}]]),
    bindings: [],
    warnings: [],
  }
}

/** CPU time of a process so far, or of one thread of it; the kernel counts it in nanoseconds. */
function cpuMicrosecondsOf(pid: number | undefined, thread?: number): number {
  const tasks = `/proc/${pid}/task`
  let nanoseconds = 0
  for (const task of thread === undefined ? readdirSync(tasks) : [String(thread)]) {
    nanoseconds += Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0])
  }
  return nanoseconds / 1_000
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
