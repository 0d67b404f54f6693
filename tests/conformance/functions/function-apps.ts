import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { RealClock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import type { LogLine, Span, Telemetry } from '../../../src/base/telemetry.ts'
import type { FunctionApp } from '../../../src/services/functions/function-app.ts'
import { FunctionApps } from '../../../src/services/functions/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

/** Keeps what an app tells, for a test to look at. */
class Told implements Telemetry {
  readonly spans: Span[] = []
  readonly logs: LogLine[] = []

  span(span: Span): void {
    this.spans.push(span)
  }

  log(line: LogLine): void {
    this.logs.push(line)
  }

  messages(): string[] {
    return this.logs.map((line) => line.message)
  }
}

export interface RunningApps {
  readonly apps: FunctionApps
  readonly app: FunctionApp
  readonly told: Told
  /** Calls a path of the app. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Function apps with no other service beside them, stopped after the test. */
export async function newApps(
  t: TestContext,
  storePath = ':memory:',
): Promise<Pick<RunningApps, 'apps' | 'told' | 'stop'>> {
  const clock = new RealClock()
  const logger = newLogger({ name: 'test', level: process.env['INTERLINE_LOG_LEVEL'] ?? 'silent' })
  const store = await openSqliteStore({ path: storePath, clock, logger })
  const told = new Told()
  const apps = new FunctionApps({
    store,
    clock,
    logger,
    telemetry: told,
    extensions: { triggers: [], inputs: [], outputs: [], webhooks: [] },
    hostName: 'test',
    host: '127.0.0.1',
  })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= apps.stop().then(() => store.close()))
  t.after(stop)
  await apps.start()
  return { apps, told, stop }
}

/** Runs one app of `apps/` by itself, in a real worker process. */
export async function runApp(
  t: TestContext,
  name: string,
  options: { settings?: Record<string, string>; storePath?: string; dir?: string } = {},
): Promise<RunningApps> {
  const { apps, told, stop } = await newApps(t, options.storePath)
  await apps.putSite({
    name,
    kind: 'functionapp',
    serviceName: name,
    settings: options.settings ?? {},
  })
  const app = await apps.run({ name, dir: options.dir ?? appDir(name), site: name, port: 0 })
  const url = `http://127.0.0.1:${apps.ports().get(name)}`
  return { apps, app, told, url, stop, fetch: (path, init) => fetch(`${url}${path}`, init) }
}

/** The JSON of an answer, of the type that the test expects. */
export async function jsonOf(answer: Response) {
  return JSON.parse(await answer.text())
}

/** The folder of a test's app. */
export function appDir(name: string): string {
  return resolve(join('tests/conformance/functions/apps', name))
}

/** Waits for something that a running app does by itself. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const clock = new RealClock()
  const endMs = clock.now() + 10_000
  while (!(await holds())) {
    if (clock.now() > endMs) throw new Error(`not within 10 s: ${what}`)
    await clock.sleep(10)
  }
}
