import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { compileWorkflowText } from './check-definition.ts'
import { triggerNotFound, workflowNotFound } from './errors.ts'
import type { LoadedWorkflow, LogicApp } from './logic-app.ts'
import type { ManagementAnswer, ManagementCall } from './management-call.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import { triggerTypes } from './trigger-table.ts'
import { toJson } from './workflow-value.ts'

export async function listWorkflows({ app }: ManagementCall): Promise<ManagementAnswer> {
  return { status: 200, body: app.workflows.map((loaded) => summary(app, loaded)) }
}

export async function getWorkflow({ app, names }: ManagementCall): Promise<ManagementAnswer> {
  const loaded = app.find(names['workflow'] ?? '')
  if (!loaded) throw workflowNotFound(names['workflow'] ?? '')
  const body = summary(app, loaded)
  if ('error' in loaded) return { status: 200, body }
  const { file } = loaded.host.workflow
  return { status: 200, body: { ...body, definition: toJson(file.definition) } }
}

export async function validate({ app, names, body }: ManagementCall): Promise<ManagementAnswer> {
  const name = names['workflow'] ?? ''
  const text = JSON.stringify(definitionOf(body))
  compileWorkflowText(app, { name, text })
  return { status: 200 }
}

export async function listTriggers({ app, names }: ManagementCall): Promise<ManagementAnswer> {
  const host = app.host(names['workflow'] ?? '')
  const value = host.workflow.triggers.map((trigger) => ({
    id: `${app.resourceId}/workflows/${host.workflow.name}/triggers/${trigger.name}`,
    name: trigger.name,
    type: 'workflows/triggers',
    properties: {
      provisioningState: 'Succeeded',
      state: app.isEnabled(host) ? 'Enabled' : 'Disabled',
    },
  }))
  return { status: 200, body: { value } }
}

/** https://learn.microsoft.com/rest/api/logic/workflow-triggers/list-callback-url */
export async function listCallbackUrl({ app, names }: ManagementCall): Promise<ManagementAnswer> {
  const { host, trigger } = triggerOf(app, names)
  const value = app.callbackUrl(host.workflow, trigger.name)
  const url = new URL(value)
  const queries: JsonObject = {}
  for (const [name, text] of url.searchParams) queries[name] = text
  return {
    status: 200,
    body: { value, method: 'POST', basePath: `${url.origin}${url.pathname}`, queries },
  }
}

/** Fires a trigger now: one that listens looks, one that is called starts a run without a body. */
export async function runTrigger({ app, names, body }: ManagementCall): Promise<ManagementAnswer> {
  const { host, trigger } = triggerOf(app, names)
  const type = triggerTypes.get(trigger.type.toLowerCase())
  if (!type?.takesRequests) {
    await app.runTrigger(host.workflow.name, trigger.name)
    return { status: 202 }
  }
  const fired = await host.fire(trigger, {
    outputs: { headers: {}, ...(body === undefined ? {} : { body }) },
  })
  const runId = fired.runs[0]?.runId ?? ''
  return { status: 202, headers: { 'x-ms-workflow-run-id': runId } }
}

function summary(app: LogicApp, loaded: LoadedWorkflow): JsonObject {
  const { name } = loaded
  const href = `${app.baseUrl}/runtime/webhooks/workflow/api/management/workflows/${encodeURIComponent(name)}?api-version=2018-11-01`
  if ('error' in loaded) {
    const { code, message, path } = loaded.error
    return {
      name,
      href,
      isDisabled: true,
      health: {
        state: 'Unhealthy',
        error: { code, message: path === '' ? message : `${path}: ${message}` },
      },
    }
  }
  const { host } = loaded
  const { workflow } = host
  const triggers: JsonObject = {}
  for (const { name: trigger, type, kind } of workflow.triggers) {
    triggers[trigger] = { type, ...(kind === undefined ? {} : { kind }) }
  }
  return {
    name,
    kind: workflow.isStateful ? 'Stateful' : 'Stateless',
    href,
    definition_href: href,
    isDisabled: !app.isEnabled(host),
    triggers,
    health: { state: 'Healthy' },
  }
}

function triggerOf(
  app: LogicApp,
  names: ManagementCall['names'],
): {
  readonly host: ReturnType<LogicApp['host']>
  readonly trigger: TriggerDefinition
} {
  const host = app.host(names['workflow'] ?? '')
  const trigger = host.trigger(names['trigger'] ?? '')
  if (!trigger) throw triggerNotFound(host.workflow.name, names['trigger'] ?? '')
  return { host, trigger }
}

function definitionOf(body: JsonValue | undefined): JsonValue {
  const properties = isJsonObject(body) ? body['properties'] : undefined
  return isJsonObject(properties) ? properties : (body ?? null)
}
