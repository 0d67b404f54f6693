import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/include-fragment-policy */
export const includeFragment: PolicyDefinition = {
  name: 'include-fragment',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['fragment-id'],
  compile(source) {
    const id = source.requiredLiteral('fragment-id')
    const fragment = source.environment.fragment(id)
    if (!fragment) throw source.fault(`Policy fragment '${id}' could not be found.`, 'fragment-id')
    const policies = source.environment.compileSequence(fragment.elements, {
      usage: source.usage,
      path: '',
    })
    return (call) => policies.run(call)
  },
}
