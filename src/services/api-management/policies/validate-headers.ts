import { checkParameter } from '../contract/parameter-check.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { Validation, requiredAction } from '../gateway/validation.ts'

const place = { type: 'ResponseHeader', label: 'header' } as const

/** https://learn.microsoft.com/azure/api-management/validate-headers-policy */
export const validateHeaders: PolicyDefinition = {
  name: 'validate-headers',
  sections: ['outbound', 'on-error'],
  attributes: ['specified-header-action', 'unspecified-header-action', 'errors-variable-name'],
  elements: ['header'],
  compile(source) {
    const specified = requiredAction(source, 'specified-header-action')
    const unspecified = requiredAction(source, 'unspecified-header-action')
    const variable = source.literal('errors-variable-name')
    const named = source.children('header').map((each) => ({
      name: each.requiredText('name'),
      action: requiredAction(each, 'action'),
    }))
    return (call) => {
      const { response, api, operation, parts } = call
      if (!response) return
      const { contracts } = parts
      const contract = contracts.operation(api.id, operation.id)
      const declared = contract?.responses.find(({ status }) => status === response.status)
      const validation = new Validation(call, { name: source.name, variable })
      for (const [name, values] of response.headers) {
        const isNamed = (other: string): boolean => other.toLowerCase() === name.toLowerCase()
        const own = named.find((each) => isNamed(each.name.read(call)))
        const header = declared?.headers.find((each) => isNamed(each.name))
        const action = (own?.action ?? (header ? specified : unspecified)).read(call)
        if (action === 'ignore') continue
        if (header) {
          validation.report(
            action,
            ...checkParameter(header, { api: api.id, place, values, contracts }),
          )
        } else {
          const details = `Unspecified header ${name} is not allowed.`
          validation.report(action, { name, type: place.type, rule: 'Unspecified', details })
        }
      }
    }
  },
}
