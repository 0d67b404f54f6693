/**
 * The platform: every service of one instance, joined. What survives a crash is in the store and in the files of
 * the projects; this file only starts and stops.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RealClock, type Clock } from '../base/clock.ts'
import { newUuid, randomHex } from '../base/ids.ts'
import { Lifecycle } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import { cosmosDbResources } from '../services/cosmos-db/resources.ts'
import { CosmosDb } from '../services/cosmos-db/service.ts'
import { functionResources } from '../services/functions/resources.ts'
import { FunctionApps } from '../services/functions/service.ts'
import { Console } from '../services/monitor/console.ts'
import { Monitor } from '../services/monitor/monitor.ts'
import { ResourceManager } from '../services/resource-manager/service.ts'
import { serviceBusResources } from '../services/service-bus/resources.ts'
import { ServiceBus } from '../services/service-bus/service.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import type { Store } from '../store/store.ts'
import { readAzdProject, type AzdProject } from './azd-project.ts'
import { removeEndpoints, writeEndpoints, type Endpoints } from './endpoints.ts'
import { IdleWatch } from './idle.ts'
import { localAzure } from './local-azure.ts'
import { defaultPorts, Ports } from './ports.ts'
import { ProjectDeployment } from './project-deployment.ts'
import { changeFeedToFunctions } from './wiring/change-feed-to-functions.ts'
import { cosmosDbToFunctions, functionsToCosmosDb } from './wiring/functions-to-cosmos-db.ts'
import { functionsToServiceBus } from './wiring/functions-to-service-bus.ts'
import { serviceBusToFunctions } from './wiring/service-bus-to-functions.ts'

export interface PlatformOptions {
  /** Folders of azd projects. */
  readonly projects: readonly string[]
  /** Folder of the state. */
  readonly dataDir: string
  readonly host?: string
  /** First of consecutive ports, or 0 for free ones; the defaults when absent. */
  readonly port?: number
  readonly logger: Logger
  readonly clock?: Clock
  /** Progress lines for a person: an install, a build. */
  readonly say?: (line: string) => void
}

/** A running instance. */
export interface Platform {
  readonly endpoints: Endpoints
  readonly projects: readonly AzdProject[]
  readonly clock: Clock
  readonly store: Store
  readonly monitor: Monitor
  readonly cosmosDb: CosmosDb
  readonly serviceBus: ServiceBus
  readonly functions: FunctionApps
  readonly resources: ResourceManager
  readonly idle: IdleWatch
  /** Drains and stops; what was accepted is done, or waits in the store. */
  stop(): Promise<void>
}

/** Starts every service on one state folder and runs the projects on it. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const clock = options.clock ?? new RealClock()
  const host = options.host ?? '127.0.0.1'
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const store = await openSqliteStore({
    path: join(dataDir, 'store.db'),
    clock,
    logger: options.logger,
  })
  const services = newServices({ ...options, clock, host, dataDir, store })
  const { lifecycle, ports, monitor, functions } = services
  let console: Console | undefined
  try {
    await lifecycle.start()
    const deployment = new ProjectDeployment({ ...services, say: options.say ?? (() => {}) })
    const projects = options.projects.map(readAzdProject)
    for (const project of projects) await deployment.deploy(project)
    const port = await ports.take('console', defaultPorts.console)
    console = new Console({ monitor, host, port, token: randomHex(16), logger: options.logger, clock })
    await console.start()
    for (const project of projects) await deployment.run(project)
    const endpoints = {
      console: console.url(),
      functions: Object.fromEntries(
        [...functions.ports()].map(([name, port]) => [name, `http://${host}:${port}`]),
      ),
      pid: process.pid,
    }
    writeEndpoints(dataDir, endpoints)
    return { ...services, clock, store, endpoints, projects, stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function stop(): Promise<void> {
    removeEndpoints(dataDir)
    await functions.stop()
    await console?.stop()
    await lifecycle.stop()
    await store.close()
  }
}

interface ServicesOptions {
  readonly clock: Clock
  readonly host: string
  readonly dataDir: string
  readonly store: Store
  readonly logger: Logger
  readonly port?: number
}

// Plain constructor calls, in the order of what needs what: this is the whole composition.
function newServices(options: ServicesOptions) {
  const { clock, host, dataDir, store, logger } = options
  const monitor = new Monitor({ path: join(dataDir, 'spans.db'), clock, logger })
  const shared = { store, clock, logger, telemetry: monitor }
  const cosmosDb = new CosmosDb(shared)
  const serviceBus = new ServiceBus({ ...shared, owner: newUuid() })
  const functions = new FunctionApps({
    ...shared,
    host,
    hostName: 'interline',
    extensions: {
      triggers: [
        changeFeedToFunctions({ cosmosDb, clock, logger }),
        serviceBusToFunctions({ serviceBus, clock, logger }),
      ],
      inputs: [cosmosDbToFunctions(cosmosDb)],
      outputs: [functionsToCosmosDb(cosmosDb), functionsToServiceBus(serviceBus)],
    },
  })
  const resources = new ResourceManager({ store, clock, logger, ...localAzure })
  const providers = [
    ...cosmosDbResources(cosmosDb),
    ...serviceBusResources(serviceBus),
    ...functionResources(functions),
  ]
  for (const provider of providers) resources.register(provider)
  const ports = new Ports({
    host,
    logger,
    ...(options.port === undefined ? {} : { first: options.port }),
  })
  const idle = new IdleWatch({ functions, serviceBus, clock })
  const lifecycle = new Lifecycle([monitor, cosmosDb, serviceBus, functions])
  return { monitor, cosmosDb, serviceBus, functions, resources, ports, idle, lifecycle }
}
