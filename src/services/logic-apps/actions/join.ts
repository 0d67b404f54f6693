import { isArray } from '../../../languages/workflow-expression/value.ts'
import { textOf } from '../../../languages/workflow-expression/value-text.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { succeeded } from '../outcomes.ts'
import { memberOf, textOf as textMember } from '../workflow-value.ts'
import { notArray } from './query.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#join-action */
export const join: ActionCompiler = (action, context) => {
  if (memberOf(action.inputs, 'joinWith') === undefined) {
    throw context.refuse(action, `"The 'joinWith' property of 'inputs' is required."`)
  }
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs) => {
      const from = memberOf(inputs, 'from') ?? null
      if (!isArray(from)) return notArray('join', from)
      return succeeded({ body: from.map(textOf).join(textMember(inputs, 'joinWith') ?? '') })
    },
  })
}
