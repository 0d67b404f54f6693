/**
 * The platform: one instance on one state folder. What survives a crash is in the store and in the files of the
 * projects; this file only starts and stops.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RealClock, type Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { Console } from '../services/monitor/console.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import type { Store } from '../store/store.ts'
import { readAzdProject, type AzdProject } from './azd-project.ts'
import { removeEndpoints, writeEndpoints, type Endpoints } from './endpoints.ts'
import { declaredFlow } from './flow-declaration.ts'
import { IdleWatch } from './idle.ts'
import { defaultPorts, Ports } from './ports.ts'
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
  const clock = options.clock ?? new RealClock()
  const { logger, host = '127.0.0.1', say = () => {} } = options
  const dataDir = resolve(options.dataDir)
  const projects = options.projects.map(readAzdProject)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const store = await openSqliteStore({ path: join(dataDir, 'store.db'), clock, logger })
  const services = newServices({ store, clock, logger, host, spansPath: join(dataDir, 'spans.db') })
  const ports = new Ports({
    host,
    say,
    ...(options.port === undefined ? {} : { first: options.port }),
  })
  const running: { stop(): Promise<void> }[] = [services.lifecycle, { stop: () => store.close() }]
  try {
    await services.lifecycle.start()
    const deployment = new ProjectDeployment({ ...services, ports, say })
    for (const project of projects) await deployment.deploy(project)
    const console = await startConsole({ ...services, host, ports, logger, clock })
    running.unshift(console)
    for (const project of projects) await deployment.run(project)
    const watch = new ProjectWatch({
      projects,
      clock,
      say,
      deploy: (project) => deployment.deploy(project),
    })
    watch.start()
    running.unshift(watch)
    const { places, arrows } = declaredFlow(services.functions.apps())
    await services.monitor.declare(places, arrows)
    const endpoints = endpointsOf(services, console, host)
    writeEndpoints(dataDir, endpoints)
    const idle = new IdleWatch({ ...services, clock })
    return { ...services, endpoints, projects, clock, store, idle, stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function stop(): Promise<void> {
    removeEndpoints(dataDir)
    for (const part of running.splice(0)) await part.stop()
  }
}

async function startConsole(
  options: Services & {
    host: string
    ports: Ports
    logger: Logger
    clock: Clock
  },
): Promise<Console> {
  const { monitor, host, ports, logger, clock } = options
  const port = await ports.take('console', defaultPorts.console)
  const console = new Console({ monitor, host, port, token: randomHex(16), logger, clock })
  await console.start()
  return console
}

function endpointsOf(services: Services, console: Console, host: string): Endpoints {
  const functions = [...services.functions.ports()].map(([name, port]) => [
    name,
    `http://${host}:${port}`,
  ])
  return { console: console.url(), functions: Object.fromEntries(functions), pid: process.pid }
}
