/**
 * One function app: its worker process, its functions and their triggers. Nothing of it survives a crash but
 * what its triggers keep (leases, locks, keys): the app is loaded from its folder at each start.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { RestartPolicy } from '../../processes/restart-policy.ts'
import { AppFiles } from './app-files.ts'
import { defineFunctions } from './define-functions.ts'
import type { FunctionExtensions, TriggerListener } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { FunctionRunner } from './function-runner.ts'
import { hostVersion } from './host-version.ts'
import type { HttpListener } from './http-listener.ts'
import { drainTimeoutMs } from './limits.ts'
import { readAppFolder, type AppFolder } from './app-folder.ts'
import { listenTo } from './trigger-listeners.ts'
import { WorkerLoadError, WorkerProcess } from './worker-process.ts'
import { workerEnvironment } from './worker-environment.ts'
import type { LoadedHead } from './worker-protocol.ts'
import { newTrace } from '../../base/trace-context.ts'

export interface FunctionAppOptions {
  readonly name: string
  readonly dir: string
  /** Application settings of the deployment; `local.settings.json` adds what they do not set. */
  readonly settings: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly extensions: FunctionExtensions
  readonly hostName: string
  readonly http: HttpListener
  /** Absolute folders the worker may be told of: the certificate authority, temporary files. */
  readonly environment: Readonly<Record<string, string>>
}

export type FunctionAppState = 'starting' | 'running' | 'restarting' | 'failed' | 'stopped'

/** A function app that runs: start, reload when its files change, restart when its worker ends, drain at stop. */
export class FunctionApp {
  readonly #options: FunctionAppOptions
  readonly #restarts: RestartPolicy
  readonly #files: AppFiles
  #settings: Readonly<Record<string, string>>
  #state: FunctionAppState = 'stopped'
  #failure: string | undefined
  #worker: Promise<WorkerProcess>
  #setWorker: (worker: WorkerProcess) => void = () => {}
  #current: WorkerProcess | undefined
  #folder: AppFolder | undefined
  #runner: FunctionRunner | undefined
  #definitions: readonly FunctionDefinition[] = []
  #listeners: TriggerListener[] = []
  #turn: Promise<void> = Promise.resolve()

