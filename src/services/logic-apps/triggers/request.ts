import type { TriggerType } from '../trigger-type.ts'
import { toJson, memberOf, textOf } from '../workflow-value.ts'
import { compileSchema } from '../json-schema-check.ts'

const methods = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'])

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#request-trigger */
export const request: TriggerType = {
  takesRequests: true,
  check({ definition, refuse }) {
    const method = textOf(definition.rawInputs, 'method')
    if (method !== undefined && !methods.has(method.toLowerCase())) {
      throw refuse(`"The method '${method}' is not an HTTP method."`)
    }
    if (!definition.operationOptions.has('enableschemavalidation')) return
    try {
      compileSchema(toJson(memberOf(definition.rawInputs, 'schema') ?? {}))
    } catch (error) {
      throw refuse(`"The schema is not valid: ${error instanceof Error ? error.message : ''}"`)
    }
  },
}
