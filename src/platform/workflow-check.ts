import { formatPosition } from '../base/errors.ts'
import type { LogicApps } from '../services/logic-apps/service.ts'
import { outlineOf, type WorkflowStep } from '../services/logic-apps/workflow-outline.ts'
import type { Site } from '../services/functions/site.ts'
import type { AzdService } from './azd-project.ts'
import type { CheckedFeature } from './project-check.ts'

/** Loads the workflows of a logic app and lists their triggers and actions; runs none of them. */
export async function checkWorkflows(
  logicApps: LogicApps,
  service: AzdService,
  site: Site,
): Promise<CheckedFeature[]> {
  const { name, dir } = service
  const app = await logicApps.inspect({ name, dir, site: site.name, settings: site.settings })
  const features = app.connections.faults.map(
    (text): CheckedFeature => ({ class: 'unsupported', text, at: dir }),
  )
  for (const loaded of app.workflows) {
    if ('error' in loaded) {
      const { path, code, message, position } = loaded.error
      const where = path === '' ? loaded.name : `${loaded.name}/${path}`
      const at = position ? formatPosition(position) : dir
      features.push({ class: 'unsupported', text: `${where}: ${code}: ${message}`, at })
      continue
    }
    const { workflow } = loaded.host
    const steps = outlineOf(app, workflow)
    features.push(...steps.map((step) => featureOf(loaded.name, step, workflow.file.file)))
  }
  return features
}

function featureOf(workflow: string, step: WorkflowStep, at: string): CheckedFeature {
  const { path, type, provider, operation, api, isUnanswered } = step
  const uses = provider === undefined ? (api ?? '') : `${provider}.${operation ?? ''}`
  const text = `${workflow}/${path}: ${[type, uses].filter((part) => part !== '').join(' ')}`
  if (isUnanswered !== true) return { class: 'modelled', text, at }
  const reason = 'no local service, no connectionRuntimeUrl and no recorded answer'
  return { class: 'unsupported', text: `${text}: ${reason}`, at }
}
