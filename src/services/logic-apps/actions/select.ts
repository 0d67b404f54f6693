import { ExpressionError } from '../../../languages/workflow-expression/expression-error.ts'
import { isArray } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { succeeded, templateFault } from '../outcomes.ts'
import { memberOf } from '../workflow-value.ts'
import { notArray } from './query.ts'

/** Maps a list: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#select-action */
export const select: ActionCompiler = (action, context) => {
  const shape = memberOf(action.inputs, 'select')
  if (shape === undefined)
    throw context.refuse(action, `"The 'select' property of 'inputs' is required."`)
  const template = context.template(action, shape, 'inputs')
  return leafWork(action, context, {
    isExternal: false,
    inputs: { from: memberOf(action.inputs, 'from') ?? null },
    execute: (inputs, call) => {
      const from = memberOf(inputs, 'from') ?? null
      if (!isArray(from)) return notArray('select', from)
      try {
        const body = from.map((item) => template.evaluate(call.environment.with({ item })))
        return succeeded({ body }, from)
      } catch (error) {
        if (error instanceof ExpressionError) return templateFault(action.name, error, "'select'")
        throw error
      }
    },
  })
}
