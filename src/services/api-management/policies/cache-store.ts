import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { CachedResponse } from './cache-lookup.ts'

/** https://learn.microsoft.com/azure/api-management/cache-store-policy */
export const cacheStore: PolicyDefinition = {
  name: 'cache-store',
  sections: ['outbound'],
  attributes: ['duration', 'cache-response'],
  compile(source) {
    const duration = source.requiredCount('duration', { min: 1 })
    const cacheResponse = source.flag('cache-response')
    source.usage.responseBody = true
    return (call) => {
      const { response, cacheKey } = call
      if (!response || cacheKey === undefined) return
      const isKept = cacheResponse ? cacheResponse.read(call) : response.status === 200
      if (!isKept) return
      const { status, reason } = response
      const { bytes } = response.body
      const kept = new CachedResponse({ status, reason, headers: response.headers.copy(), bytes })
      const durationMs = duration.read(call) * 1000
      call.parts.cache.set(cacheKey, kept, { durationMs, bytes: bytes?.length ?? 0 })
    }
  },
}
