import { formatPosition, SourceError } from '../base/errors.ts'
import { localHttpPort } from '../services/functions/local-http-port.ts'
import type { FunctionApps } from '../services/functions/service.ts'
import { isWorkflowApp, type Site } from '../services/functions/site.ts'
import type { LogicApps } from '../services/logic-apps/service.ts'
import type { DeployOptions, DeploymentResult } from '../services/resource-manager/deployment.ts'
import type { ResourceManager } from '../services/resource-manager/service.ts'
import { prepareApp } from './app-build.ts'
import { moduleMissing, readTextFile, restoreModules } from './module-restore.ts'
import type { AzdProject, AzdService } from './azd-project.ts'
import { defaultPorts, type Ports } from './ports.ts'

/** The environment by which the program of a site acts with the site's identity. */
export type IdentityOfApps = (site: string) => Promise<Readonly<Record<string, string>>>

/** Does for a project what `azd up` does: applies its template, then deploys its services. */
export class ProjectDeployment {
  readonly #resources: ResourceManager
  readonly #functions: FunctionApps
  readonly #logicApps: LogicApps
  readonly #ports: Ports
  readonly #say: (line: string) => void
  /** By name, which is what endpoints and traces call it. */
  readonly #services = new Map<string, AzdService>()
  readonly #portOf = new Map<string, number>()
  /** Names of the sites in the last deployment of each project: older ones of another environment may be kept too. */
  readonly #deployed = new Map<AzdProject, ReadonlySet<string>>()

  constructor(options: {
    resources: ResourceManager
    functions: FunctionApps
    logicApps: LogicApps
    ports: Ports
    say: (line: string) => void
  }) {
    this.#resources = options.resources
    this.#functions = options.functions
    this.#logicApps = options.logicApps
    this.#ports = options.ports
    this.#say = options.say
  }

  /** Applies the template: what has not changed since the last time is left alone. */
  async deploy(project: AzdProject): Promise<void> {
    for (const service of project.services) this.#claimName(service)
    const options = deployOptionsOf(project)
    const { resources } = await this.#deployTemplate(options)
    const sites = resources.filter(({ type }) => type.toLowerCase() === 'microsoft.web/sites')
    this.#deployed.set(project, new Set(sites.map(({ request }) => request.names[0] ?? '')))
  }

  async #deployTemplate(options: DeployOptions): Promise<DeploymentResult> {
    try {
      return await this.#resources.deployTemplate(options)
    } catch (error) {
      // Only a template that lacks a module is read twice: this is part of every start.
      if (!(error instanceof SourceError && error.code === moduleMissing)) throw error
      await restoreModules(options, this.#say)
      return this.#resources.deployTemplate(options)
    }
  }

  /** Gives each app its port, in the order of azure.yaml. */
  async takePorts(project: AzdProject): Promise<void> {
    for (const { name, dir } of project.services) {
      const port = localHttpPort(dir) ?? defaultPorts.functions
      this.#portOf.set(name, await this.#ports.take(`functions.${name}`, port))
    }
  }

  /** Starts the services of azure.yaml, each with the settings of the resource that its tag names. */
  async run(project: AzdProject, identity?: IdentityOfApps): Promise<void> {
    for (const { text, at } of project.notices) this.#say(`${formatPosition(at)}: ${text}`)
    const all = this.#sitesOf(project)
    const services = project.services.map((service) => ({ service, site: siteOf(service, all) }))
    for (const { service, site } of services)
      if (!isWorkflowApp(site)) await prepareApp(service.dir, this.#say)
    // None waits for another: most of what an app needs to load is done outside of this program.
    const starts = services.map(({ service, site }) => this.#start(service, site, identity))
    for (const start of await Promise.allSettled(starts))
      if (start.status === 'rejected') throw start.reason
  }

  async #start(service: AzdService, site: Site, identity?: IdentityOfApps): Promise<void> {
    const { name, dir } = service
    const port = this.#portOf.get(name) ?? 0
    if (isWorkflowApp(site)) {
      const { settings } = site
      await this.#logicApps.run({ name, dir, site: site.name, settings, port })
      return
    }
    const environment = identity ? await identity(site.name) : {}
    await this.#functions.run({ name, dir, site: site.name, environment, port })
  }

  #sitesOf(project: AzdProject): readonly Site[] {
    const names = this.#deployed.get(project) ?? new Set()
    return this.#functions.sites().filter((site) => names.has(site.name))
  }

  #claimName(service: AzdService): void {
    const other = this.#services.get(service.name)
    if (other && other !== service) {
      const message = `expected a name that no other project has: '${service.name}' is at ${formatPosition(other.at)} too`
      throw new SourceError('AzdServiceDuplicate', message, service.at)
    }
    this.#services.set(service.name, service)
  }
}

/** The resource that runs a service: the one it names, or the one whose tag names it. */
export function siteOf(service: AzdService, sites: readonly Site[]): Site {
  const { name, resourceName, at } = service
  const site =
    resourceName === undefined
      ? sites.find((candidate) => candidate.serviceName === name)
      : sites.find((candidate) => candidate.name.toLowerCase() === resourceName.toLowerCase())
  if (site) return site
  const expected =
    resourceName === undefined
      ? `a function app with the tag 'azd-service-name': '${name}'`
      : `the function app '${resourceName}'`
  throw new SourceError('AzdResourceNotFound', `expected ${expected} in the template`, at)
}

/** How a project's template is given to the resource manager. */
export function deployOptionsOf(project: AzdProject): DeployOptions {
  return {
    file: project.template,
    ...(project.parameters === undefined ? {} : { parametersFile: project.parameters }),
    readFile: (path) => readTextFile(path),
    deploymentName: project.name,
    environment: process.env,
  }
}
