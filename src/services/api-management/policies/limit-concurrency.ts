import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/limit-concurrency-policy */
export const limitConcurrency: PolicyDefinition = {
  name: 'limit-concurrency',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['key', 'max-count'],
  elements: ['*'],
  compile(source) {
    const key = source.requiredText('key')
    const max = source.requiredCount('max-count', { min: 1 })
    const policies = source.sequence({ path: '' })
    const running = new Map<string, number>()
    return async (call) => {
      const name = key.read(call)
      const count = running.get(name) ?? 0
      if (count >= max.read(call)) throw tooMany()
      running.set(name, count + 1)
      try {
        await policies.run(call)
      } finally {
        const left = (running.get(name) ?? 1) - 1
        if (left === 0) running.delete(name)
        else running.set(name, left)
      }
    }
  },
}

function tooMany(): PolicyError {
  return new PolicyError({
    source: 'limit-concurrency',
    reason: 'ConcurrencyLimitExceeded',
    message: 'Too many concurrent requests.',
    status: 429,
  })
}
