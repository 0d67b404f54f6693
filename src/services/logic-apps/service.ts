// Survives a crash: runs and their history, the keys of addresses, schedules, Consumption workflows (all in the store).
import { devNull } from 'node:os'
import type { Clock } from '../../base/clock.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { FailedRuns } from '../../engines/workflow/run-failures.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import type { Store } from '../../store/store.ts'
import type { IdentityToken } from './app-runtime.ts'
import { AppFiles } from './app-files.ts'
import type { FolderWorkflow } from './app-folder.ts'
import { ConsumptionApps } from './consumption-apps.ts'
import { DefinitionError } from './definition-error.ts'
import { readDefinition } from './definition-file.ts'
import { workflowNotFound } from './errors.ts'
import { messageBytesMax } from './limits.ts'
import { LogicApp } from './logic-app.ts'
import type { ManagedConnector } from './managed-connector.ts'
import { ManagedConnectors } from './managed-connectors.ts'
import { logicAppHandler } from './rest.ts'
import type { ServiceProvider } from './service-provider.ts'
import type { LogicAppParts } from './service-parts.ts'
import { ScriptThread } from './script-thread.ts'
import { ServiceProviders } from './service-providers.ts'
import { TransformPool } from './transform-pool.ts'
import {
  resolveReferences,
  type ResolveReference,
} from '../../engines/app-settings/setting-references.ts'

export interface LogicAppsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  /** Address to listen on. */
  readonly host: string
  /** How the workflows' own calls leave. */
  readonly outgoing: OutgoingHttp
  readonly serviceProviders: readonly ServiceProvider[]
  readonly managedConnectors: readonly ManagedConnector[]
  /** Gives tokens in the name of a site: of `ManagedServiceIdentity`. */
  readonly identityToken?: IdentityToken
  /** Follows settings that refer to a vault; without it they stay as they are written. */
  readonly resolveReference?: ResolveReference
}

/** A project folder and where it is served. */
export interface LogicAppDeployment {
  /** The service of azure.yaml, which also names the app in endpoints and traces. */
  readonly name: string
  readonly dir: string
  /** The site whose identity the app has; absent for a folder that no template mentions. */
  readonly site?: string
  /** Application settings of the site; `local.settings.json` adds what they do not set. */
  readonly settings?: Readonly<Record<string, string>>
  /** 0 for any free port. */
  readonly port: number
  /** Settings that the platform adds where nobody sets them. */
  readonly environment?: Readonly<Record<string, string>>
}

/** An app that is served. */
export interface RunningLogicApp {
  readonly app: LogicApp
  readonly port: number
}

/** Azure Logic Apps: https://learn.microsoft.com/azure/logic-apps/ */
export class LogicApps implements Startable {
  readonly #options: LogicAppsOptions
  readonly #parts: LogicAppParts
  readonly #consumption: ConsumptionApps
  readonly #running = new Map<string, RunningLogicApp & { stop(): Promise<void> }>()

