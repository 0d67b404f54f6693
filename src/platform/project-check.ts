import { RealClock } from '../base/clock.ts'
import { formatPosition, messageOf, SourceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { inspectApp } from '../services/functions/inspect-app.ts'
import { isWorkflowApp } from '../services/functions/site.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import { prepareApp } from './app-build.ts'
import { readAzdProject, type AzdProject, type AzdService } from './azd-project.ts'
import { restoreModules } from './module-restore.ts'
import { deployOptionsOf, siteOf } from './project-deployment.ts'
import { checkRoles, isAboutRoles } from './role-check.ts'
import { newServices, type Services } from './services.ts'
import { checkWorkflows } from './workflow-check.ts'

/** A resource, function or setting of a project, and what the platform makes of it. */
export interface CheckedFeature {
  readonly class: 'modelled' | 'inert' | 'unsupported'
  readonly text: string
  /** `file:line:column`, or the file or folder. */
  readonly at: string
}

/** Loads projects on a state in memory and lists everything they use; runs none of it. */
export async function checkProjects(
  dirs: readonly string[],
  options: { logger: Logger; say: (line: string) => void },
): Promise<readonly CheckedFeature[]> {
  const clock = new RealClock()
  const { logger } = options
  const store = await openSqliteStore({ path: ':memory:', clock })
  const services = newServices({ store, clock, logger, host: '127.0.0.1', spansPath: ':memory:' })
  await services.lifecycle.start()
  try {
    const features: CheckedFeature[] = []
    for (const dir of dirs) features.push(...(await checkProject(dir, services, options.say)))
    return features
  } finally {
    await services.lifecycle.stop()
    await store.close()
  }
}

async function checkProject(
  dir: string,
  services: Services,
  say: (line: string) => void,
): Promise<CheckedFeature[]> {
  let project: AzdProject
  try {
    project = readAzdProject(dir)
  } catch (error) {
    return [faultOf(error, dir)]
  }
  const notices = project.notices.map(
    ({ text, at }): CheckedFeature => ({ class: 'inert', text, at: formatPosition(at) }),
  )
  const resources = [...notices, ...(await checkResources(project, services, say))]
  if (resources.some((feature) => feature.class === 'unsupported')) return resources
  return [...resources, ...(await checkApps(project, services, say))]
}

async function checkResources(
  project: AzdProject,
  services: Services,
  say: (line: string) => void,
): Promise<CheckedFeature[]> {
  const deployment = deployOptionsOf(project)
  await restoreModules(deployment, say)
  const features: CheckedFeature[] = []
  try {
    const declared = await services.resources.check(deployment)
    for (const { class: kind, type, name, at } of declared) {
      if (isAboutRoles(type)) continue
      features.push({ class: kind, text: `${type} ${name}`, at: formatPosition(at) })
    }
    // Only what can be deployed tells the settings that its apps get, and the roles of its assignments.
    if (features.every((feature) => feature.class !== 'unsupported')) {
      const { resources } = await services.resources.deployTemplate(deployment)
      features.push(...checkRoles(resources, project.template))
    }
  } catch (error) {
    features.push(faultOf(error, project.template))
  }
  return features
}

async function checkApps(
  project: AzdProject,
  services: Services,
  say: (line: string) => void,
): Promise<CheckedFeature[]> {
  const features: CheckedFeature[] = []
  for (const service of project.services) features.push(...(await checkApp(service, services, say)))
  return features
}

async function checkApp(
  service: AzdService,
  services: Services,
  say: (line: string) => void,
): Promise<CheckedFeature[]> {
  const { name, dir } = service
  try {
    const site = siteOf(service, services.functions.sites())
    if (isWorkflowApp(site)) return await checkWorkflows(services.logicApps, service, site)
    const { settings } = site
    await prepareApp(dir, say)
    const inspected = await inspectApp({ name, dir, settings, clock: new RealClock() })
    return inspected.map((feature) => ({ ...feature, at: dir }))
  } catch (error) {
    return [faultOf(error, dir)]
  }
}

/** What cannot be loaded, at the place that the fault itself tells. */
function faultOf(error: unknown, otherwise: string): CheckedFeature {
  const text = messageOf(error)
  if (!(error instanceof SourceError)) return { class: 'unsupported', text, at: otherwise }
  const at = formatPosition(error.position)
  return { class: 'unsupported', text: text.replace(`${at}: `, ''), at }
}
