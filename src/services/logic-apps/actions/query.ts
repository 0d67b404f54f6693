import { ExpressionError } from '../../../languages/workflow-expression/expression-error.ts'
import { isArray, kindOf, type Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { compileCondition } from '../condition.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded, templateFault } from '../outcomes.ts'
import { memberOf } from '../workflow-value.ts'

/** Filters a list: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#query-action */
export const query: ActionCompiler = (action, context) => {
  const where = memberOf(action.inputs, 'where')
  if (where === undefined)
    throw context.refuse(action, `"The 'where' property of 'inputs' is required."`)
  const condition = compileCondition(where, (value) => context.template(action, value, 'inputs'))
  return leafWork(action, context, {
    isExternal: false,
    inputs: { from: memberOf(action.inputs, 'from') ?? null },
    execute: (inputs, call) => {
      const from = memberOf(inputs, 'from') ?? null
      if (!isArray(from)) return notArray('query', from)
      const body: Value[] = []
      try {
        for (const item of from) {
          if (condition(call.environment.with({ item }))) body.push(item)
        }
      } catch (error) {
        if (error instanceof ExpressionError) return templateFault(action.name, error, "'where'")
        throw error
      }
      return succeeded({ body }, from)
    },
  })
}

/** The fault of a list action whose `from` is no list. */
export function notArray(what: string, value: Value) {
  return failed(
    'BadRequest',
    `The 'from' property value in the '${what}' action inputs is of type '${kindOf(value)}'. The value must be an array.`,
  )
}
