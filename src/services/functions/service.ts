// Survives a crash: the sites with their settings, function keys and timer schedules (all in the store).
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { Store } from '../../store/store.ts'
import type { FunctionExtensions } from './extension.ts'
import { FunctionApp } from './function-app.ts'
import { FunctionKeys } from './function-keys.ts'
import { HttpListener } from './http-listener.ts'
import { startWaitMs } from './limits.ts'
import { resolveReferences } from '../../engines/app-settings/setting-references.ts'
import type {
  ResolveReference,
  ResolvedSettings,
} from '../../engines/app-settings/setting-references.ts'
import { Sites, type Site } from './site.ts'
import { timerTrigger } from './timer-trigger.ts'
import { WorkerRecords } from './worker-records.ts'

export interface FunctionAppsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly extensions: FunctionExtensions
  /** Names this host for leases and locks: the same after a restart. */
  readonly hostName: string
  /** Address to listen on. */
  readonly host: string
  /** Follows settings that refer to a vault; without it they stay as they are written. */
  readonly resolveReference?: ResolveReference
  /** File of Azure's names that are served on this machine: code of the apps reaches them here. */
  readonly hostsFile?: string | undefined
}

/** The code of one app and where it is served. */
export interface AppDeployment {
  /** The service of azure.yaml, which also names the app in endpoints and traces. */
  readonly name: string
  readonly dir: string
  /** The site whose settings the app gets; absent for a folder that no template mentions. */
  readonly site?: string
  readonly port: number
  /** What the platform adds to the app's environment: its identity, whom to trust. */
  readonly environment?: Readonly<Record<string, string>>
}

interface RunningApp {
  readonly app: FunctionApp
  readonly http: HttpListener
  readonly port: number
  readonly site: string | undefined
}

/** Azure Functions: https://learn.microsoft.com/azure/azure-functions/ */
export class FunctionApps implements Startable {
  readonly #options: FunctionAppsOptions
  readonly #sites: Sites
  readonly #workers: WorkerRecords
  readonly #running = new Map<string, RunningApp>()
  #onSite: ((site: Site) => Promise<void>) | undefined

  constructor(options: FunctionAppsOptions) {
    this.#options = options
    this.#sites = new Sites(options.store)
    this.#workers = new WorkerRecords(options.store)
  }

  async start(): Promise<void> {
    await this.#workers.endLeftBehind()
    await this.#sites.load()
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()]
    await Promise.all(running.map(({ app }) => app.stop()))
    await Promise.all(running.map(({ http }) => http.stop()))
    this.#running.clear()
  }

  site(name: string): Site | undefined {
    return this.#sites.get(name)
  }

  sites(): readonly Site[] {
    return this.#sites.all()
  }

  /** Calls back with a site whose settings may have changed: its code may be run by another service. */
  onSite(listener: (site: Site) => Promise<void>): void {
    this.#onSite = listener
  }

  /** Takes over the settings of a deployment; an app that runs with other settings is reloaded. */
  async putSite(site: Site): Promise<void> {
    await this.#sites.put(site)
    const name = site.name.toLowerCase()
    for (const running of this.#running.values()) {
      if (running.site?.toLowerCase() === name) await running.app.useSettings(site.settings)
    }
    await this.#onSite?.(site)
  }

  async deleteSite(name: string): Promise<void> {
    await this.#sites.delete(name)
  }

  /** Listens, loads the app and opens its triggers; a fault of the app leaves it in the state `failed`. */
  async run(deployment: AppDeployment): Promise<FunctionApp> {
    const { store, clock, logger, telemetry, extensions, hostName, host, hostsFile } = this.#options
    const keys = new FunctionKeys({ store, app: deployment.name })
    const http = new HttpListener({
      app: deployment.name,
      host,
      port: deployment.port,
      keys,
      webhooks: extensions.webhooks,
      logger,
      clock,
    })
    const port = await http.start()
    const app = new FunctionApp({
      name: deployment.name,
      dir: deployment.dir,
      settings: this.#settingsOf(deployment),
      resolveSettings: (settings) => this.#resolve(deployment, settings),
      clock,
      logger,
      telemetry,
      extensions: {
        ...extensions,
        triggers: [...extensions.triggers, timerTrigger({ store, clock, logger })],
      },
      hostName,
      http,
      workers: this.#workers,
      hostsFile,
      environment: { ...deployment.environment, WEBSITE_HOSTNAME: `${host}:${port}` },
    })
    this.#running.set(deployment.name, { app, http, port, site: deployment.site })
    await this.#startedOrSlow(app)
    return app
  }

  // An app that hangs while it loads must not hold up the others.
  async #startedOrSlow(app: FunctionApp): Promise<void> {
    const { clock, logger } = this.#options
    const started = new AbortController()
    const slow = clock.sleep(startWaitMs, started.signal).then(
      () => logger.warn({ app: app.name }, 'the app is still loading: going on without it'),
      () => {},
    )
    await Promise.race([app.start(), slow])
    started.abort()
  }

  apps(): readonly FunctionApp[] {
    return [...this.#running.values()].map(({ app }) => app)
  }

  /** The port of each running app. */
  ports(): ReadonlyMap<string, number> {
    return new Map([...this.#running].map(([name, { port }]) => [name, port]))
  }

  /** Events that wait or run in any app; 0 means idle. */
  async pending(): Promise<number> {
    const counts = await Promise.all(this.apps().map((app) => app.pending()))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** What `listKeys` of `host/default` gives. */
  async hostKeys(siteName: string): Promise<JsonObject> {
    const site = this.#sites.get(siteName)
    if (!site)
      throw new ServiceError('ResourceNotFound', 404, `The site '${siteName}' was not found.`)
    const keys = new FunctionKeys({
      store: this.#options.store,
      app: site.serviceName ?? site.name,
    })
    return keys.listHostKeys()
  }

  async #resolve(
    deployment: AppDeployment,
    settings: Readonly<Record<string, string>>,
  ): Promise<ResolvedSettings> {
    const resolve = this.#options.resolveReference
    const { site } = deployment
    if (!resolve || site === undefined) return { settings, warnings: [] }
    return resolveReferences(settings, (reference) => resolve({ site, reference }))
  }

  #settingsOf(deployment: AppDeployment): Readonly<Record<string, string>> {
    return deployment.site === undefined ? {} : (this.#sites.get(deployment.site)?.settings ?? {})
  }
}
