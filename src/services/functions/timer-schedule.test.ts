import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { parseSchedule } from '../../languages/ncrontab/schedule.ts'
import { findTimeZone, utc } from '../../languages/ncrontab/time-zone.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { TimerSchedule, type TimerInput, type TimerScheduleOptions } from './timer-schedule.ts'

const minuteMs = 60_000

interface Bench {
  readonly clock: ManualClock
  readonly store: Store
  readonly fired: { atMs: number; input: TimerInput }[]
  readonly errors: string[]
  schedule(text: string, options?: Partial<TimerScheduleOptions>): Promise<TimerSchedule>
  /** Minutes after the start of the test at which it fired. */
  minutes(): number[]
}

async function open(t: { after(callback: () => Promise<void>): void }): Promise<Bench> {
  const clock = new ManualClock()
  const startMs = clock.now()
  const store = await openSqliteStore({ path: ':memory:', clock })
  const fired: Bench['fired'] = []
  const errors: string[] = []
  const logger: Logger = {
    info() {},
    warn() {},
    debug() {},
    error: (_, message) => errors.push(message),
  }
  const schedules: TimerSchedule[] = []
  t.after(async () => {
    for (const schedule of schedules) await schedule.stop()
    await store.close()
  })
  return {
    clock,
    store,
    fired,
    errors,
    minutes: () => fired.map(({ atMs }) => (atMs - startMs) / minuteMs),
    async schedule(text, options = {}) {
      const schedule = new TimerSchedule({
        store,
        clock,
        logger,
        app: 'orders',
        functionName: 'Nightly',
        schedule: parseSchedule(text),
        timeZone: utc,
        fire: async (input) => {
          fired.push({ atMs: clock.now(), input })
        },
        ...options,
      })
      schedules.push(schedule)
      await schedule.start()
      return schedule
    },
  }
}

test('a timer fires at the times of its schedule', async (t) => {
  const bench = await open(t)
  await bench.schedule('0 */5 * * * *')
  for (let minute = 0; minute < 12; minute++) await bench.clock.advance(minuteMs)
  assert.deepEqual(bench.minutes(), [5, 10])
  assert.deepEqual(bench.fired[0]?.input, {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: '0001-01-01T00:00:00+00:00',
      Next: '2026-01-01T00:05:00+00:00',
      LastUpdated: '2026-01-01T00:00:00+00:00',
    },
    IsPastDue: false,
  })
  assert.deepEqual(bench.fired[1]?.input.ScheduleStatus, {
    Last: '2026-01-01T00:05:00+00:00',
    Next: '2026-01-01T00:10:00+00:00',
    LastUpdated: '2026-01-01T00:05:00+00:00',
  })
})

test('a TimeSpan fires again and again after its while', async (t) => {
  const bench = await open(t)
  await bench.schedule('00:02:30')
  for (let minute = 0; minute < 6; minute++) await bench.clock.advance(minuteMs)
  assert.deepEqual(bench.minutes(), [2.5, 5])
})

test('runs that were missed while the host was down are one run that is past due', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('0 */5 * * * *')
  await bench.clock.advance(6 * minuteMs)
  await first.stop()
  await bench.clock.advance(30 * minuteMs)
  await bench.schedule('0 */5 * * * *')
  await bench.clock.advance(0)
  await bench.clock.advance(5 * minuteMs)
  assert.deepEqual(bench.minutes(), [5, 36, 40])
  assert.deepEqual(
    bench.fired.map(({ input }) => input.IsPastDue),
    [false, true, false],
  )
})

test('a run that was not missed is not made again after a restart', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('0 */5 * * * *')
  await bench.clock.advance(6 * minuteMs)
  await first.stop()
  await bench.clock.advance(2 * minuteMs)
  await bench.schedule('0 */5 * * * *')
  await bench.clock.advance(2 * minuteMs)
  assert.deepEqual(bench.minutes(), [5, 10])
})

test('a first start has missed nothing, a second one before the first run has', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('0 0 0 * * *')
  await first.stop()
  await bench.clock.advance(25 * 60 * minuteMs)
  await bench.schedule('0 0 0 * * *')
  await bench.clock.advance(0)
  assert.deepEqual(
    bench.fired.map(({ input }) => input.IsPastDue),
    [true],
  )
})

