import type { JsonObject } from '../../base/json.ts'
import { compileTemplate } from '../../languages/workflow-expression/template.ts'
import { type Value, isObject } from '../../languages/workflow-expression/value.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import { lastSegment } from './connections.ts'
import { TriggerEnvironment } from './expression-roots.ts'
import type { LogicApp } from './logic-app.ts'
import { memberOf, objectOf, textOf, toJson } from './workflow-value.ts'

/** A trigger or action of a workflow, and what it uses, as far as that can be said before a run. */
export interface WorkflowStep {
  /** `triggers/manual`, `actions/Scope/Inner` */
  readonly path: string
  readonly isTrigger: boolean
  readonly type: string
  /** A service provider by its id: `serviceBus`, `AzureBlob`. */
  readonly provider?: string
  readonly operation?: string
  /** A managed connector: `azureeventgrid`. */
  readonly api?: string
  /** True for a managed connector that is answered by nothing here. */
  readonly isUnanswered?: boolean
  /** The inputs that are the same in every run; the others are absent. */
  readonly inputs: JsonObject
}

/** The triggers and actions of a workflow, in the order of its definition. */
export function outlineOf(app: LogicApp, workflow: CompiledWorkflow): readonly WorkflowStep[] {
  const environment = new TriggerEnvironment({
    context: {
      app,
      workflow,
      trigger: undefined,
      clientTrackingId: '',
      runId: '',
      originRunId: '',
    },
    extras: { callbackUrl: '' },
  })
  const known = (value: Value) => constant(value, environment)
  const triggers = workflow.triggers.map((trigger): WorkflowStep => {
    const { name, type, rawInputs } = trigger
    const path = `triggers/${name}`
    return {
      path,
      isTrigger: true,
      type,
      ...used(app, workflow, { name, inputs: rawInputs, known }),
    }
  })
  const actions = [...workflow.actions.values()].map((action): WorkflowStep => {
    const { name, type, inputs = {} } = action
    const path = `actions/${action.path}`
    return { path, isTrigger: false, type, ...used(app, workflow, { name, inputs, known }) }
  })
  return [...triggers, ...actions]
}

function used(
  app: LogicApp,
  workflow: CompiledWorkflow,
  step: { name: string; inputs: Value; known: (value: Value) => Value | undefined },
): Omit<WorkflowStep, 'path' | 'isTrigger' | 'type'> {
  const configuration = objectOf(step.inputs, 'serviceProviderConfiguration')
  const provider = textOf(configuration, 'serviceProviderId')
  if (provider !== undefined) {
    const operation = textOf(configuration, 'operationId') ?? ''
    const inputs = constants(memberOf(step.inputs, 'parameters'), step.known)
    return { provider: lastSegment(provider), operation, inputs }
  }
  const host = objectOf(step.inputs, 'host')
  const reference =
    textOf(objectOf(host, 'connection'), 'referenceName') ?? textOf(host, 'connectionName')
  const connection = reference === undefined ? undefined : app.connections.managed(reference)
  const inputs = constants(step.inputs, step.known)
  if (!connection) return { inputs }
  const isAnswered =
    app.connectors.has(connection.api) ||
    workflow.recorded.has(step.name.toLowerCase()) ||
    /^https?:/i.test(textOf(connection.definition, 'connectionRuntimeUrl') ?? '')
  return { api: connection.api, ...(isAnswered ? {} : { isUnanswered: true }), inputs }
}

function constants(
  value: Value | undefined,
  known: (value: Value) => Value | undefined,
): JsonObject {
  const found: JsonObject = {}
  if (value === undefined || !isObject(value)) return found
  for (const [name, member] of Object.entries(value)) {
    const constantValue = known(member)
    if (constantValue !== undefined) found[name] = toJson(constantValue)
  }
  return found
}

// What depends on a run cannot be evaluated without one: that is how it is told.
function constant(value: Value, environment: TriggerEnvironment): Value | undefined {
  try {
    return compileTemplate(value).evaluate(environment)
  } catch {
    return undefined
  }
}
