import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { quotaPeriodSecondsMin } from '../limits.ts'

/** What a quota allows in a period: calls, kilobytes, or both. */
export interface QuotaRule {
  readonly calls: Value<number> | undefined
  readonly bandwidth: Value<number> | undefined
  readonly period: Value<number>
  readonly firstStart: Value<string> | undefined
}

/** https://learn.microsoft.com/azure/api-management/quota-by-key-policy */
export const quotaByKey: PolicyDefinition = {
  name: 'quota-by-key',
  sections: ['inbound'],
  attributes: [
    'calls',
    'bandwidth',
    'renewal-period',
    'counter-key',
    'increment-condition',
    'increment-count',
    'first-period-start',
  ],
  compile(source) {
    const rule = compileQuotaRule(source)
    const key = source.requiredText('counter-key')
    const condition = source.flag('increment-condition')
    const increment = source.count('increment-count')
    return (call) => {
      const counter = `by-key ${key.read(call)}`
      checkQuota(call, counter, { rule, policy: source.name })
      call.afterwards.push(() => {
        if (condition?.read(call) ?? true) useQuota(call, counter, increment?.read(call) ?? 1)
      })
    }
  },
}

export function compileQuotaRule(source: PolicySource): QuotaRule {
  const calls = source.count('calls', { min: 1 })
  const bandwidth = source.count('bandwidth', { min: 1 })
  if (!calls && !bandwidth) throw source.fault("'calls' or 'bandwidth' must be set.")
  const period = source.requiredCount('renewal-period')
  const seconds = period.constant
  if (seconds !== undefined && seconds > 0 && seconds < quotaPeriodSecondsMin) {
    const message = `the attribute 'renewal-period' must be 0 or at least ${quotaPeriodSecondsMin}, not ${seconds}`
    throw source.fault(message, 'renewal-period')
  }
  return { calls, bandwidth, period, firstStart: source.text('first-period-start') }
}

/** Throws 403 when the period has nothing left for another call. */
export function checkQuota(
  call: GatewayCall,
  counter: string,
  options: { rule: QuotaRule; policy: string },
): void {
  const { rule, policy } = options
  const periodMs = rule.period.read(call) * 1000
  const firstStartMs = Date.parse(rule.firstStart?.read(call) ?? '') || Date.UTC(1, 0, 1)
  const used = call.parts.counters.quota(counter, { firstStartMs, periodMs })
  const calls = rule.calls?.read(call) ?? Number.POSITIVE_INFINITY
  const kilobytes = rule.bandwidth?.read(call) ?? Number.POSITIVE_INFINITY
  const isOutOfCalls = used.calls >= calls
  if (!isOutOfCalls && used.bytes < kilobytes * 1024) return
  const what = isOutOfCalls ? 'call volume' : 'bandwidth'
  const waitSeconds = Math.ceil((used.endMs - call.parts.clock.now()) / 1000)
  const when = Number.isFinite(waitSeconds)
    ? ` Quota will be replenished in ${timeSpan(waitSeconds)}.`
    : ''
  throw new PolicyError({
    source: policy,
    reason: 'QuotaExceeded',
    message: `Out of ${what} quota.${when}`,
    status: 403,
    headers: Number.isFinite(waitSeconds) ? [['Retry-After', String(waitSeconds)]] : [],
  })
}

/** Counts the call and the bytes of its bodies that are known. */
export function useQuota(call: GatewayCall, counter: string, calls: number): void {
  const sizes = [call.request.headers, call.response?.headers].map((headers) =>
    Number(headers?.text('content-length') ?? 0),
  )
  const bytes = (sizes[0] ?? 0) + (call.response?.body.bytes?.length ?? sizes[1] ?? 0)
  call.parts.counters.use(counter, { calls, bytes })
}

/** As .NET writes it: `00:30:02`, `14.07:13:56`. */
function timeSpan(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`
  return days === 0 ? time : `${days}.${time}`
}
