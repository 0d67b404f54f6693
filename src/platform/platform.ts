/**
 * The platform: one instance on one state folder. What survives a crash is in the store and in the files of the
 * projects; this file only starts and stops.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RealClock, type Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import type { Store } from '../store/store.ts'
import { appRegistrations } from './app-registrations.ts'
import { readAzdProject, type AzdProject } from './azd-project.ts'
import { endpointsOf } from './endpoint-list.ts'
import { removeEndpoints, writeEndpoints, type Endpoints } from './endpoints.ts'
import { declaredFlow } from './flow-declaration.ts'
import { IdleWatch } from './idle.ts'
import { Listeners } from './listeners.ts'
import { identityOfApps } from './wiring/entra-id-to-functions.ts'
import { Ports } from './ports.ts'
import { ProjectDeployment } from './project-deployment.ts'
import { ProjectWatch } from './project-watch.ts'
import { newServices, type Services } from './services.ts'

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
  /** Progress lines for a person: an install, a build, a template applied anew. */
  readonly say?: (line: string) => void
}

/** A running instance. */
export interface Platform extends Services {
  readonly endpoints: Endpoints
  readonly projects: readonly AzdProject[]
  readonly clock: Clock
  readonly store: Store
  readonly idle: IdleWatch
  /** Drains and stops; what was accepted is done, or waits in the store. */
  stop(): Promise<void>
}

/** Starts every service on one state folder and runs the projects on it. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const instance = await openInstance(options)
  try {
    return await runProjects(instance)
  } catch (error) {
    await stopInstance(instance)
    throw error
  }
}

/** What an instance has before anything runs on it. */
interface Instance {
  readonly projects: readonly AzdProject[]
  readonly dataDir: string
  readonly host: string
  readonly clock: Clock
  readonly logger: Logger
  readonly say: (line: string) => void
  readonly store: Store
  readonly services: Services
  readonly ports: Ports
  /** What is to be stopped, in this order. */
  readonly running: { stop(): Promise<void> }[]
}

async function openInstance(options: PlatformOptions): Promise<Instance> {
  const clock = options.clock ?? new RealClock()
  const { logger, host = '127.0.0.1', say = () => {} } = options
  const dataDir = resolve(options.dataDir)
  const projects = options.projects.map(readAzdProject)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  for (const file of ['store.db', 'spans.db']) ownFile(join(dataDir, file))
  const store = await openSqliteStore({ path: join(dataDir, 'store.db'), clock, logger })
  const services = newServices({
    store,
    clock,
    logger,
    host,
    spansPath: join(dataDir, 'spans.db'),
    hostsPath: join(dataDir, 'hosts.json'),
  })
  const first = options.port === undefined ? {} : { first: options.port }
  const ports = new Ports({ host, say, ...first })
  const running = [services.lifecycle, { stop: () => store.close() }]
  return { projects, dataDir, host, clock, logger, say, store, services, ports, running }
}

async function runProjects(instance: Instance): Promise<Platform> {
  const { projects, clock, say, services, running, store } = instance
  await services.lifecycle.start()
  const deployment = new ProjectDeployment({ ...services, ...instance })
  for (const project of projects) await deployment.deploy(project)
  const listeners = new Listeners({ ...services, ...instance })
  running.unshift(listeners)
  await listeners.start()
  for (const project of projects) await deployment.takePorts(project)
  await listeners.openDataPlanes()
  const identity = identityOfApps({ ...services, listeners })
  for (const project of projects) await deployment.run(project, identity)
  let endpoints = await tellEndpoints(instance, listeners)
  const deploy = async (project: AzdProject): Promise<void> => {
    await deployment.deploy(project)
    await listeners.refresh()
    endpoints = await tellEndpoints(instance, listeners)
  }
  const watch = new ProjectWatch({ projects, clock, say, deploy })
  watch.start()
  running.unshift(watch)
  const { places, arrows } = await declaredFlow(services)
  await services.monitor.declare(places, arrows)
  services.eventGrid.beginDeliveries()
  return {
    ...services,
    get endpoints() {
      return endpoints
    },
    projects,
    clock,
    store,
    idle: new IdleWatch({ ...services, clock }),
    stop: () => stopInstance(instance),
  }
}

/** Says to other programs, and to the apps, where everything is. */
async function tellEndpoints(instance: Instance, listeners: Listeners): Promise<Endpoints> {
  const { services, host, dataDir } = instance
  serveApps(services, host)
  const registrations = await appRegistrations(services)
  const endpoints = endpointsOf({ ...services, listeners, registrations, host })
  writeEndpoints(dataDir, endpoints)
  return endpoints
}

async function stopInstance({ dataDir, running }: Instance): Promise<void> {
  removeEndpoints(dataDir)
  const results = []
  // One part that cannot stop must not keep the others, and with them the store, from it.
  for (const part of running.splice(0)) results.push(...(await Promise.allSettled([part.stop()])))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Makes a file of the state readable by its owner alone, before anything is in it: it holds keys. */
function ownFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/** Code that names an app by its Azure host reaches it here. */
function serveApps({ functions, logicApps, hosts }: Services, host: string): void {
  const ports = new Map(functions.ports())
  for (const { app, port } of logicApps.apps()) ports.set(app.name, port)
  for (const site of functions.sites()) {
    const port = ports.get(site.serviceName ?? '')
    if (port !== undefined)
      hosts.serve([`${site.name}.azurewebsites.net`], { origin: `http://${host}:${port}` })
  }
}