test('a schedule that was changed while the host was down is not past due', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('0 0 * * * *')
  await first.stop()
  await bench.clock.advance(90 * minuteMs)
  await bench.schedule('0 */20 * * * *')
  await bench.clock.advance(10 * minuteMs)
  assert.deepEqual(bench.minutes(), [100])
  assert.equal(bench.fired[0]?.input.IsPastDue, false)
})

test('without the monitor nothing is kept and nothing made good', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('0 */5 * * * *', { useMonitor: false })
  await first.stop()
  await bench.clock.advance(30 * minuteMs)
  await bench.schedule('0 */5 * * * *', { useMonitor: false })
  await bench.clock.advance(5 * minuteMs)
  assert.deepEqual(bench.minutes(), [35])
  assert.equal(bench.fired[0]?.input.ScheduleStatus, null)
})

test('a schedule of less than a minute is never monitored', async (t) => {
  const bench = await open(t)
  const first = await bench.schedule('*/30 * * * * *', { useMonitor: true })
  await first.stop()
  await bench.clock.advance(30 * minuteMs)
  await bench.schedule('*/30 * * * * *', { useMonitor: true })
  await bench.clock.advance(minuteMs)
  assert.deepEqual(bench.minutes(), [30.5, 31])
  assert.equal(bench.fired[0]?.input.ScheduleStatus, null)
})

test('runOnStartup fires at once and leaves the schedule as it is', async (t) => {
  const bench = await open(t)
  await bench.schedule('0 */5 * * * *', { runOnStartup: true })
  assert.deepEqual(bench.minutes(), [])
  await bench.clock.advance(0)
  await bench.clock.advance(5 * minuteMs)
  assert.deepEqual(bench.minutes(), [0, 5])
  assert.equal(bench.fired[0]?.input.IsPastDue, false)
})

test('two runs never overlap: one that is due meanwhile comes right after', async (t) => {
  const bench = await open(t)
  const { clock, fired } = bench
  let running = 0
  await bench.schedule('0 * * * * *', {
    fire: async (input) => {
      assert.equal(running++, 0)
      fired.push({ atMs: clock.now(), input })
      if (fired.length < 3) await clock.sleep(2.5 * minuteMs)
      running--
    },
  })
  for (let second = 0; second < 8 * 60; second += 15) await clock.advance(15_000)
  assert.deepEqual(bench.minutes(), [1, 3.5, 6, 7, 8])
})

test('a run that fails is logged and the schedule goes on', async (t) => {
  const bench = await open(t)
  await bench.schedule('0 * * * * *', { fire: () => Promise.reject(new Error('no')) })
  await bench.clock.advance(minuteMs)
  await bench.clock.advance(minuteMs)
  assert.deepEqual(bench.errors, ["the timer's run failed: no", "the timer's run failed: no"])
})

test('stop waits for the run that goes and fires no more', async (t) => {
  const bench = await open(t)
  const { clock } = bench
  const ended: number[] = []
  const schedule = await bench.schedule('0 * * * * *', {
    fire: async () => {
      await clock.sleep(30_000)
      ended.push(clock.now())
    },
  })
  await clock.advance(minuteMs)
  assert.equal(schedule.isRunning, true)
  const stopped = schedule.stop().then(() => ended.length)
  await clock.advance(30_000)
  assert.equal(await stopped, 1)
  await clock.advance(5 * minuteMs)
  assert.equal(ended.length, 1)
})

test('times are those of the time zone of the app', async (t) => {
  const bench = await open(t)
  const timeZone = findTimeZone('W. Europe Standard Time')
  const schedule = await bench.schedule('0 30 8 * * *', { timeZone })
  assert.equal(new Date(schedule.nextMs).toISOString(), '2026-01-01T07:30:00.000Z')
  await bench.clock.advance(8 * 60 * minuteMs)
  assert.equal(bench.fired[0]?.input.ScheduleStatus?.Next, '2026-01-01T08:30:00+01:00')
})

test('a schedule that never comes waits for nothing', async (t) => {
  const bench = await open(t)
  const schedule = await bench.schedule('0 0 0 30 2 *')
  await bench.clock.advance(3 * 365 * 24 * 60 * minuteMs)
  assert.equal(schedule.nextMs, Number.POSITIVE_INFINITY)
  assert.deepEqual(bench.fired, [])
})
