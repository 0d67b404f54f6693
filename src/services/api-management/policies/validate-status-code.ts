import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { Validation, requiredAction } from '../gateway/validation.ts'

/** https://learn.microsoft.com/azure/api-management/validate-status-code-policy */
export const validateStatusCode: PolicyDefinition = {
  name: 'validate-status-code',
  sections: ['outbound', 'on-error'],
  attributes: ['unspecified-status-code-action', 'errors-variable-name'],
  elements: ['status-code'],
  compile(source) {
    const others = requiredAction(source, 'unspecified-status-code-action')
    const variable = source.literal('errors-variable-name')
    const named = source.children('status-code').map((each) => ({
      code: each.requiredCount('code', { min: 100, max: 599 }),
      action: requiredAction(each, 'action'),
    }))
    return (call) => {
      const { response, api, operation } = call
      const contract = call.parts.contracts.operation(api.id, operation.id)
      if (!response || contract?.responses.some(({ status }) => status === response.status)) return
      const own = named.find(({ code }) => code.read(call) === response.status)
      new Validation(call, { name: source.name, variable }).report(
        (own?.action ?? others).read(call),
        {
          name: String(response.status),
          type: 'StatusCode',
          rule: 'Unspecified',
          details: `Response status code ${response.status} is not allowed.`,
        },
      )
    }
  },
}
