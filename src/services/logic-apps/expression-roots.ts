import { newUuid, randomFraction } from '../../base/ids.ts'
import type { ActionRecord } from '../../engines/workflow/action-record.ts'
import type { FoundAction, RunFrame } from '../../engines/workflow/run-frame.ts'
import {
  makeRootTable,
  type ExpressionEnvironment,
} from '../../languages/workflow-expression/environment.ts'
import { ExpressionError } from '../../languages/workflow-expression/expression-error.ts'
import {
  type Value,
  type ValueObject,
  makeObject,
} from '../../languages/workflow-expression/value.ts'
import { contextOf, type RunContext } from './run-context.ts'
import { timeText } from './time-text.ts'
import type { TriggerRecord } from './trigger-record.ts'
import { memberOf } from './workflow-value.ts'

function root(name: string, argumentsMin: number, argumentsMax = argumentsMin) {
  return { name, argumentsMin, argumentsMax }
}

/**
 * What expressions of workflows read of their run.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#workflow-functions
 */
export const workflowRoots = makeRootTable([
  root('parameters', 1),
  root('appsetting', 1),
  root('variables', 1),
  root('trigger', 0),
  root('triggerOutputs', 0),
  root('triggerBody', 0),
  root('actions', 1),
  root('action', 0),
  root('outputs', 1),
  root('body', 1),
  root('actionOutputs', 1),
  root('actionBody', 1),
  root('result', 1),
  root('item', 0),
  root('items', 1),
  root('iterationIndexes', 1),
  root('workflow', 0),
  root('listCallbackUrl', 0, 1),
])

/** Roots whose first argument is the name of an action. */
export const actionRoots = new Set([
  'actions',
  'outputs',
  'body',
  'actionoutputs',
  'actionbody',
  'result',
  'formdatavalue',
  'formdatamultivalues',
  'multipartbody',
])

/** What an evaluation knows beside the run. */
export interface EvaluationExtras {
  /** The element that a Query, Select or Table looks at. */
  readonly item?: Value
  /** The action that is evaluated, for `action()`. */
  readonly action?: ValueObject
  readonly callbackUrl?: string
}

/** Expressions of an action, evaluated where it stands in its run. */
export class RunEnvironment implements ExpressionEnvironment {
  readonly roots = workflowRoots
  readonly #context: RunContext
  readonly #frame: RunFrame
  readonly #extras: EvaluationExtras

  constructor(frame: RunFrame, extras: EvaluationExtras = {}) {
    this.#context = contextOf(frame)
    this.#frame = frame
    this.#extras = extras
  }

  get clock() {
    return this.#context.clock
  }

  newGuid(): string {
    return newUuid()
  }

  random(): number {
    return randomFraction()
  }

  with(extras: EvaluationExtras): RunEnvironment {
    return new RunEnvironment(this.#frame, { ...this.#extras, ...extras })
  }

  callRoot(name: string, args: readonly Value[]): Value {
    const [first = null] = args
    switch (name) {
      case 'variables':
        return this.#variable(text(name, first))
      case 'actions':
        return this.#action(text(name, first))
      case 'action':
        return this.#extras.action ?? null
      case 'outputs':
      case 'actionOutputs':
        return this.#outputs(text(name, first))
      case 'body':
      case 'actionBody':
        return this.#body(text(name, first))
      case 'result':
        return this.#result(text(name, first))
      case 'item':
        return this.#extras.item ?? this.#frame.loopOf()?.item ?? null
      case 'items':
        return this.#items(text(name, first))
      case 'iterationIndexes':
        return this.#frame.loopOf(text(name, first))?.index ?? 0
      default:
        return callStartRoot({ context: this.#context, extras: this.#extras }, name, args)
    }
  }

  #variable(name: string): Value {
    const value = this.#frame.run.variables.get(name)
    if (value !== undefined) return value
    throw new ExpressionError(
      `The template language function 'variables' failed: the variable '${name}' is not initialized.`,
    )
  }

  #find(name: string): FoundAction {
    const found = this.#frame.find(name)
    if (found) return found
    throw new ExpressionError(`The action '${name}' is not defined in the template.`)
  }

  #action(name: string): Value {
    const found = this.#find(name)
    if (found.kind === 'many') return found.records.map((record) => this.#shown(record))
    return found.record ? this.#shown(found.record) : null
  }

  #outputs(name: string): Value {
    const found = this.#find(name)
    if (found.kind === 'many') return found.records.map(({ outputs }) => outputs ?? null)
    return found.record?.outputs ?? null
  }

