/**
 * One function app: its worker process, its functions and their triggers. Nothing of it survives a crash but
 * what its triggers keep (leases, locks, keys): the app is loaded from its folder at each start.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { preloadArguments } from '../../processes/preload-arguments.ts'
import { RestartPolicy } from '../../processes/restart-policy.ts'
import { AppFiles } from './app-files.ts'
import { checkRegistered } from './app-model.ts'
import { CurrentWorker } from './current-worker.ts'
import { defineFunctions } from './define-functions.ts'
import type { FunctionExtensions, TriggerListener } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { FunctionRunner } from './function-runner.ts'
import { hostVersion } from './host-version.ts'
import type { HttpListener } from './http-listener.ts'
import { drainTimeoutMs, logLineCharsMax } from './limits.ts'
import { LogFilter } from './log-filter.ts'
import { readAppFolder, type AppFolder } from './app-folder.ts'
import { listenTo, warmUp } from './trigger-listeners.ts'
import type { ResolvedSettings } from '../../engines/app-settings/setting-references.ts'
import { WorkerLoadError, WorkerProcess } from './worker-process.ts'
import { workerEnvironment } from './worker-environment.ts'
import type { WorkerMark, WorkerRecords } from './worker-records.ts'
import type { LoadedHead, WorkerLogLevel } from './worker-protocol.ts'
import { newTrace } from '../../base/trace-context.ts'

export interface FunctionAppOptions {
  readonly name: string
  readonly dir: string
  /** Application settings of the deployment; `local.settings.json` adds what they do not set. */
  readonly settings: Readonly<Record<string, string>>
  /** Gives the settings with the secrets they refer to: asked at each load. */
  resolveSettings(settings: Readonly<Record<string, string>>): Promise<ResolvedSettings>
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly extensions: FunctionExtensions
  readonly hostName: string
  readonly http: HttpListener
  readonly workers: WorkerRecords
  /** Variables of the worker that the platform sets: where the app is reached. */
  readonly environment: Readonly<Record<string, string>>
  /** File of Azure's names that are served on this machine. */
  readonly hostsFile?: string | undefined
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
  readonly #worker = new CurrentWorker()
  #current: { readonly process: WorkerProcess; readonly mark: WorkerMark } | undefined
  #ending = new AbortController()
  #folder: AppFolder | undefined
  /** Where the current worker takes streamed requests; empty without streams. */
  #streamUrl = ''
  #runner: FunctionRunner | undefined
  #definitions: readonly FunctionDefinition[] = []
  #listeners: TriggerListener[] = []
  #turn: Promise<void> = Promise.resolve()

  constructor(options: FunctionAppOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#restarts = new RestartPolicy(options.clock)
    this.#files = new AppFiles({
      dir: options.dir,
      clock: options.clock,
      onChange: () => void this.reload('files changed'),
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
    return this.#current?.process.pid
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
    this.#ending.abort()
    // An app that hangs while it loads would hold the stop for as long as it may take to load.
    if (this.#state === 'starting') this.#current?.process.kill()
    await this.#inTurn(() => this.#end())
  }

  /** Takes the app down in good order and loads it again from its folder. */
  async reload(why: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#state === 'stopped') return
      this.#options.logger.info({ app: this.name }, `${why}: reloading`)
      await this.#end()
      await this.#begin()
    })
  }

  /** Reloads the app with other settings; the same ones change nothing. */
  async useSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    if (isDeepStrictEqual(settings, this.#settings)) return
    this.#settings = settings
    await this.reload('settings changed')
  }

  /** Invocations that have begun and not ended. */
  get running(): number {
    return this.#runner?.running ?? 0
  }

  /** Events that wait or run, and the start itself; 0 means idle. */
  async pending(): Promise<number> {
    const waiting = await Promise.all(this.#listeners.map((listener) => listener.pending()))
    return waiting.reduce(
      (sum, count) => sum + count,
      this.running + (this.#state === 'starting' ? 1 : 0),
    )
  }

  async #begin(): Promise<void> {
    this.#state = 'starting'
    this.#failure = undefined
    this.#ending = new AbortController()
    try {
      const { settings, warnings } = await this.#options.resolveSettings(this.#settings)
      const folder = readAppFolder({ dir: this.#options.dir, settings })
      this.#folder = folder
      this.#files.include(folder.host)
      this.#warn([...warnings, ...folder.warnings])
      const loaded = await this.#startWorker(folder)
      await this.#open(folder, loaded)
      this.#state = 'running'
      if (!this.#current) void this.#restart('it ended while the app started')
    } catch (error) {
      await this.#fail(error)
    }
  }

  async #open(folder: AppFolder, loaded: LoadedHead): Promise<void> {
    const { name, extensions, hostName, http, clock, telemetry, logger } = this.#options
    this.#warn(checkRegistered(loaded, this.#options.dir))
    const context = { app: name, settings: folder.settings, host: folder.host, hostName, clock }
    this.#definitions = await defineFunctions(loaded.functions, context, extensions)
    for (const definition of this.#definitions) {
      this.#warn(definition.warnings.map((text) => `function '${definition.name}': ${text}`))
    }
    const worker = (): Promise<WorkerProcess> => this.#worker.get()
    const runner = new FunctionRunner({
      app: name,
      clock,
      telemetry,
      logger,
      host: folder.host,
      worker,
    })
    this.#runner = runner
    const enabled = this.#definitions.filter(({ disabled }) => disabled === undefined)
    await warmUp(enabled, runner)
    const definitions = this.#definitions
    http.serve({
      app: this,
      runner,
      folder,
      definitions,
      isStreaming: this.#streamUrl !== '',
      streamUrl: () => this.#worker.get().then(() => this.#streamUrl),
    })
    for (const definition of enabled) {
      const listener = await listenTo(definition, { context, extensions, runner })
      if (listener) this.#listeners.push(listener)
    }
  }

  async #end(): Promise<void> {
    this.#state = 'stopped'
    this.#ending.abort()
    this.#worker.end()
    const isDrained = await this.#closeTriggers()
    if (isDrained) await this.#current?.process.stop(drainTimeoutMs)
    await this.#endWorker()
  }

  /** Kills the worker, if it has not ended by itself, and forgets it. */
  async #endWorker(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    this.#worker.end()
    if (!current) return
    current.process.kill()
    await current.process.ended()
    await this.#options.workers.remove(current.mark)
  }

  /** False when invocations still ran after the time they had to end. */
  async #closeTriggers(): Promise<boolean> {
    this.#options.http.close()
    this.#runner?.stop()
    const listeners = this.#listeners
    this.#listeners = []
    const closed = Promise.all([
      ...listeners.map((listener) => listener.stop()),
      this.#runner?.idle(),
    ]).then(() => true)
    const drained = new AbortController()
    const gaveUp = this.#options.clock.sleep(drainTimeoutMs, drained.signal).then(
      () => false,
      () => true,
    )
    const isDrained = await Promise.race([closed, gaveUp])
    drained.abort()
    return isDrained
  }

  async #fail(error: unknown): Promise<void> {
    await this.#closeTriggers()
    await this.#endWorker()
    this.#state = 'failed'
    this.#failure = messageOf(error)
    const stack = error instanceof WorkerLoadError ? error.appStack : stackOf(error)
    this.#options.logger.error({ app: this.name, stack }, this.#failure)
  }

  async #startWorker(folder: AppFolder): Promise<LoadedHead> {
    const { clock, dir, workers, hostsFile } = this.#options
    const mark = workers.newMark()
    const worker = new WorkerProcess(
      {
        cwd: dir,
        env: workerEnvironment(this.#options, folder),
        execArgv: [...preloadArguments(hostsFile), ...folder.nodeArguments],
        args: [mark.argument],
      },
      {
        onLog: (line) => this.#log(line),
        onExit: (exit) => this.#exited(worker, exit.signal ?? `exit code ${exit.code}`),
      },
      clock,
    )
    this.#restarts.started()
    this.#current = { process: worker, mark }
    if (worker.pid !== undefined) await workers.add(mark, worker.pid)
    const loaded = await worker.load({ appDir: dir, hostVersion })
    this.#streamUrl = loaded.capabilities['HttpUri'] ?? ''
    this.#worker.set(worker)
    return loaded
  }

  #exited(worker: WorkerProcess, how: string): void {
    if (worker !== this.#current?.process) return
    this.#worker.clear()
    if (this.#state === 'running') void this.#restart(how)
  }

  /** Starts the worker again and again until one stays, with longer and longer waits. */
  async #restart(how: string): Promise<void> {
    this.#state = 'restarting'
    const { clock, logger } = this.#options
    const { signal } = this.#ending
    logger.warn({ app: this.name, how }, 'the worker process ended: restarting it')
    while (this.#state === 'restarting' && !signal.aborted) {
      await clock.sleep(this.#restarts.nextDelayMs(), signal).catch(() => {})
      await this.#inTurn(() => this.#restartWorker(signal))
    }
  }

  async #restartWorker(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'restarting' || !this.#folder || signal.aborted) return
    try {
      await this.#forgetWorker()
      await this.#startWorker(this.#folder)
      this.#state = 'running'
    } catch (error) {
      this.#options.logger.error(
        { app: this.name },
        `the worker did not start: ${messageOf(error)}`,
      )
      this.#current?.process.kill()
    }
  }

  async #forgetWorker(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    if (current) await this.#options.workers.remove(current.mark)
  }

  // Start, reload, restart and stop of one app never overlap.
  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action)
    this.#turn = turn.catch(() => {})
    return turn
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#options.logger.warn({ app: this.name }, warning)
  }

  /** A line outside of any invocation: what the app prints, and what it says while it loads. */
  #log(line: { level: WorkerLogLevel; category: string; message: string }): void {
    const level = line.level === 'none' ? 'trace' : line.level
    this.#options.logger.debug({ app: this.name, level }, line.message)
    const category = line.category === 'console' ? 'Host.Function.Console' : 'Function'
    const logging = this.#folder?.host.logging ?? { logLevel: {} }
    if (!new LogFilter(logging).keeps(category, level)) return
    this.#options.telemetry.log({
      context: newTrace(),
      source: this.name,
      timeMs: this.#options.clock.now(),
      level,
      message: line.message.slice(0, logLineCharsMax),
    })
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : ''
}
