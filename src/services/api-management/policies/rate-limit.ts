import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { ratePeriodSecondsMax } from '../limits.ts'
import { compileRateReport, limitExceeded, rateReportAttributes } from './rate-limit-by-key.ts'

interface Rule {
  /** What is counted, or `undefined` when the rule is not for this call. */
  readonly counterOf: (call: GatewayCall) => string | undefined
  readonly calls: Value<number>
  readonly period: Value<number>
}

/** https://learn.microsoft.com/azure/api-management/rate-limit-policy */
export const rateLimit: PolicyDefinition = {
  name: 'rate-limit',
  sections: ['inbound'],
  scopes: ['product', 'api', 'operation'],
  attributes: ['calls', 'renewal-period', ...rateReportAttributes],
  elements: ['api'],
  compile(source) {
    const { scope } = source.environment
    const report = compileRateReport(source)
    const rules = [rule(source, () => scope), ...source.children('api').flatMap(apiRules)]
    return (call) => {
      // Without a subscription there is nobody to count for.
      if (!call.subscription) return
      const { rates } = call.parts
      const applied = rules.flatMap(({ counterOf, calls, period }) => {
        const counter = counterOf(call)
        if (counter === undefined) return []
        const id = `subscription ${call.subscription?.id} ${scopeId(call, scope)} ${counter}`
        return [{ id, limit: { calls: calls.read(call), periodMs: period.read(call) * 1000 } }]
      })
      for (const { id, limit } of applied) {
        const answer = rates.rate(id, limit)
        if (!answer.isAllowed) throw limitExceeded(call, { ...answer, policy: source.name, report })
      }
      for (const { id, limit } of applied) rates.count(id, limit)
      const remaining = applied.map(({ id, limit }) => rates.rate(id, limit).remaining)
      report(call, { remaining: Math.min(...remaining), total: applied[0]?.limit.calls ?? 0 })
    }
  },
}

function apiRules(source: PolicySource): readonly Rule[] {
  const isApi = (call: GatewayCall): boolean =>
    matches(source, { id: call.api.id, name: call.api.displayName })
  const own = rule(source, (call) => (isApi(call) ? `api ${call.api.id}` : undefined))
  const operations = source.children('operation').map((each) =>
    rule(each, (call) => {
      const { id, displayName } = call.operation
      if (!isApi(call) || !matches(each, { id, name: displayName })) return undefined
      return `operation ${call.api.id}/${id}`
    }),
  )
  return [own, ...operations]
}

function rule(source: PolicySource, counterOf: Rule['counterOf']): Rule {
  return {
    counterOf,
    calls: source.requiredCount('calls', { min: 1 }),
    period: source.requiredCount('renewal-period', { min: 1, max: ratePeriodSecondsMax }),
  }
}

function matches(source: PolicySource, wanted: { id: string; name: string }): boolean {
  const id = source.literal('id')
  if (id !== undefined) return id.toLowerCase() === wanted.id.toLowerCase()
  return source.literal('name') === wanted.name
}

function scopeId(call: GatewayCall, scope: string): string {
  if (scope === 'product') return `product ${call.product?.id ?? ''}`
  return scope === 'api' ? `api ${call.api.id}` : `operation ${call.api.id}/${call.operation.id}`
}
