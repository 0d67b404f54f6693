/**
 * Durable runs of workflows against the store alone: the floor writes, in the same order and with the same waits for the
 * disk, what a run of the workflow wrote, and does nothing else. Each step of the workflow that leaves it is a service
 * provider that answers at once, so that what is measured is the engine.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { RealClock } from '../src/base/clock.ts'
import { newUuid } from '../src/base/ids.ts'
import type { JsonValue } from '../src/base/json.ts'
import { newLogger } from '../src/base/logger.ts'
import { silentTelemetry } from '../src/base/telemetry.ts'
import { Egress } from '../src/protocols/http/egress.ts'
import { LogicApps } from '../src/services/logic-apps/service.ts'
import type { WorkflowHost } from '../src/services/logic-apps/workflow-host.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import type { Operation, ResultsOf, Store } from '../src/store/store.ts'
import { LoopDelay } from './loop-delay.ts'
import { formatRatio, interleave } from './rounds.ts'

const rounds = 5
const runs = 2_000
const concurrency = 128
const ratioGoal = 0.25
const runsGoal = 1_000
const items = 5_000
const foreachGoalMs = 3_000
const clock = new RealClock()

const body = {
  bookingId: 'B48210077',
  passengers: [{ firstName: 'Maren', lastName: 'Lindqvist' }],
  note: 'x'.repeat(600),
}

export async function benchmarkWorkflows(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'interline-bench-'))
  const store = await openSqliteStore({ path: join(folder, 'store.db'), clock })
  const recorder = recording(store)
  const egress = new Egress({ hostMap: () => undefined })
  const logicApps = await start(folder, recorder.store, egress)
  const [running] = logicApps.apps()
  if (!running) throw new Error('the app did not start')
  await fiveActions(running.app.host('five'), { store, recorder })
  await foreachOfMany(running.app.host('many'))
  await logicApps.stop()
  await egress.stop()
  await store.close()
  rmSync(folder, { recursive: true })
}

async function fiveActions(
  host: WorkflowHost,
  parts: { store: Store; recorder: Recorder },
): Promise<void> {
  const [trigger] = host.workflow.triggers
  if (!trigger) throw new Error('there is no trigger')
  const one = async () => {
    const fired = await host.fire(trigger, { outputs: { body } })
    await fired.runs[0]?.ended
  }
  const batches = await parts.recorder.record(one)
  const delay = new LoopDelay()
  const result = await interleave({
    rounds,
    subject: () => measure(one),
    floor: () => measure(() => replay(parts.store, batches)),
  })
  const commits = `${batches.length} commits a run`
  print(
    `${formatRatio(`durable runs of five actions (${commits})`, result, ratioGoal)}; loop delay ${delay.stop()}`,
  )
  print(`durable runs: ${Math.round(result.subject)}/s (goal >= ${runsGoal}/s)`)
}

async function foreachOfMany(host: WorkflowHost): Promise<void> {
  const [trigger] = host.workflow.triggers
  if (!trigger) throw new Error('there is no trigger')
  const times: number[] = []
  const delay = new LoopDelay()
  for (let round = 0; round < 3; round += 1) {
    const startMs = performance.now()
    const fired = await host.fire(trigger, {
      outputs: { body: Array.from({ length: items }, (_, n) => n) },
    })
    await fired.runs[0]?.ended
    times.push(performance.now() - startMs)
  }
  const bestMs = times.toSorted((one, other) => one - other)[1] ?? 0
  print(
    `Foreach of ${items} items, 50 at a time: ${Math.round(bestMs)} ms (goal <= ${foreachGoalMs} ms); loop delay ${delay.stop()}`,
  )
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  let left = runs
  const startMs = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (; left > 0;) {
        left -= 1
        await work()
      }
    }),
  )
  return (runs * 1000) / (performance.now() - startMs)
}

interface Recorder {
  readonly store: Store
  record(work: () => Promise<void>): Promise<readonly (readonly Operation[])[]>
}

/** Passes everything on, and keeps what is written while it is asked to. */
function recording(inner: Store): Recorder {
  let kept: (readonly Operation[])[] | undefined
  function write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>> {
    kept?.push(batch)
    return inner.write(batch)
  }
  const store = new Proxy(inner, {
    get(target, name) {
      if (name === 'write') return write
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return {
    store,
    record: async (work) => {
      await work()
      kept = []
      await work()
      const batches = kept
      kept = undefined
      return batches
    },
  }
}

/** Writes what a run wrote, as another run. */
async function replay(store: Store, batches: readonly (readonly Operation[])[]): Promise<void> {
  const id = newUuid()
  for (const batch of batches) {
    await store.write(
      batch.map((operation) => {
        if (operation.kind !== 'document.put' && operation.kind !== 'document.delete')
          return operation
        const isLog = operation.collection.endsWith('/log')
        return { ...operation, partition: id, ...(isLog ? {} : { id }) }
      }),
    )
  }
}

async function start(folder: string, store: Store, egress: Egress): Promise<LogicApps> {
  const dir = join(folder, 'app')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), JSON.stringify(content))
  }
  const logicApps = new LogicApps({
    store,
    clock,
    logger: newLogger({ name: 'bench', level: 'error' }),
    telemetry: silentTelemetry,
    host: '127.0.0.1',
    outgoing: egress,
    serviceProviders: [
      {
        id: 'steps',
        actions: { step: async ({ parameters }) => ({ body: parameters }) },
        triggers: {},
      },
    ],
    managedConnectors: [],
  })
  await logicApps.run({ name: 'bench', dir, port: 0 })
  return logicApps
}

function step(parameters: JsonValue, runAfter: JsonValue): JsonValue {
  return {
    type: 'ServiceProvider',
    inputs: {
      parameters,
      serviceProviderConfiguration: {
        connectionName: 'steps',
        operationId: 'step',
        serviceProviderId: '/serviceProviders/steps',
      },
    },
    runAfter,
  }
}

function workflow(actions: JsonValue): JsonValue {
  return {
    kind: 'Stateful',
    definition: { triggers: { manual: { type: 'Request', kind: 'Http', inputs: {} } }, actions },
  }
}

const files: Readonly<Record<string, JsonValue>> = {
  'connections.json': {
    serviceProviderConnections: {
      steps: { parameterValues: {}, serviceProvider: { id: '/serviceProviders/steps' } },
    },
  },
  'five/workflow.json': workflow({
    Parse: {
      type: 'ParseJson',
      inputs: { content: '@triggerBody()', schema: { type: 'object', required: ['bookingId'] } },
      runAfter: {},
    },
    Compose: {
      type: 'Compose',
      inputs: {
        id: "@body('Parse')?['bookingId']",
        names: "@length(body('Parse')?['passengers'])",
      },
      runAfter: { Parse: ['Succeeded'] },
    },
    Send: step({ message: "@outputs('Compose')" }, { Compose: ['Succeeded'] }),
    Text: {
      type: 'Compose',
      inputs: "sent @{body('Send')?['message']?['id']}",
      runAfter: { Send: ['Succeeded'] },
    },
    Store: step({ item: "@outputs('Text')" }, { Text: ['Succeeded'] }),
  }),
  'many/workflow.json': workflow({
    Loop: {
      type: 'Foreach',
      foreach: '@triggerBody()',
      runtimeConfiguration: { concurrency: { repetitions: 50 } },
      actions: {
        Compose: { type: 'Compose', inputs: { n: '@item()' }, runAfter: {} },
        Send: step({ message: "@outputs('Compose')" }, { Compose: ['Succeeded'] }),
      },
      runAfter: {},
    },
  }),
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
