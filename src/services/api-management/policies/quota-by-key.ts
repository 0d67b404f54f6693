import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { HeaderList } from '../gateway/header-list.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import type { QuotaPeriods } from '../gateway/quota-counters.ts'
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
    const isPostponed =
      (condition !== undefined && condition.constant === undefined) ||
      (increment !== undefined && increment.constant === undefined)
    return async (call) => {
      const counter = key.read(call)
      const isCounted = isPostponed || (condition?.read(call) ?? true)
      const calls = isPostponed || !isCounted ? 0 : (increment?.read(call) ?? 1)
      const use = await takeQuota(call, counter, { rule, calls, policy: source.name })
      call.afterwards.push(() => {
        if (!isPostponed) return isCounted ? use(0) : undefined
        // What depends on the response is known at the end of outbound only.
        return (condition?.read(call) ?? true) ? use(increment?.read(call) ?? 1) : undefined
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

/**
 * Counts calls, or throws 403 when the period has not so many left. What it gives counts the bytes of the call, and more
 * calls, when its response is known.
 */
export async function takeQuota(
  call: GatewayCall,
  counter: string,
  options: { rule: QuotaRule; calls: number; policy: string },
): Promise<(calls: number) => Promise<void>> {
  const { rule, calls, policy } = options
  const { quotas, clock } = call.parts
  const periods = periodsOf(rule, call)
  const callsMax = rule.calls?.read(call) ?? Infinity
  const bytesMax = (rule.bandwidth?.read(call) ?? Infinity) * 1024
  const refuse = async (what: string): Promise<PolicyError> => {
    const { endMs } = await quotas.used(counter, periods)
    return outOfQuota(what, { policy, waitSeconds: Math.ceil((endMs - clock.now()) / 1000) })
  }
  const used = await quotas.used(counter, periods)
  if (used.calls >= callsMax) throw await refuse('call volume')
  if (used.bytes >= bytesMax) throw await refuse('bandwidth')
  // Asked again where it is written: other calls may have come in between.
  const isTaken = calls === 0 || (await quotas.take(counter, { periods, calls, callsMax }))
  if (!isTaken) throw await refuse('call volume')
  return (more) => quotas.use(counter, { periods, calls: more, bytes: bytesOf(call) })
}

function periodsOf(rule: QuotaRule, call: GatewayCall): QuotaPeriods {
  const given = rule.firstStart?.read(call)
  const parsed = Date.parse(given ?? '')
  // The first year of .NET's calendar; JavaScript takes a year below 100 for one of the last century.
  const firstStartMs = Number.isNaN(parsed) ? -62_135_596_800_000 : parsed
  return { firstStartMs, periodMs: rule.period.read(call) * 1000 }
}

function outOfQuota(
  what: string,
  { policy, waitSeconds }: { policy: string; waitSeconds: number },
): PolicyError {
  const isEnding = Number.isFinite(waitSeconds)
  const when = isEnding ? ` Quota will be replenished in ${timeSpan(waitSeconds)}.` : ''
  return new PolicyError({
    source: policy,
    reason: 'QuotaExceeded',
    message: `Out of ${what} quota.${when}`,
    status: 403,
    headers: isEnding ? [['Retry-After', String(waitSeconds)]] : [],
  })
}

// Of the bodies whose size is known.
function bytesOf(call: GatewayCall): number {
  const { request, response } = call
  const announced = (headers: HeaderList | undefined): number =>
    Number(headers?.text('content-length') ?? 0)
  const sent = response?.body.bytes?.length ?? announced(response?.headers)
  return announced(request.headers) + sent
}

/** As .NET writes it: `00:30:02`, `14.07:13:56`. */
function timeSpan(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`
  return days === 0 ? time : `${days}.${time}`
}
