import { randomFraction } from '../../base/ids.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { parseTimeSpan } from '../../languages/ncrontab/time-span.ts'

/** How often and after which waits the host invokes a function again that failed; -1 retries mean for ever. */
export type RetryPolicy =
  | {
      readonly strategy: 'fixedDelay'
      readonly retryCountMax: number
      readonly delayMs: number
    }
  | {
      readonly strategy: 'exponentialBackoff'
      readonly retryCountMax: number
      readonly minimumMs: number
      readonly maximumMs: number
    }

/**
 * Reads the `retryOptions` that the library registers (intervals in seconds) or the `retry` of host.json
 * (intervals as `hh:mm:ss`); `fault` makes the error that names where the policy stands.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies
 */
export function parseRetryPolicy(value: JsonValue, fault: (message: string) => Error): RetryPolicy {
  if (!isJsonObject(value)) throw fault('expected an object for the retry policy')
  const strategy = value['retryStrategy'] ?? value['strategy']
  const retryCountMax = readCount(value, fault)
  switch (typeof strategy === 'string' ? strategy.toLowerCase() : '') {
    case 'fixeddelay':
      return {
        strategy: 'fixedDelay',
        retryCountMax,
        delayMs: readInterval(value, 'delayInterval', fault),
      }
    case 'exponentialbackoff': {
      const minimumMs = readInterval(value, 'minimumInterval', fault)
      const maximumMs = readInterval(value, 'maximumInterval', fault)
      if (maximumMs < minimumMs) {
        throw fault('expected a maximumInterval that is not less than the minimumInterval')
      }
      return { strategy: 'exponentialBackoff', retryCountMax, minimumMs, maximumMs }
    }
    default:
      throw fault(
        `expected fixedDelay or exponentialBackoff as the strategy of the retry policy, found ${JSON.stringify(strategy ?? null)}`,
      )
  }
}

/**
 * How long to wait before the next attempt, or `undefined` when the policy gives up. `retryCount` counts the
 * retries already made; the growth and the jitter (a fifth either way) are those of the host.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  retryCount: number,
  random: () => number = randomFraction,
): number | undefined {
  if (policy.retryCountMax !== -1 && retryCount >= policy.retryCountMax) return undefined
  if (policy.strategy === 'fixedDelay') return policy.delayMs
  if (retryCount === 0) return policy.minimumMs
  const jitter = 0.8 + 0.4 * random()
  const growthMs = policy.minimumMs * 2 ** (retryCount - 1) * jitter
  return Math.round(Math.min(policy.minimumMs + growthMs, policy.maximumMs))
}

function readCount(value: JsonObject, fault: (message: string) => Error): number {
  const count = value['maxRetryCount']
  if (typeof count === 'number' && Number.isInteger(count) && count >= -1) return count
  throw fault(
    `expected a whole number, or -1 for ever, as the maxRetryCount of the retry policy, found ${JSON.stringify(count ?? null)}`,
  )
}

function readInterval(value: JsonObject, name: string, fault: (message: string) => Error): number {
  const interval = value[name]
  const intervalMs = toMilliseconds(interval)
  if (intervalMs !== undefined && intervalMs >= 0) return intervalMs
  throw fault(
    `expected a duration as the ${name} of the retry policy, found ${JSON.stringify(interval ?? null)}`,
  )
}

function toMilliseconds(interval: JsonValue | undefined): number | undefined {
  if (typeof interval === 'string') return parseTimeSpan(interval)
  if (!isJsonObject(interval)) return undefined
  const seconds = interval['seconds'] ?? 0
  const nanos = interval['nanos'] ?? 0
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return undefined
  return seconds * 1000 + Math.trunc(nanos / 1e6)
}
