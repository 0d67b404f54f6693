import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { succeeded } from '../outcomes.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#compose-action */
export const compose: ActionCompiler = (action, context) => {
  if (action.inputs === undefined)
    throw context.refuse(action, `"The 'inputs' property is required."`)
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs) => succeeded(inputs),
  })
}
