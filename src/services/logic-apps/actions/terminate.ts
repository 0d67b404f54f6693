import type { RunStatus } from '../../../engines/workflow/status.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { failed } from '../outcomes.ts'
import { objectOf, textOf } from '../workflow-value.ts'

const endings: readonly RunStatus[] = ['Failed', 'Cancelled', 'Succeeded']

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#terminate-action */
export const terminate: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs) => {
      const wanted = textOf(inputs, 'runStatus')
      const status = endings.find((each) => each.toLowerCase() === wanted?.toLowerCase())
      if (!status) {
        return failed(
          'InvalidTemplate',
          `The 'runStatus' of the action '${action.name}' must be one of '${endings.join(', ')}'.`,
        )
      }
      const error = objectOf(inputs, 'runError')
      const code = textOf(error, 'code')
      const message = textOf(error, 'message')
      const fault =
        status === 'Failed' ? { error: { code: code ?? 'Terminated', message: message ?? '' } } : {}
      return { status: 'Succeeded', code: 'NotSpecified', terminate: { status, ...fault } }
    },
  })
