import type { BranchChoice } from '../../../engines/workflow/graph.ts'
import {
  foreachConcurrency,
  foreachItemsMax,
  untilCount,
  untilTimeoutMsDefault,
} from '../../../engines/workflow/limits.ts'
import { parseIsoDuration } from '../../../base/iso-duration.ts'
import {
  ExpressionError,
  invalidTemplate,
} from '../../../languages/workflow-expression/expression-error.ts'
import {
  type Value,
  isArray,
  isInteger,
  kindOf,
} from '../../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from '../action-definition.ts'
import type { ActionCompiler, CompileContext } from '../compile-context.ts'
import { compileCondition } from '../condition.ts'
import { RunEnvironment } from '../expression-roots.ts'
import { failed } from '../outcomes.ts'
import { integerOf, memberOf, objectOf, textOf } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-run-steps-group-scopes */
export const scope: ActionCompiler = (action, context) => ({
  kind: 'scope',
  actions: context.actions(memberOf(action.body, 'actions'), action),
})

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-conditional-statement */
export const condition: ActionCompiler = (action, context) => {
  const expression = memberOf(action.body, 'expression')
  if (expression === undefined) {
    throw context.refuse(action, `"The 'expression' property is required."`)
  }
  const holds = compileCondition(expression, (value) =>
    context.template(action, value, 'expression'),
  )
  return {
    kind: 'branch',
    branches: [
      { name: 'actions', actions: context.actions(memberOf(action.body, 'actions'), action) },
      {
        name: 'else',
        actions: context.actions(memberOf(objectOf(action.body, 'else'), 'actions'), action),
      },
    ],
    choose: (frame) => {
      try {
        const expressionResult = holds(new RunEnvironment(frame))
        return { branch: expressionResult ? 'actions' : 'else', inputs: { expressionResult } }
      } catch (error) {
        if (error instanceof ExpressionError) return { fault: expressionFault(action, error) }
        throw error
      }
    },
  }
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-switch-statement */
export const switchCase: ActionCompiler = (action, context) => {
  const expression = memberOf(action.body, 'expression')
  if (expression === undefined) {
    throw context.refuse(action, `"The 'expression' property is required."`)
  }
  const template = context.template(action, expression, 'expression')
  const cases = Object.entries(objectOf(action.body, 'cases')).map(([name, body]) => ({
    name,
    value: memberOf(body, 'case') ?? null,
    actions: context.actions(memberOf(body, 'actions'), action),
  }))
  const otherwise = objectOf(action.body, 'default')
  const fallback = {
    name: '$default',
    actions: context.actions(memberOf(otherwise, 'actions'), action),
  }
  return {
    kind: 'branch',
    branches: [...cases, fallback],
    choose: (frame) => {
      let value: Value
      try {
        value = template.evaluate(new RunEnvironment(frame))
      } catch (error) {
        if (error instanceof ExpressionError) return { fault: expressionFault(action, error) }
        throw error
      }
      return chooseCase(action, { expression, value, cases })
    },
  }
}

function chooseCase(
  action: ActionDefinition,
  parts: {
    expression: Value
    value: Value
    cases: readonly { readonly name: string; readonly value: Value }[]
  },
): BranchChoice {
  const { expression, value, cases } = parts
  if (typeof value !== 'string' && !isInteger(value)) {
    const code = 'ExpressionEvaluationFailed'
    const message = `The execution of template action '${action.name}' failed: The result of the evaluation of 'scope' action expression '${typeof expression === 'string' ? expression : ''}' is not valid. It is of type '${kindOf(value)}' but is expected to be a value of type 'String, Integer'.`
    return { fault: failed(code, message, { code }) }
  }
  const inputs = { expressionResult: value }
  const strange = cases.find((each) => kindOf(each.value) !== kindOf(value))
  if (strange) {
    const message = `The execution of template action '${action.name}' failed: an unexpected exception encountered when evaluating branching condition. 'Template language function 'strongEquals' expects parameters of same type, but found '${kindOf(value)},${kindOf(strange.value)}' distinct types.'`
    return {
      inputs,
      branchFault: failed('ActionConditionFailed', message, { code: 'InternalServerError' }),
    }
  }
  const found = cases.find((each) => each.value === value)
  return { branch: found?.name ?? '$default', inputs }
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-loops#foreach-loop */
export const foreach: ActionCompiler = (action, context) => {
  const list = memberOf(action.body, 'foreach')
  if (list === undefined) throw context.refuse(action, `"The 'foreach' property is required."`)
  const template = context.template(action, list, 'foreach')
  return {
    kind: 'foreach',
    actions: context.actions(memberOf(action.body, 'actions'), action),
    concurrency: concurrencyOf(action, context),
    itemsMax: context.isStateful ? foreachItemsMax : 100,
    items: (frame) => {
      try {
        const items = template.evaluate(new RunEnvironment(frame))
        if (isArray(items)) return { items }
        const code = 'ExpressionEvaluationFailed'
        const message = `The execution of template action '${action.name}' failed: the result of the evaluation of 'foreach' expression '${typeof list === 'string' ? list : ''}' is of type '${kindOf(items)}'. The result must be a valid array.`
        return { fault: failed(code, message, { code }) }
      } catch (error) {
        if (error instanceof ExpressionError) return { fault: expressionFault(action, error) }
        throw error
      }
    },
  }
}

function concurrencyOf(action: ActionDefinition, context: CompileContext): number {
  if (action.operationOptions.has('sequential')) return 1
  const concurrency = objectOf(action.runtimeConfiguration, 'concurrency')
  const repetitions = integerOf(concurrency, 'repetitions')
  if (repetitions === undefined) return foreachConcurrency.default
  if (repetitions < 1 || repetitions > foreachConcurrency.max) {
    throw context.refuse(
      action,
      `"The value '${repetitions}' of 'runtimeConfiguration.concurrency.repetitions' must be between '1' and '${foreachConcurrency.max}'."`,
    )
  }
  return repetitions
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-loops#until-loop */
export const until: ActionCompiler = (action, context) => {
  const expression = memberOf(action.body, 'expression')
  if (expression === undefined) {
    throw context.refuse(action, `"The 'expression' property is required."`)
  }
  const holds = compileCondition(expression, (value) =>
    context.template(action, value, 'expression'),
  )
  const countMax = integerOf(action.limit, 'count') ?? untilCount.default
  if (countMax < 1 || countMax > untilCount.max) {
    throw context.refuse(
      action,
      `"The value '${countMax}' of 'limit.count' must be between '1' and '${untilCount.max}'."`,
    )
  }
  const timeout = textOf(action.limit, 'timeout')
  const timeoutMs = timeout === undefined ? untilTimeoutMsDefault : parseIsoDuration(timeout)
  if (timeoutMs === undefined || timeoutMs < 0) {
    throw context.refuse(action, `"The value of 'limit.timeout' is not a valid ISO 8601 duration."`)
  }
  return {
    kind: 'until',
    actions: context.actions(memberOf(action.body, 'actions'), action),
    countMax,
    timeoutMs,
    failsAtLimit: action.operationOptions.has('failwhenlimitsreached'),
    isDone: (frame) => {
      try {
        return holds(new RunEnvironment(frame))
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error
        return failed(
          invalidTemplate,
          `Unable to process template language expressions for action '${action.name}' at line '1' and column '0': '${error.message}'.`,
        )
      }
    },
  }
}

function expressionFault(action: ActionDefinition, error: ExpressionError) {
  return failed(
    invalidTemplate,
    `Unable to process template language expressions for action '${action.name}' at line '0' and column '0': '${error.message}'.`,
  )
}
