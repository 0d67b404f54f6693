/** An app of workflows that a test writes, on a store of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ManualClock, type Clock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry, type Telemetry } from '../../base/telemetry.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { ManagedConnector } from './managed-connector.ts'
import { LogicApps, type RunningLogicApp } from './service.ts'
import type { ServiceProvider } from './service-provider.ts'

interface Owner {
  after(callback: () => Promise<void> | void): void
}

export interface AppFixtureOptions {
  /** By path in the folder; anything but text is written as JSON. */
  readonly files: Readonly<Record<string, JsonValue>>
  readonly settings?: Readonly<Record<string, string>>
  readonly serviceProviders?: readonly ServiceProvider[]
  readonly managedConnectors?: readonly ManagedConnector[]
  readonly telemetry?: Telemetry
  readonly store?: Store
  readonly clock?: Clock
}

export interface AppFixture extends RunningLogicApp {
  readonly service: LogicApps
  readonly dir: string
  readonly store: Store
  readonly clock: Clock
  /** Calls the trigger of a workflow at its signed address. */
  call(
    workflow: string,
    init?: { method?: string; body?: JsonValue; headers?: Record<string, string>; path?: string },
  ): Promise<Response>
  /** Asks the management REST with the app's key. */
  manage(
    path: string,
    init?: { method?: string; body?: JsonValue },
  ): Promise<{ status: number; body: JsonValue }>
}

export async function startApp(t: Owner, options: AppFixtureOptions): Promise<AppFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'interline-logic-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  writeFiles(dir, options.files)
  const clock = options.clock ?? new ManualClock()
  const store = options.store ?? (await openSqliteStore({ path: ':memory:', clock }))
  if (!options.store) t.after(() => store.close())
  const egress = new Egress({ hostMap: () => undefined })
  t.after(() => egress.stop())
  const service = new LogicApps({
    store,
    clock,
    logger: newLogger({ name: 'test', level: 'silent' }),
    telemetry: options.telemetry ?? silentTelemetry,
    host: '127.0.0.1',
    outgoing: egress,
    serviceProviders: options.serviceProviders ?? [],
    managedConnectors: options.managedConnectors ?? [],
  })
  await service.start()
  t.after(() => service.stop())
  const running = await service.run({
    name: 'app',
    dir,
    settings: options.settings ?? {},
    port: 0,
  })
  return { ...running, service, dir, store, clock, ...callsOf(running) }
}

/** Writes files of a project into a folder. */
export function writeFiles(dir: string, files: Readonly<Record<string, JsonValue>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(
      file,
      typeof content === 'string' ? content : JSON.stringify(content, undefined, 2),
    )
  }
}

/** A workflow with a Request trigger. */
export function requestWorkflow(
  actions: Record<string, JsonValue>,
  rest: {
    trigger?: Record<string, JsonValue>
    definition?: Record<string, JsonValue>
    kind?: string
  } = {},
): JsonValue {
  return {
    definition: {
      $schema:
        'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#',
      contentVersion: '1.0.0.0',
      triggers: { manual: { type: 'Request', kind: 'Http', inputs: {}, ...rest.trigger } },
      actions,
      outputs: {},
      ...rest.definition,
    },
    kind: rest.kind ?? 'Stateful',
  }
}

function callsOf({ app }: RunningLogicApp): Pick<AppFixture, 'call' | 'manage'> {
  return {
    call: (workflow, init = {}) => {
      const { workflow: compiled } = app.host(workflow)
      const url = new URL(app.callbackUrl(compiled, undefined))
      if (init.path !== undefined) url.pathname += init.path
      return fetch(url, {
        method: init.method ?? 'POST',
        headers: {
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...init.headers,
        },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      })
    },
    manage: async (path, init = {}) => {
      const url = `${app.baseUrl}/runtime/webhooks/workflow/api/management${path}`
      const response = await fetch(url, {
        method: init.method ?? 'GET',
        headers: { 'x-functions-key': app.keys.masterKey, 'content-type': 'application/json' },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      })
      const text = await response.text()
      const body: JsonValue = text === '' ? null : JSON.parse(text)
      return { status: response.status, body }
    },
  }
}
