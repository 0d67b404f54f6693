import { toText } from '../gateway/policy-value.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { cachingTypes } from './cache-lookup-value.ts'

/** https://learn.microsoft.com/azure/api-management/cache-store-value-policy */
export const cacheStoreValue: PolicyDefinition = {
  name: 'cache-store-value',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['key', 'value', 'duration', 'caching-type'],
  compile(source) {
    const key = source.requiredText('key')
    const value = source.any('value')
    if (!value) throw source.fault("The required attribute 'value' is missing.")
    const duration = source.requiredCount('duration', { min: 1 })
    source.choice('caching-type', cachingTypes)
    return (call) => {
      const kept = value.read(call)
      if (kept === null || kept === undefined) return
      const bytes = kept instanceof Uint8Array ? kept.length : Buffer.byteLength(toText(kept))
      const durationMs = duration.read(call) * 1000
      call.parts.cache.set(`value ${key.read(call)}`, kept, { durationMs, bytes })
    }
  },
}