  constructor(options: LogicAppsOptions) {
    this.#options = options
    this.#consumption = new ConsumptionApps(options.store)
    const { store, clock, logger, telemetry, outgoing, serviceProviders, managedConnectors } =
      options
    this.#parts = {
      store,
      clock,
      logger,
      telemetry,
      outgoing,
      serviceProviders: new ServiceProviders(serviceProviders),
      connectors: new ManagedConnectors(managedConnectors),
      scripts: new ScriptThread(),
      transforms: new TransformPool(),
      identityToken: options.identityToken,
    }
  }

  /** Serves the Consumption workflows that were deployed; apps of folders are served by `run`. */
  async start(): Promise<void> {
    for (const { name, text } of await this.#consumption.all())
      await this.#serveWorkflow(name, text)
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()]
    this.#running.clear()
    await Promise.all(running.map((each) => each.stop()))
    await Promise.all([this.#parts.scripts.stop(), this.#parts.transforms.stop()])
  }

  /** Takes over a Consumption workflow: an app of its own. */
  async putWorkflow(name: string, text: string): Promise<void> {
    await this.#consumption.put(name, text)
    await this.#serveWorkflow(name, text)
  }

  async deleteWorkflow(name: string): Promise<void> {
    await this.#consumption.delete(name)
    const running = this.#running.get(name)
    this.#running.delete(name)
    await running?.stop()
  }

  /** Where a Consumption workflow is called. */
  workflowUrl(name: string): string {
    const running = this.#running.get(name)
    return running ? `${running.app.baseUrl}/workflows/${encodeURIComponent(name)}` : ''
  }

  /** The signed address of a trigger of a Consumption workflow. */
  workflowCallbackUrl(name: string, trigger: string | undefined): string {
    const running = this.#running.get(name)
    if (!running) throw workflowNotFound(name)
    return running.app.callbackUrl(running.app.host(name).workflow, trigger)
  }

  /** Listens, loads the workflows of a folder and opens their triggers; a definition that is not valid stops no other. */
  async run(deployment: LogicAppDeployment): Promise<RunningLogicApp> {
    return this.#serve(deployment, undefined)
  }

  async #serveWorkflow(name: string, text: string): Promise<void> {
    const before = this.#running.get(name)
    this.#running.delete(name)
    await before?.stop()
    const definitions = [definitionOf(name, text)]
    // A folder that holds nothing: there are no files beside the definition.
    await this.#serve({ name, dir: devNull, port: before?.port ?? 0 }, definitions)
  }

  async #serve(
    deployment: LogicAppDeployment,
    definitions: readonly FolderWorkflow[] | undefined,
  ): Promise<RunningLogicApp> {
    const { host, logger, clock } = this.#options
    const { name, dir } = deployment
    const served: { app?: LogicApp } = {}
    const http = new HttpServer({
      host,
      port: deployment.port,
      name: `logic-apps/${name}`,
      limits: { bodyBytesMax: messageBytesMax },
      logger,
      clock,
      handler: async (request, response) => {
        if (served.app) await logicAppHandler(served.app)(request, response)
        else response.writeHead(503, { 'content-length': 0, 'retry-after': '1' }).end()
      },
    })
    const port = await http.start()
    const loaded = await this.#load(deployment, `http://${host}:${port}`, definitions)
    const files = new AppFiles({ dir, clock, onChange: () => void reload(loaded, logger) })
    const stop = async () => {
      files.stop()
      await loaded.stop()
      await http.stop()
    }
    this.#running.set(name, { app: loaded, port, stop })
    // A trigger that subscribes is called back while it is being opened.
    served.app = loaded
    await loaded.start()
    if (!definitions) files.start()
    return { app: loaded, port }
  }

  /** Loads the workflows of a folder as `run` does, and runs nothing. */
  async inspect(deployment: Omit<LogicAppDeployment, 'port'>): Promise<LogicApp> {
    const app = await this.#load({ ...deployment, port: 0 }, 'http://localhost', undefined)
    await app.keys.start()
    app.inspect()
    return app
  }

  /** Gives an app that runs the settings that its site has now. */
  async useSettings(site: string, settings: Readonly<Record<string, string>>): Promise<void> {
    for (const { app } of this.apps()) {
      if (app.site?.toLowerCase() !== site.toLowerCase()) continue
      const { name } = app
      await app.useSettings(await this.#settingsOf({ name, dir: '', site, settings, port: 0 }))
    }
  }

  apps(): readonly RunningLogicApp[] {
    return [...this.#running.values()]
  }

  /** Runs that have something to do, and events that wait at triggers; 0 means idle. */
  async pendingRuns(): Promise<number> {
    const counts = await Promise.all(this.apps().map(({ app }) => app.pending()))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Runs that failed since the start and whose callers did not hear of it, by `app/workflow`. */
  failedRuns(): ReadonlyMap<string, FailedRuns> {
    return new Map(this.apps().flatMap(({ app }) => [...app.engine.failures.byWorkflow]))
  }

  async #load(
    deployment: LogicAppDeployment,
    baseUrl: string,
    definitions: readonly FolderWorkflow[] | undefined,
  ): Promise<LogicApp> {
    const { name, dir, site, environment = {} } = deployment
    const settings = await this.#settingsOf(deployment)
    const folder = { name, dir, site, settings, environment, baseUrl, parts: this.#parts }
    return new LogicApp(definitions ? { ...folder, definitions } : folder)
  }

  async #settingsOf(deployment: LogicAppDeployment): Promise<Readonly<Record<string, string>>> {
    const { resolveReference, logger } = this.#options
    const { site, settings = {}, name } = deployment
    if (!resolveReference || site === undefined) return settings
    const resolved = await resolveReferences(settings, (reference) =>
      resolveReference({ site, reference }),
    )
    for (const warning of resolved.warnings) logger.warn({ app: name }, warning)
    return resolved.settings
  }
}

function definitionOf(name: string, text: string): FolderWorkflow {
  try {
    return { name, file: readDefinition({ name, file: `${name}.json`, text }) }
  } catch (error) {
    if (error instanceof DefinitionError) return { name, error }
    throw error
  }
}

async function reload(app: LogicApp, logger: Logger): Promise<void> {
  logger.info({ app: app.name }, 'files changed: the workflows are loaded again')
  try {
    await app.reload()
  } catch (error) {
    logger.error({ app: app.name, error }, 'the workflows cannot be loaded: those that ran go on')
  }
}
