import type { ActionCall, Outcome } from '../../engines/workflow/action-call.ts'
import type { LeafWork } from '../../engines/workflow/graph.ts'
import { parseActionStatus } from '../../engines/workflow/status.ts'
import { ExpressionError } from '../../languages/workflow-expression/expression-error.ts'
import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from './action-definition.ts'
import { actionTimeout } from './action-timeout.ts'
import type { CompileContext } from './compile-context.ts'
import { RunEnvironment, shownAction } from './expression-roots.ts'
import { failed, templateFault } from './outcomes.ts'
import { contextOf, type RunContext } from './run-context.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/** One execution of an action. */
export interface LeafCall extends ActionCall {
  readonly action: ActionDefinition
  readonly context: RunContext
  readonly environment: RunEnvironment
}

/** What an action does once its inputs are known. */
export interface LeafBody {
  readonly isExternal: boolean
  /** The part of the definition that is evaluated; default `inputs`. */
  readonly inputs?: Value
  /** Keeps the inputs out of the record: a secret, or the code itself. */
  readonly execute: (inputs: Value, call: LeafCall) => Outcome | Promise<Outcome>
}

/** Makes the work of an action: evaluates its inputs, executes it, evaluates its tracked properties. */
export function leafWork(
  action: ActionDefinition,
  context: CompileContext,
  body: LeafBody,
): LeafWork {
  const template = context.template(action, body.inputs ?? action.inputs ?? null, 'inputs')
  const tracked = trackedTemplate(action, context)
  const recorded = staticOutcome(action, context)
  const { isExternal } = body
  const timeoutMs = isExternal ? actionTimeout(action, context) : undefined
  return {
    kind: 'leaf',
    isExternal: isExternal && !recorded,
    ...(timeoutMs ? { timeoutMs } : {}),
    run: (call) => {
      const environment = new RunEnvironment(call.frame)
      const evaluated = evaluate(action, template, environment)
      if ('fault' in evaluated) return evaluated.fault
      const { inputs } = evaluated
      const finish = (outcome: Outcome) => finished({ inputs, ...outcome }, call, tracked)
      if (recorded) return finish(recorded)
      const leaf = { ...call, action, context: contextOf(call.frame), environment }
      const outcome = body.execute(inputs, leaf)
      return outcome instanceof Promise ? outcome.then(finish) : finish(outcome)
    },
  }
}

function evaluate(
  action: ActionDefinition,
  template: CompiledTemplate,
  environment: RunEnvironment,
): { readonly inputs: Value } | { readonly fault: Outcome } {
  try {
    return { inputs: template.evaluate(environment) }
  } catch (error) {
    if (error instanceof ExpressionError) return { fault: templateFault(action.name, error) }
    throw error
  }
}

function trackedTemplate(
  action: ActionDefinition,
  context: CompileContext,
): CompiledTemplate | undefined {
  const properties = memberOf(action.body, 'trackedProperties')
  if (properties === undefined || properties === null) return undefined
  return context.template(action, properties, 'trackedProperties')
}

function finished(
  outcome: Outcome,
  call: ActionCall,
  tracked: CompiledTemplate | undefined,
): Outcome {
  if (!tracked) return outcome
  const context = contextOf(call.frame)
  const record = {
    ...outcome,
    name: call.name,
    startMs: call.startMs,
    endMs: context.clock.preciseNow(),
    spanId: call.trace.spanId,
  }
  const action = shownAction(record, context.clientTrackingId)
  try {
    const environment = new RunEnvironment(call.frame, { action })
    return { ...outcome, trackedProperties: tracked.evaluate(environment) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { ...outcome, ...templateFault(call.name, error, 'trackedProperties') }
  }
}

/** The recorded result that stands for the action: https://learn.microsoft.com/azure/logic-apps/test-logic-apps-mock-data-static-results */
function staticOutcome(action: ActionDefinition, context: CompileContext): Outcome | undefined {
  const options = objectOf(action.runtimeConfiguration, 'staticResult')
  if (textOf(options, 'staticResultOptions')?.toLowerCase() !== 'enabled') return undefined
  const name = textOf(options, 'name') ?? ''
  const result = context.staticResult(name)
  if (result === undefined) {
    throw context.refuse(action, `"The static result '${name}' is not defined in the template."`)
  }
  const status = parseActionStatus(textOf(result, 'status') ?? 'Succeeded')
  if (status === undefined) {
    throw context.refuse(action, `"The status of the static result '${name}' is not valid."`)
  }
  const outputs = memberOf(result, 'outputs')
  const code = textOf(result, 'code')
  const error = objectOf(result, 'error')
  const fault = failed(
    textOf(error, 'code') ?? code ?? 'BadRequest',
    textOf(error, 'message') ?? '',
  )
  return {
    status,
    code: code ?? 'OK',
    ...(outputs === undefined ? {} : { outputs }),
    ...(status === 'Succeeded' || !fault.error ? {} : { error: fault.error }),
  }
}
