import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { parseDateTimeOffset } from './date-parse.ts'
import { DotnetException } from './exceptions.ts'
import { TimeSpan } from './time-span.ts'
import { TimeZoneInfo } from './time-zone.ts'

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

const stamp = DateTime.of(
  { year: 2024, month: 3, day: 15, hour: 10, minute: 20, second: 30, millisecond: 456 },
  'Utc',
)

test('the parts of every day of 400 years lead back to it', () => {
  for (let day = 0; day < 146_097; day += 97) {
    const date = new DateTime(BigInt(day) * 864_000_000_000n)
    assert.equal(DateTime.of(date).ticks, date.ticks)
  }
})

test('a date has parts, a day of the week and of the year', () => {
  assert.equal(stamp.ticks, 638_460_948_304_560_000n)
  assert.deepEqual([stamp.dayOfWeek, stamp.dayOfYear, stamp.millisecond], [5, 75, 456])
  assert.equal(String(stamp.timeOfDay), '10:20:30.4560000')
  assert.equal(String(stamp), '03/15/2024 10:20:30')
  throws(() => DateTime.of({ year: 2023, month: 2, day: 29 }), 'System.ArgumentOutOfRangeException')
  throws(() => DateTime.daysInMonth(2024, 13), 'System.ArgumentOutOfRangeException')
})

test('times are added and subtracted', () => {
  assert.equal(stamp.addMonths(11).addUnits(14, 'days').format('d'), '03/01/2025')
  assert.equal(
    DateTime.of({ year: 2024, month: 1, day: 31 }).addMonths(1).format('d'),
    '02/29/2024',
  )
  assert.equal(stamp.addYears(-1).kind, 'Utc')
  assert.equal(stamp.addUnits(-15, 'minutes').format('HH:mm'), '10:05')
  assert.equal(stamp.addUnits(1.5, 'hours').format('T'), '11:50:30')
  assert.equal(stamp.subtract(stamp.date).totalHours, 10.341793333333333)
  throws(() => DateTime.maxValue.addTicks(1n), 'System.ArgumentOutOfRangeException')
  throws(() => TimeSpan.from(1e9, 'days'), 'System.OverflowException')
})

test('now is what the clock says', () => {
  const clock = new ManualClock(Date.UTC(2030, 0, 1))
  assert.equal(DateTime.utcNow(clock).format('o'), '2030-01-01T00:00:00.0000000Z')
  assert.equal(DateTime.now(clock).format('o'), '2030-01-01T00:00:00.0000000+00:00')
  assert.equal(DateTimeOffset.utcNow(clock).toUnixTimeSeconds(), 1_893_456_000n)
})

test('an offset shifts the clock, not the instant', () => {
  const time = parseDateTimeOffset('2024-06-30T18:45:00+02:00')
  assert.equal(time.format('o'), '2024-06-30T18:45:00.0000000+02:00')
  assert.equal(time.utcDateTime.format('o'), '2024-06-30T16:45:00.0000000Z')
  assert.equal(time.toOffset(TimeSpan.of({ hours: -5 })).format('HH:mm zzz'), '11:45 -05:00')
  assert.ok(time.equals(time.toUniversalTime()) && !time.equalsExact(time.toUniversalTime()))
  assert.equal(String(time), '06/30/2024 18:45:00 +02:00')
  assert.equal(time.format('R'), 'Sun, 30 Jun 2024 16:45:00 GMT')
  assert.equal(
    DateTimeOffset.fromUnixTimeMilliseconds(1_710_498_030_456n).format('o'),
    '2024-03-15T10:20:30.4560000+00:00',
  )
  throws(
    () => DateTimeOffset.fromDateTime(stamp, TimeSpan.of({ hours: 1 })),
    'System.ArgumentException',
  )
})

test('time zones are found by both kinds of names', () => {
  const summer = DateTime.of({ year: 2024, month: 7, day: 1 }, 'Utc')
  for (const id of ['W. Europe Standard Time', 'Europe/Berlin']) {
    const zone = TimeZoneInfo.find(id)
    assert.equal(String(zone.baseUtcOffset), '01:00:00')
    assert.equal(TimeZoneInfo.convertFromUtc(summer, zone).hour, 2)
    const local = TimeZoneInfo.convertFromUtc(summer, zone)
    assert.equal(TimeZoneInfo.convertToUtc(local, zone).ticks, summer.ticks)
  }
  throws(() => TimeZoneInfo.find('No/Such_Zone'), 'System.TimeZoneNotFoundException')
})
