import { randomFraction } from '../../../base/ids.ts'
import { retryCountMax } from '../limits.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/retry-policy */
export const retry: PolicyDefinition = {
  name: 'retry',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['condition', 'count', 'interval', 'max-interval', 'delta', 'first-fast-retry'],
  elements: ['*'],
  compile(source) {
    const condition = source.flag('condition')
    if (!condition) throw source.fault("The required attribute 'condition' is missing.")
    const count = source.requiredCount('count', { min: 1, max: retryCountMax })
    const interval = source.requiredCount('interval')
    const maxInterval = source.count('max-interval')
    const delta = source.count('delta')
    const firstFast = source.flag('first-fast-retry')
    const policies = source.sequence({ path: '' })
    return async (call) => {
      const times = count.read(call)
      for (let repeat = 0; ; repeat += 1) {
        await policies.run(call)
        if (call.isReturned || repeat >= times) return
        if (source.usage.responseBody) await call.response?.body.buffer()
        if (!condition.read(call)) return
        const isFast = repeat === 0 && (firstFast?.read(call) ?? false)
        const seconds = waitSeconds(repeat + 1, {
          interval: interval.read(call),
          ...(maxInterval ? { maxInterval: maxInterval.read(call) } : {}),
          ...(delta ? { delta: delta.read(call) } : {}),
        })
        if (!isFast && seconds > 0) await call.parts.clock.sleep(seconds * 1000)
      }
    }
  },
}

function waitSeconds(
  attempt: number,
  rule: { interval: number; maxInterval?: number; delta?: number },
): number {
  const { interval, maxInterval, delta } = rule
  if (delta === undefined) return interval
  if (maxInterval === undefined) return interval + (attempt - 1) * delta
  const spread = delta * (0.8 + 0.4 * randomFraction())
  return Math.min(interval + (2 ** (attempt - 1) - 1) * spread, maxInterval)
}
