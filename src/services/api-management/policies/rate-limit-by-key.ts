import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { ratePeriodSecondsMax } from '../limits.ts'

/** The attributes that tell a caller how much is left. */
export const rateReportAttributes = [
  'remaining-calls-header-name',
  'remaining-calls-variable-name',
  'total-calls-header-name',
  'retry-after-header-name',
  'retry-after-variable-name',
]

/** https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy */
export const rateLimitByKey: PolicyDefinition = {
  name: 'rate-limit-by-key',
  sections: ['inbound'],
  attributes: [
    'calls',
    'renewal-period',
    'counter-key',
    'increment-condition',
    'increment-count',
    ...rateReportAttributes,
  ],
  compile(source) {
    const calls = source.requiredCount('calls', { min: 1 })
    const period = source.requiredCount('renewal-period', { min: 1, max: ratePeriodSecondsMax })
    const key = source.requiredText('counter-key')
    const condition = source.flag('increment-condition')
    const increment = source.count('increment-count')
    const report = compileRateReport(source)
    const isPostponed =
      (condition !== undefined && condition.constant === undefined) ||
      (increment !== undefined && increment.constant === undefined)
    return (call) => {
      const { rates } = call.parts
      const counter = `by-key ${key.read(call)}`
      const limit = { calls: calls.read(call), periodMs: period.read(call) * 1000 }
      const answer = rates.rate(counter, limit)
      if (!answer.isAllowed) throw limitExceeded(call, { ...answer, policy: source.name, report })
      const count = (): void => {
        const isCounted = condition?.read(call) ?? true
        const by = isCounted ? (increment?.read(call) ?? 1) : 0
        rates.count(counter, { periodMs: limit.periodMs, by })
      }
      // What depends on the response is known at the end of outbound only.
      if (isPostponed) call.afterwards.push(count)
      else count()
      const isCounted = !isPostponed && (condition?.constant ?? true)
      const used = isCounted ? (increment?.constant ?? 1) : 0
      report(call, { remaining: Math.max(answer.remaining - used, 0), total: limit.calls })
    }
  },
}

type RateReport = (
  call: GatewayCall,
  state: { remaining?: number; total?: number; retryAfterSeconds?: number },
) => readonly (readonly [string, string])[]

/** Puts what is left into the headers and variables that the policy names. */
export function compileRateReport(source: PolicySource): RateReport {
  const headers = {
    remaining: source.text('remaining-calls-header-name'),
    total: source.text('total-calls-header-name'),
    retryAfterSeconds: source.text('retry-after-header-name'),
  } as const
  const variables = {
    remaining: source.text('remaining-calls-variable-name'),
    retryAfterSeconds: source.text('retry-after-variable-name'),
  } as const
  return (call, state) => {
    const named: [string, string][] = []
    const { retryAfterSeconds, remaining, total } = state
    if (retryAfterSeconds !== undefined) {
      const name = headers.retryAfterSeconds?.read(call) ?? 'Retry-After'
      named.push([name, String(retryAfterSeconds)])
      setNumber(call, variables.retryAfterSeconds, retryAfterSeconds)
    }
    if (remaining !== undefined) {
      if (headers.remaining) named.push([headers.remaining.read(call), String(remaining)])
      setNumber(call, variables.remaining, remaining)
    }
    if (total !== undefined && headers.total) {
      named.push([headers.total.read(call), String(total)])
    }
    if (named.length > 0) {
      call.afterwards.push(() => {
        for (const [name, value] of named) call.response?.headers.set(name, [value])
      })
    }
    return named
  }
}

/** 429, with the seconds to wait in its message and its header. */
export function limitExceeded(
  call: GatewayCall,
  state: { policy: string; retryAfterSeconds: number; report: RateReport },
): PolicyError {
  const { policy, retryAfterSeconds, report } = state
  const headers = report(call, { retryAfterSeconds, remaining: 0 })
  return new PolicyError({
    source: policy,
    reason: 'RateLimitExceeded',
    message: `Rate limit is exceeded. Try again in ${retryAfterSeconds} seconds.`,
    status: 429,
    headers,
  })
}

function setNumber(call: GatewayCall, name: Value<string> | undefined, value: number): void {
  if (name) call.variables.set(name.read(call), value)
}
