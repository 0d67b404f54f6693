import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { compileQuotaRule, takeQuota } from './quota-by-key.ts'

/** https://learn.microsoft.com/azure/api-management/quota-policy */
export const quota: PolicyDefinition = {
  name: 'quota',
  sections: ['inbound'],
  scopes: ['product'],
  attributes: ['calls', 'bandwidth', 'renewal-period'],
  compile(source) {
    const rule = compileQuotaRule(source)
    return async (call) => {
      // Without a subscription there is nobody to count for.
      if (!call.subscription) return
      const counter = `/subscriptions/${call.subscription.id}/products/${call.product?.id ?? ''}`
      const use = await takeQuota(call, counter, { rule, calls: 1, policy: source.name })
      call.afterwards.push(() => use(0))
    }
  },
}