  constructor(options: FunctionAppOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#restarts = new RestartPolicy(options.clock)
    this.#worker = this.#nextWorker()
    this.#files = new AppFiles({
      dir: options.dir,
      clock: options.clock,
      onChange: () => void this.reload(),
    })
  }

  get name(): string {
    return this.#options.name
  }

  get state(): FunctionAppState {
    return this.#state
  }

  /** The process of the worker, while there is one. */
  get pid(): number | undefined {
    return this.#current?.pid
  }

  /** Why the state is `failed`. */
  get failure(): string | undefined {
    return this.#failure
  }

  get functions(): readonly FunctionDefinition[] {
    return this.#definitions
  }

  get folder(): AppFolder | undefined {
    return this.#folder
  }

  /** Loads the app and opens its triggers; a fault of the app leaves it `failed` until its files change. */
  async start(): Promise<void> {
    this.#files.start()
    await this.#inTurn(() => this.#begin())
  }

  async stop(): Promise<void> {
    this.#files.stop()
    await this.#inTurn(() => this.#end())
  }

  /** Takes the app down in good order and loads it again from its folder. */
  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#state === 'stopped') return
      this.#options.logger.info({ app: this.name }, 'files changed: reloading')
      await this.#end()
      await this.#begin()
    })
  }

  /** Reloads the app with other settings; the same ones change nothing. */
  async useSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    if (isDeepStrictEqual(settings, this.#settings)) return
    this.#settings = settings
    await this.reload()
  }

  /** Events that wait or run; 0 means idle. */
  async pending(): Promise<number> {
    const waiting = await Promise.all(this.#listeners.map((listener) => listener.pending()))
    return waiting.reduce((sum, count) => sum + count, this.#runner?.running ?? 0)
  }

  async #begin(): Promise<void> {
    this.#state = 'starting'
    this.#failure = undefined
    try {
      const folder = readAppFolder({ dir: this.#options.dir, settings: this.#settings })
      this.#folder = folder
      const loaded = await this.#startWorker(folder)
      await this.#open(folder, loaded)
      this.#state = 'running'
    } catch (error) {
      await this.#fail(error)
    }
  }

  async #open(folder: AppFolder, loaded: LoadedHead): Promise<void> {
    const { name, extensions, hostName, http, clock, telemetry } = this.#options
    const context = { app: name, settings: folder.settings, host: folder.host, hostName }
    this.#definitions = await defineFunctions(loaded.functions, context, extensions)
    const runner = new FunctionRunner({
      app: name,
      clock,
      telemetry,
      logger: this.#options.logger,
      functionTimeoutMs: folder.host.functionTimeoutMs,
      worker: () => this.#worker,
    })
    this.#runner = runner
    http.serve({
      app: this,
      runner,
      folder,
      definitions: this.#definitions,
      streamUrl: loaded.capabilities['HttpUri'],
    })
    for (const definition of this.#definitions) {
      if (definition.disabled !== undefined) continue
      const listener = await listenTo(definition, { context, extensions, runner })
      if (listener) this.#listeners.push(listener)
    }
  }

  async #end(): Promise<void> {
    this.#state = 'stopped'
    await this.#closeTriggers()
    const worker = this.#current
    this.#current = undefined
    this.#worker = this.#nextWorker()
    await worker?.stop(drainTimeoutMs)
  }

  async #closeTriggers(): Promise<void> {
    this.#options.http.close()
    const listeners = this.#listeners
    this.#listeners = []
    const stopped = Promise.all(listeners.map((listener) => listener.stop()))
    const drained = new AbortController()
    const gaveUp = this.#options.clock.sleep(drainTimeoutMs, drained.signal).catch(() => {})
    await Promise.race([stopped, gaveUp])
    drained.abort()
  }

  async #fail(error: unknown): Promise<void> {
    await this.#end()
    this.#state = 'failed'
    this.#failure = messageOf(error)
    const stack = error instanceof WorkerLoadError ? error.appStack : stackOf(error)
    this.#options.logger.error({ app: this.name, stack }, this.#failure)
  }

  async #startWorker(folder: AppFolder): Promise<LoadedHead> {
    const worker = new WorkerProcess(
      {
        cwd: this.#options.dir,
        env: workerEnvironment(this.#options, folder),
        execArgv: folder.nodeArguments,
      },
      {
        onLog: (line) => this.#log(line),
        onExit: (exit) => void this.#exited(worker, exit.signal ?? `exit code ${exit.code}`),
      },
      this.#options.clock,
    )
    this.#restarts.started()
    this.#current = worker
    const loaded = await worker.load({ appDir: this.#options.dir, hostVersion })
    this.#setWorker(worker)
    return loaded
  }

  // Calls that come while the worker restarts wait for the next one.
  #nextWorker(): Promise<WorkerProcess> {
    return new Promise((resolve) => {
      this.#setWorker = resolve
    })
  }

  async #exited(worker: WorkerProcess, how: string): Promise<void> {
    if (worker !== this.#current || this.#state !== 'running') return
    this.#state = 'restarting'
    this.#current = undefined
    this.#worker = this.#nextWorker()
    this.#options.logger.warn({ app: this.name, how }, 'the worker process ended: restarting it')
    while (this.#state === 'restarting') {
      await this.#options.clock.sleep(this.#restarts.nextDelayMs())
      await this.#inTurn(() => this.#restartWorker())
    }
  }

  async #restartWorker(): Promise<void> {
    if (this.#state !== 'restarting' || !this.#folder) return
    try {
      await this.#startWorker(this.#folder)
      this.#state = 'running'
    } catch (error) {
      this.#options.logger.error(
        { app: this.name },
        `the worker did not start: ${messageOf(error)}`,
      )
    }
  }

  // Start, reload, restart and stop of one app never overlap.
  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action)
    this.#turn = turn.catch(() => {})
    return turn
  }

  #log(line: { level: string; message: string }): void {
    const level = line.level === 'none' ? 'trace' : line.level
    this.#options.telemetry.log({
      context: newTrace(),
      source: this.name,
      timeMs: this.#options.clock.now(),
      level: isLevel(level) ? level : 'information',
      message: line.message,
    })
    this.#options.logger.debug({ app: this.name, level }, line.message)
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : ''
}

const levels = ['trace', 'debug', 'information', 'warning', 'error', 'critical'] as const

function isLevel(text: string): text is (typeof levels)[number] {
  return levels.some((level) => level === text)
}
