import type { JsonObject } from '../../base/json.ts'
import { entityNotFound, operationNotSupported } from './errors.ts'
import type { QuotaCounters, QuotaUse } from './gateway/quota-counters.ts'
import { PropertyReader } from './property-reader.ts'

/** The addresses of quotas, which belong to no entity. */
export const quotaKinds: readonly string[] = ['quotas', 'quotas/periods']

/** What is asked of the counters of a `quota-by-key`. */
export interface QuotaRequest {
  readonly method: string
  /** The key that the policy counts by, and the period where one is meant. */
  readonly names: readonly string[]
  readProperties(): Promise<JsonObject>
}

/**
 * Reads and changes what a `quota-by-key` has counted.
 * https://learn.microsoft.com/rest/api/apimanagement/quota-by-counter-keys
 */
export async function answerQuota(
  quotas: QuotaCounters,
  request: QuotaRequest,
): Promise<JsonObject> {
  const [key, periodKey] = request.names
  const isKnown = request.method === 'GET' || request.method === 'PATCH'
  if (key === undefined || !isKnown) throw operationNotSupported(request.method, 'quotas')
  const periods = await quotas.periods(key)
  if (periods.length === 0) throw entityNotFound('Quota counter')
  const period = periods.find((each) => each.periodKey === periodKey)
  if (periodKey !== undefined && !period) throw entityNotFound('Quota period')
  if (request.method === 'PATCH') {
    await change(quotas, { key, period: period ?? periods.at(-1), request })
  }
  const contracts = (await quotas.periods(key)).map((each) => contractOf(key, each))
  const contract = contracts.find((each) => each['periodKey'] === periodKey)
  return contract ?? { value: contracts, count: contracts.length }
}

async function change(
  quotas: QuotaCounters,
  at: { key: string; period: QuotaUse | undefined; request: QuotaRequest },
): Promise<void> {
  const { key, period, request } = at
  if (!period) return
  const fields = new PropertyReader(await request.readProperties())
  const kilobytes = fields.number('kbTransferred')
  await quotas.set(key, period.periodKey, {
    calls: fields.count('callsCount') ?? period.calls,
    bytes: kilobytes === undefined ? period.bytes : Math.round(kilobytes * 1024),
  })
}

function contractOf(counterKey: string, period: QuotaUse): JsonObject {
  const { periodKey, startMs, endMs, calls, bytes } = period
  return {
    counterKey,
    periodKey,
    periodStartTime: timeOf(startMs),
    periodEndTime: Number.isFinite(endMs) ? timeOf(endMs) : '9999-12-31T23:59:59Z',
    value: { callsCount: calls, kbTransferred: bytes / 1024 },
  }
}

function timeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