  #body(name: string): Value {
    const found = this.#find(name)
    if (found.kind === 'many') {
      return found.records.map(({ outputs }) => memberOf(outputs, 'body') ?? null)
    }
    return memberOf(found.record?.outputs, 'body') ?? null
  }

  #items(name: string): Value {
    const loop = this.#frame.loopOf(name)
    if (loop) return loop.item
    throw new ExpressionError(
      `The template language function 'items' failed: the action '${name}' is no 'foreach' loop around this action.`,
    )
  }

  #result(name: string): Value {
    const results = this.#frame.results(name)
    if (!results) throw new ExpressionError(`The action '${name}' is not defined in the template.`)
    return results.flatMap((found) => {
      if (found.kind === 'one') return found.record ? [this.#shown(found.record)] : []
      const [last] = found.records.slice(-1)
      if (!last) return []
      return [
        makeObject([
          ['name', found.node.name],
          ['outputs', found.records.map((record) => this.#shown(record))],
          ['startTime', timeText(found.records[0]?.startMs ?? 0)],
          ['endTime', timeText(last.endMs)],
          ['clientTrackingId', this.#context.clientTrackingId],
          ['code', 'NotSpecified'],
          ['status', worstStatus(found.records)],
          ['repetitionCount', found.records.length],
        ]),
      ]
    })
  }

  #shown(record: ActionRecord): ValueObject {
    return shownAction(record, this.#context.clientTrackingId)
  }
}

/** An action as `actions()` and `result()` show it. */
export function shownAction(record: ActionRecord, clientTrackingId: string): ValueObject {
  const { code, error } = record
  const entries: [string, Value | undefined][] = [
    ['name', record.name],
    ['inputs', record.inputs],
    ['outputs', record.outputs],
    ['startTime', timeText(record.startMs)],
    ['endTime', timeText(record.endMs)],
    ['trackingId', record.spanId],
    ['clientTrackingId', clientTrackingId],
    ['trackedProperties', record.trackedProperties],
    ['code', code === 'NotSpecified' ? undefined : code],
    ['status', record.status],
    ['error', error && { code: error.code, message: error.message }],
    ['repetitionCount', record.iterations],
  ]
  return makeObject(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}

/** What a trigger and a run know before any action: parameters, settings, the trigger itself. */
export interface StartView {
  readonly context: Pick<
    RunContext,
    'app' | 'workflow' | 'clientTrackingId' | 'runId' | 'originRunId'
  > & {
    readonly trigger: TriggerRecord | undefined
  }
  readonly extras: EvaluationExtras
}

/** Expressions of a trigger. */
export class TriggerEnvironment implements ExpressionEnvironment {
  readonly roots = workflowRoots
  readonly #view: StartView

  constructor(view: StartView) {
    this.#view = view
  }

  get clock() {
    return this.#view.context.app.clock
  }

  newGuid(): string {
    return newUuid()
  }

  random(): number {
    return randomFraction()
  }

  callRoot(name: string, args: readonly Value[]): Value {
    if (name === 'item') return this.#view.extras.item ?? null
    return callStartRoot(this.#view, name, args)
  }
}

function callStartRoot(view: StartView, name: string, args: readonly Value[]): Value {
  const { context, extras } = view
  const [first = null] = args
  switch (name) {
    case 'parameters':
      return parameter(view, text(name, first))
    case 'appsetting':
      return setting(view, text(name, first))
    case 'trigger':
      return context.trigger ? shownTrigger(view, context.trigger) : null
    case 'triggerOutputs':
      return context.trigger?.outputs ?? null
    case 'triggerBody':
      return memberOf(context.trigger?.outputs, 'body') ?? null
    case 'workflow':
      return shownWorkflow(view)
    case 'listCallbackUrl':
      return extras.callbackUrl ?? context.app.callbackUrl(context.workflow, undefined)
    default:
      throw new ExpressionError(`The template function '${name}' is not expected at this location.`)
  }
}

function parameter({ context }: StartView, name: string): Value {
  const value = context.workflow.parameter(name)
  if (value !== undefined) return value
  // What a flow's connectors authenticate with is given by its host: connectors here ask for nothing.
  if (name.toLowerCase() === '$authentication' || name.toLowerCase() === '$connections') return {}
  throw new ExpressionError(`The workflow parameter '${name}' is not found.`)
}

function setting({ context }: StartView, name: string): Value {
  const value = context.app.settings.get(name)
  if (value !== undefined) return value
  throw new ExpressionError(
    `The template language function 'appsetting' failed: the app setting '${name}' is not found.`,
  )
}

function shownTrigger({ context }: StartView, trigger: TriggerRecord): ValueObject {
  const { inputs, outputs, scheduledMs } = trigger
  return {
    name: trigger.name,
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
    startTime: timeText(trigger.startMs),
    endTime: timeText(trigger.endMs),
    ...(scheduledMs === undefined ? {} : { scheduledTime: timeText(scheduledMs) }),
    trackingId: trigger.trackingId,
    clientTrackingId: context.clientTrackingId,
    originHistoryName: context.originRunId,
    code: trigger.code,
    status: 'Succeeded',
  }
}

function shownWorkflow({ context }: StartView): ValueObject {
  const { workflow, runId, app } = context
  const id = `${app.resourceId}/workflows/${workflow.name}`
  return {
    id,
    name: workflow.name,
    type: 'Microsoft.Logic/workflows',
    location: app.location,
    tags: {},
    run: { id: `${id}/runs/${runId}`, name: runId, type: 'Microsoft.Logic/workflows/runs' },
  }
}

function worstStatus(records: readonly ActionRecord[]): string {
  const statuses = new Set(records.map(({ status }) => status))
  const order = ['Failed', 'TimedOut', 'Cancelled', 'Succeeded', 'Skipped'] as const
  return order.find((status) => statuses.has(status)) ?? 'Succeeded'
}

function text(name: string, value: Value): string {
  if (typeof value === 'string') return value
  throw new ExpressionError(
    `The template language function '${name}' expects its parameter to be a string.`,
  )
}
