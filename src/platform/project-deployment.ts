import { readFileSync, existsSync } from 'node:fs'
import type { FunctionApps } from '../services/functions/service.ts'
import type { DeployOptions } from '../services/resource-manager/deployment.ts'
import type { ResourceManager } from '../services/resource-manager/service.ts'
import { prepareApp } from './app-build.ts'
import type { AzdProject } from './azd-project.ts'
import { defaultPorts, type Ports } from './ports.ts'

/** Does for a project what `azd up` does: applies its template, then deploys its services. */
export class ProjectDeployment {
  readonly #resources: ResourceManager
  readonly #functions: FunctionApps
  readonly #ports: Ports
  readonly #say: (line: string) => void

  constructor(options: {
    resources: ResourceManager
    functions: FunctionApps
    ports: Ports
    say: (line: string) => void
  }) {
    this.#resources = options.resources
    this.#functions = options.functions
    this.#ports = options.ports
    this.#say = options.say
  }

  /** Applies the template: what has not changed since the last time is left alone. */
  async deploy(project: AzdProject): Promise<void> {
    await this.#resources.deployTemplate(deployOptionsOf(project))
  }

  /** Starts the services of azure.yaml, each with the settings of the resource that its tag names. */
  async run(project: AzdProject): Promise<void> {
    for (const service of project.services) {
      const site = this.#functions
        .sites()
        .find((candidate) => candidate.serviceName === service.name)
      await prepareApp(service.dir, this.#say)
      await this.#functions.run({
        name: service.name,
        dir: service.dir,
        ...(site ? { site: site.name } : {}),
        port: await this.#ports.take(`functions.${service.name}`, defaultPorts.functions),
      })
    }
  }
}

/** How a project's template is given to the resource manager. */
export function deployOptionsOf(project: AzdProject): DeployOptions {
  return {
    file: project.template,
    ...(project.parameters === undefined ? {} : { parametersFile: project.parameters }),
    readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    deploymentName: project.name,
    environment: { ...process.env },
  }
}
