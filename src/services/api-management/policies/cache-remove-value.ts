import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { cachingTypes } from './cache-lookup-value.ts'

/** https://learn.microsoft.com/azure/api-management/cache-remove-value-policy */
export const cacheRemoveValue: PolicyDefinition = {
  name: 'cache-remove-value',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['key', 'caching-type'],
  compile(source) {
    const key = source.requiredText('key')
    source.choice('caching-type', cachingTypes)
    return (call) => {
      call.parts.cache.delete(`value ${key.read(call)}`)
    }
  },
}
