import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/set-variable-policy */
export const setVariable: PolicyDefinition = {
  name: 'set-variable',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['name', 'value'],
  compile(source) {
    const name = source.requiredText('name')
    const value = source.any('value')
    if (!value) throw source.fault("The required attribute 'value' is missing.")
    return (call) => {
      call.variables.set(name.read(call), value.read(call))
    }
  },
}
