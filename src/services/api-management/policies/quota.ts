import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { checkQuota, compileQuotaRule, useQuota } from './quota-by-key.ts'

/** https://learn.microsoft.com/azure/api-management/quota-policy */
export const quota: PolicyDefinition = {
  name: 'quota',
  sections: ['inbound'],
  scopes: ['product'],
  attributes: ['calls', 'bandwidth', 'renewal-period'],
  compile(source) {
    const rule = compileQuotaRule(source)
    return (call) => {
      // Without a subscription there is nobody to count for.
      if (!call.subscription) return
      const counter = `subscription ${call.subscription.id} ${call.product?.id ?? ''}`
      checkQuota(call, counter, { rule, policy: source.name })
      call.afterwards.push(() => useQuota(call, counter, 1))
    }
  },
}
