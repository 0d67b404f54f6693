import { toFlag } from '../gateway/policy-value.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/choose-policy */
export const choose: PolicyDefinition = {
  name: 'choose',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: [],
  elements: ['when', 'otherwise'],
  compile(source) {
    const cases = source.children('when').map((when, index) => {
      const condition = when.any('condition')
      if (!condition) throw when.fault("The required attribute 'condition' is missing.")
      return { condition, policies: when.sequence({ path: `when[${index + 1}]` }) }
    })
    if (cases.length === 0) throw source.fault("'choose' needs at least one 'when'.")
    const otherwise = source.child('otherwise')?.sequence({ path: 'otherwise[1]' })
    return (call) => {
      const chosen = cases.find(({ condition }) => toFlag(condition.read(call)))
      return (chosen?.policies ?? otherwise)?.run(call)
    }
  },
}
