// What survives a crash: every count, since a call is answered after it was written.
import type { Clock } from '../../../base/clock.ts'
import { formatIsoDuration, parseIsoDuration } from '../../../base/iso-duration.ts'
import { ExpectationFailed, type Store } from '../../../store/store.ts'
import { quotaPeriodsMax } from '../limits.ts'

/** What the calls of a key are counted in: periods of one length, one after the other. */
export interface QuotaPeriods {
  readonly firstStartMs: number
  /** 0 for one that never ends. */
  readonly periodMs: number
}

/** One period, and what was used in it. */
export interface QuotaUse {
  /** `0_P1D`: which period it is, and how long one lasts. */
  readonly periodKey: string
  readonly startMs: number
  /** `Infinity` for a period that never ends. */
  readonly endMs: number
  readonly calls: number
  readonly bytes: number
}

const units = ['calls', 'bytes'] as const
type Unit = (typeof units)[number]

/** The counters of the quotas of one service, by key and period. */
export class QuotaCounters {
  readonly #store: Store
  readonly #clock: Clock
  readonly #collection: string

  constructor(parts: { store: Store; clock: Clock; service: string }) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#collection = `api-management/quotas/${parts.service.toLowerCase()}`
  }

  /** What was used in the period that now lies in. */
  async used(key: string, periods: QuotaPeriods): Promise<QuotaUse> {
    const period = periodAt(periods, this.#clock.now())
    return { ...period, ...(await this.#read(key, period.periodKey)) }
  }

  /** Counts calls; false when there are not so many left, and nothing was counted. */
  async take(
    key: string,
    step: { periods: QuotaPeriods; calls: number; callsMax: number },
  ): Promise<boolean> {
    const { periodKey, endMs } = periodAt(step.periods, this.#clock.now())
    try {
      await this.#store.write([
        {
          kind: 'counter.add',
          collection: this.#collection,
          key: keyOf(key, periodKey, 'calls'),
          by: step.calls,
          ...(Number.isFinite(step.callsMax) ? { max: step.callsMax } : {}),
          ...(Number.isFinite(endMs) ? { expiresAtMs: endMs } : {}),
        },
      ])
      return true
    } catch (error) {
      if (error instanceof ExpectationFailed) return false
      throw error
    }
  }

  /** Counts what a call has used, whatever is left. */
  async use(
    key: string,
    step: { periods: QuotaPeriods; calls: number; bytes: number },
  ): Promise<void> {
    const { periodKey, endMs } = periodAt(step.periods, this.#clock.now())
    const counted = units.filter((unit) => step[unit] > 0)
    if (counted.length === 0) return
    await this.#store.write(
      counted.map((unit) => ({
        kind: 'counter.add' as const,
        collection: this.#collection,
        key: keyOf(key, periodKey, unit),
        by: step[unit],
        ...(Number.isFinite(endMs) ? { expiresAtMs: endMs } : {}),
      })),
    )
  }

  /** The periods of a key that are not over, oldest first. */
  async periods(key: string): Promise<readonly QuotaUse[]> {
    const stored = await this.#store.listCounters({
      collection: this.#collection,
      prefix: `${key}\n`,
      limit: quotaPeriodsMax,
    })
    const found = new Map<string, QuotaUse>()
    for (const counter of stored) {
      const [periodKey = '', unit, ...others] = counter.key.slice(key.length + 1).split('\n')
      const known = units.find((each) => each === unit)
      // A longer key that begins like this one has more parts.
      if (!known || others.length > 0) continue
      const endMs = counter.expiresAtMs ?? Infinity
      const period = found.get(periodKey) ?? {
        periodKey,
        ...spanOf(periodKey, endMs),
        calls: 0,
        bytes: 0,
      }
      found.set(periodKey, { ...period, [known]: counter.value })
    }
    return [...found.values()]
  }

  /** Gives a period of a key other counts. */
  async set(
    key: string,
    periodKey: string,
    counts: { calls: number; bytes: number },
  ): Promise<void> {
    await this.#store.write(
      units.map((unit) => ({
        kind: 'counter.set' as const,
        collection: this.#collection,
        key: keyOf(key, periodKey, unit),
        value: counts[unit],
      })),
    )
  }

  /** Forgets every count. */
  async drop(): Promise<void> {
    await this.#store.write([{ kind: 'counter.drop', collection: this.#collection }])
  }

  async #read(key: string, periodKey: string): Promise<{ calls: number; bytes: number }> {
    const [calls, bytes] = await Promise.all(
      units.map((unit) =>
        this.#store.getCounter({ collection: this.#collection, key: keyOf(key, periodKey, unit) }),
      ),
    )
    return { calls: calls?.value ?? 0, bytes: bytes?.value ?? 0 }
  }
}

function keyOf(key: string, periodKey: string, unit: Unit): string {
  return `${key}\n${periodKey}\n${unit}`
}

function periodAt(
  { firstStartMs, periodMs }: QuotaPeriods,
  nowMs: number,
): { periodKey: string; startMs: number; endMs: number } {
  if (periodMs === 0) return { periodKey: '0_PT0S', startMs: firstStartMs, endMs: Infinity }
  const index = Math.floor((nowMs - firstStartMs) / periodMs)
  const startMs = firstStartMs + index * periodMs
  const periodKey = `${index}_${formatIsoDuration(periodMs)}`
  return { periodKey, startMs, endMs: startMs + periodMs }
}

function spanOf(periodKey: string, endMs: number): { startMs: number; endMs: number } {
  const periodMs = parseIsoDuration(periodKey.split('_')[1] ?? '') ?? 0
  return { startMs: Number.isFinite(endMs) ? endMs - periodMs : -62_135_596_800_000, endMs }
}
