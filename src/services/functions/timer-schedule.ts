// Survives a crash: when the function last ran and when it is due next, for schedules of a minute or longer.
// It is written after the function has run: one that was running when the host died runs again, as past due.
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Schedule } from '../../languages/ncrontab/schedule.ts'
import type { TimeZone } from '../../languages/ncrontab/time-zone.ts'
import type { Store } from '../../store/store.ts'

export interface TimerScheduleOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly app: string
  readonly functionName: string
  readonly schedule: Schedule
  readonly timeZone: TimeZone
  readonly runOnStartup?: boolean
  /** Whether a run that was missed is made good; never for schedules of less than a minute. */
  readonly useMonitor?: boolean
  /** Runs the function; a rejection is logged and the schedule goes on. */
  readonly fire: (input: TimerInput) => Promise<void>
}

/** What a timer function gets, in the names of the host; the library turns them to lower case. */
export interface TimerInput extends JsonObject {
  Schedule: { AdjustForDST: boolean }
  ScheduleStatus: { Last: string; Next: string; LastUpdated: string } | null
  IsPastDue: boolean
}

/** Times in milliseconds; `lastMs` is absent until the first run. */
interface Status {
  readonly lastMs?: number
  readonly nextMs: number
  readonly updatedMs: number
}

/**
 * Fires a timer trigger at its times, one run after another: a run that is due while the last one still goes is
 * made right after it. What was missed while the host was down is one run with `IsPastDue`.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
 */
export class TimerSchedule {
  readonly #options: TimerScheduleOptions
  readonly #monitored: boolean
  #status: Status = { nextMs: Number.POSITIVE_INFINITY, updatedMs: 0 }
  #timer: Timer | undefined
  #run: Promise<void> | undefined
  #stopped = false

  constructor(options: TimerScheduleOptions) {
    this.#options = options
    this.#monitored = (options.useMonitor ?? true) && !isFrequent(options)
  }

  /** When it fires next, in milliseconds; `Infinity` for a schedule that never comes. */
  get nextMs(): number {
    return this.#status.nextMs
  }

  /** True while the function runs. */
  get isRunning(): boolean {
    return this.#run !== undefined
  }

  async start(): Promise<void> {
    const nowMs = this.#options.clock.now()
    const stored = this.#monitored ? await this.#load() : undefined
    this.#status = stored ? this.#checked(stored, nowMs) : this.#first(nowMs)
    if (this.#monitored && this.#status !== stored) await this.#save()
    const isPastDue = stored !== undefined && nowMs > this.#status.nextMs
    if (isPastDue) this.#arm(0, 'pastDue')
    else if (this.#options.runOnStartup) this.#arm(0, 'startup')
    else this.#armNext()
  }

  /** Fires no more, and resolves when a run that goes has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#run
  }

  #first(nowMs: number): Status {
    return { nextMs: this.#nextAfter(nowMs), updatedMs: nowMs }
  }

  // A schedule that was changed since begins anew: its past times are not past due.
  #checked(stored: Status, nowMs: number): Status {
    const baseMs = stored.lastMs ?? stored.updatedMs
    const expectedMs = this.#nextAfter(baseMs)
    if (stored.nextMs === expectedMs) return stored
    return nowMs > expectedMs ? this.#first(nowMs) : { nextMs: expectedMs, updatedMs: baseMs }
  }

  #nextAfter(instantMs: number): number {
    const { schedule, timeZone } = this.#options
    if (schedule.kind === 'interval') return instantMs + schedule.everyMs
    return schedule.next(instantMs, timeZone)
  }

  #armNext(): void {
    const { nextMs } = this.#status
    if (nextMs === Number.POSITIVE_INFINITY) return
    this.#arm(Math.max(nextMs - this.#options.clock.now(), 0), 'due')
  }

  #arm(delayMs: number, reason: Reason): void {
    if (this.#stopped) return
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#run = this.#fire(reason).finally(() => {
        this.#run = undefined
        this.#armNext()
      })
    })
  }

  async #fire(reason: Reason): Promise<void> {
    const { clock, fire, logger, app, functionName } = this.#options
    const startedMs = clock.now()
    try {
      await fire(this.#input(reason))
    } catch (error) {
      logger.error({ app, functionName }, `the timer's run failed: ${messageOf(error)}`)
    }
    // A timer may wake a little early; then its time is the one it was due at, or it would fire twice.
    const atMs = reason === 'due' ? Math.max(startedMs, this.#status.nextMs) : startedMs
    this.#status = { lastMs: atMs, nextMs: this.#nextAfter(atMs), updatedMs: atMs }
    if (this.#monitored) await this.#save()
  }

  #input(reason: Reason): TimerInput {
    const { lastMs, nextMs, updatedMs } = this.#status
    const format = (instantMs: number): string => formatInstant(instantMs, this.#options.timeZone)
    return {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#monitored
        ? {
            Last: lastMs === undefined ? '0001-01-01T00:00:00+00:00' : format(lastMs),
            Next: format(nextMs),
            LastUpdated: format(updatedMs),
          }
        : null,
      IsPastDue: reason === 'pastDue',
    }
  }

  async #load(): Promise<Status | undefined> {
    const document = await this.#options.store.getDocument(this.#key())
    return document && toStatus(parseJson(document.body))
  }

  async #save(): Promise<void> {
    const { lastMs, nextMs, updatedMs } = this.#status
    const body = JSON.stringify({ lastMs, nextMs, updatedMs })
    await this.#options.store.write([
      { kind: 'document.put', ...this.#key(), body, etag: newUuid() },
    ])
  }

  #key() {
    const { app, functionName } = this.#options
    return { collection: `functions/${app}/timers`, partition: functionName, id: 'status' }
  }
}

type Reason = 'due' | 'pastDue' | 'startup'

/** More than one run within a minute: the host keeps no status of those. */
function isFrequent({ schedule, timeZone, clock }: TimerScheduleOptions): boolean {
  if (schedule.kind === 'interval') return schedule.everyMs < 60_000
  const nowMs = clock.now()
  const second = schedule.next(schedule.next(nowMs, timeZone), timeZone)
  return second <= nowMs + 60_000
}

function toStatus(value: JsonValue): Status | undefined {
  if (!isJsonObject(value)) return undefined
  const { lastMs, nextMs, updatedMs } = value
  if (typeof updatedMs !== 'number') return undefined
  return {
    ...(typeof lastMs === 'number' && { lastMs }),
    // JSON has no infinity: a schedule that never comes is stored as null.
    nextMs: typeof nextMs === 'number' ? nextMs : Number.POSITIVE_INFINITY,
    updatedMs,
  }
}

/** A time as .NET writes one of the host's time zone: `2026-01-31T08:00:00+01:00`. */
function formatInstant(instantMs: number, timeZone: TimeZone): string {
  if (instantMs === Number.POSITIVE_INFINITY) return '9999-12-31T23:59:59.9999999+00:00'
  const offsetMs = timeZone.offsetMs(instantMs)
  const wall = new Date(instantMs + offsetMs).toISOString()
  const offset = new Date(Math.abs(offsetMs)).toISOString().slice(11, 16)
  return `${wall.slice(0, 23).replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))}${offsetMs < 0 ? '-' : '+'}${offset}`
}
