import {
  parseDateTime,
  parseDateTimeOffset,
  tryParseDateTimeOffset,
} from '../../dotnet/date-parse.ts'
import { parseDateTimeOffsetExact } from '../../dotnet/date-parse-exact.ts'
import { DateTimeOffset } from '../../dotnet/date-time-offset.ts'
import { DateTime, type DateParts, type DateTimeKind } from '../../dotnet/date-time.ts'
import { compareValues } from '../../dotnet/comparison.ts'
import { parseTimeSpan, TimeSpan, tryParseTimeSpan } from '../../dotnet/time-span.ts'
import { DotnetEnum, doubleOf } from '../../dotnet/value.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { clockOf, double, enumName, instance, int, long, reference, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const ticksPer = {
  Day: 864_000_000_000n,
  Hour: 36_000_000_000n,
  Minute: 600_000_000n,
  Second: 10_000_000n,
  Millisecond: 10_000n,
}
const units = ['Days', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'] as const

function date(value: unknown): DateTime {
  return instance(value, DateTime)
}

function offsetDate(value: unknown): DateTimeOffset {
  return instance(value, DateTimeOffset)
}

function span(value: unknown): TimeSpan {
  return instance(value, TimeSpan)
}

function unitOf(
  name: (typeof units)[number],
): 'days' | 'hours' | 'minutes' | 'seconds' | 'milliseconds' {
  switch (name) {
    case 'Days':
      return 'days'
    case 'Hours':
      return 'hours'
    case 'Minutes':
      return 'minutes'
    case 'Seconds':
      return 'seconds'
    case 'Milliseconds':
      return 'milliseconds'
  }
}

function kindOf(value: unknown): DateTimeKind {
  const name = enumName(value)
  return name === 'Utc' || name === 'Local' ? name : 'Unspecified'
}

function comparisons(name: string): Members {
  const members: Members = {
    [`int CompareTo(${name} value)`]: (self, other) => Math.sign(compareValues(self, other)),
    [`static int Compare(${name} t1, ${name} t2)`]: (left, right) =>
      Math.sign(compareValues(left, right)),
    [`bool Equals(${name} value)`]: (self, other) => compareValues(self, other) === 0,
    [`static bool Equals(${name} t1, ${name} t2)`]: (left, right) =>
      compareValues(left, right) === 0,
    'string ToString()': (self) => String(self),
    'string ToString(string format)': (self, format) => formatOf(self, format),
    'string ToString(string format, System.IFormatProvider provider)': (self, format) =>
      formatOf(self, format),
  }
  const tests: Readonly<Record<string, (order: number) => boolean>> = {
    '<': (order) => order < 0,
    '>': (order) => order > 0,
    '<=': (order) => order <= 0,
    '>=': (order) => order >= 0,
    '==': (order) => order === 0,
    '!=': (order) => order !== 0,
  }
  for (const [operator, test] of Object.entries(tests)) {
    members[`static bool operator ${operator}(${name} left, ${name} right)`] = (left, right) =>
      test(compareValues(left, right))
  }
  return members
}

function formatOf(self: unknown, format: unknown): string {
  const pattern = textOrNull(format)
  if (self instanceof DateTime || self instanceof DateTimeOffset || self instanceof TimeSpan)
    return self.format(pattern)
  return String(self)
}

/** Dates, times and spans. DateTime has only the members that Azure lists. */
export const dateTypes: readonly TypeDeclaration[] = [
  declareEnum('System.DateTimeKind', { Utc: 1 }),
  declareEnum('System.DayOfWeek', Object.fromEntries(days.map((name, index) => [name, index]))),
  declareType('struct System.DateTime : System.IComparable', {
    ...dateConstructors(),
    ...dateParts(),
    ...dateArithmetic(),
    ...comparisons('DateTime'),
    default: () => new DateTime(0n),
    'timed static DateTime UtcNow': (call) => DateTime.utcNow(clockOf(call)),
    'timed static DateTime Now': (call) => DateTime.now(clockOf(call)),
    'timed static DateTime Today': (call) => DateTime.today(clockOf(call)),
    'static DateTime MinValue': () => DateTime.minValue,
    'static DateTime MaxValue': () => DateTime.maxValue,
    'static int DaysInMonth(int year, int month)': (year, month) =>
      DateTime.daysInMonth(int(year), int(month)),
    'static bool IsLeapYear(int year)': (year) => DateTime.daysInMonth(int(year), 2) === 29,
    'static DateTime Parse(string s)': (value) => parseDateTime(textOrNull(value)),
    'static DateTime Parse(string s, System.IFormatProvider provider)': (value) =>
      parseDateTime(textOrNull(value)),
    'bool IsDaylightSavingTime()': () => false,
  }),
  declareType('struct System.DateTimeOffset : System.IComparable', {
    ...offsetConstructors(),
    ...offsetParts(),
    ...offsetArithmetic(),
    ...comparisons('DateTimeOffset'),
    default: () => DateTimeOffset.minValue,
    'implicit operator DateTimeOffset(DateTime value)': (value) =>
      DateTimeOffset.fromDateTime(date(value)),
    'timed static DateTimeOffset UtcNow': (call) => DateTimeOffset.utcNow(clockOf(call)),
    'timed static DateTimeOffset Now': (call) => DateTimeOffset.utcNow(clockOf(call)),
    'static DateTimeOffset MinValue': () => DateTimeOffset.minValue,
    'static DateTimeOffset MaxValue': () => DateTimeOffset.maxValue,
    'static DateTimeOffset FromUnixTimeSeconds(long seconds)': (value) =>
      DateTimeOffset.fromUnixTimeSeconds(long(value)),
    'static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)': (value) =>
      DateTimeOffset.fromUnixTimeMilliseconds(long(value)),
    'static DateTimeOffset Parse(string input)': (value) => parseDateTimeOffset(textOrNull(value)),
    'static DateTimeOffset Parse(string input, System.IFormatProvider provider)': (value) =>
      parseDateTimeOffset(textOrNull(value)),
    'static DateTimeOffset ParseExact(string input, string format, System.IFormatProvider provider)':
      (value, format) => parseDateTimeOffsetExact(textOrNull(value), [textOrNull(format) ?? '']),
    'static bool TryParse(string input, out DateTimeOffset result)': (value, out) => {
      const found = tryParseDateTimeOffset(textOrNull(value))
      reference(out).value = found ?? DateTimeOffset.minValue
      return found !== undefined
    },
  }),
  declareType('struct System.TimeSpan : System.IComparable', {
    ...spanMembers(),
    ...comparisons('TimeSpan'),
  }),
]

function parts(values: readonly unknown[]): DateParts {
  const [year, month, day, hour, minute, second, millisecond] = values.map((value) =>
    int(value ?? 0),
  )
  return {
    year: year ?? 1,
    month: month ?? 1,
    day: day ?? 1,
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
    millisecond: millisecond ?? 0,
  }
}

function dateConstructors(): Members {
  return {
    'new()': () => new DateTime(0n),
    'new(long ticks)': (ticks) => new DateTime(long(ticks)),
    'new(long ticks, DateTimeKind kind)': (ticks, kind) => new DateTime(long(ticks), kindOf(kind)),
    'new(int year, int month, int day)': (year, month, day) =>
      DateTime.of(parts([year, month, day])),
    'new(int year, int month, int day, int hour, int minute, int second)': (...values) =>
      DateTime.of(parts(values.slice(0, 6))),
    'new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)': (
      ...values
    ) => DateTime.of(parts(values.slice(0, 6)), kindOf(values[6])),
    'new(int year, int month, int day, int hour, int minute, int second, int millisecond)': (
      ...values
    ) => DateTime.of(parts(values.slice(0, 7))),
    'new(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)':
      (...values) => DateTime.of(parts(values.slice(0, 7)), kindOf(values[7])),
  }
}

function dateParts(): Members {
  return {
    'int Year': (self) => date(self).year,
    'int Month': (self) => date(self).month,
    'int Day': (self) => date(self).day,
    'int Hour': (self) => date(self).hour,
    'int Minute': (self) => date(self).minute,
    'int Second': (self) => date(self).second,
    'int Millisecond': (self) => date(self).millisecond,
    'int DayOfYear': (self) => date(self).dayOfYear,
    'DayOfWeek DayOfWeek': (self) => dayOfWeek(date(self)),
    'long Ticks': (self) => date(self).ticks,
    'DateTime Date': (self) => date(self).date,
    'TimeSpan TimeOfDay': (self) => date(self).timeOfDay,
  }
}

function dayOfWeek(value: DateTime): DotnetEnum {
  return new DotnetEnum('System.DayOfWeek', days[value.dayOfWeek] ?? '', value.dayOfWeek)
}

function dateArithmetic(): Members {
  const members: Members = {
    'DateTime Add(TimeSpan value)': (self, value) => date(self).add(span(value)),
    'DateTime AddTicks(long value)': (self, value) => date(self).addTicks(long(value)),
    'DateTime AddMonths(int months)': (self, value) => date(self).addMonths(int(value)),
    'DateTime AddYears(int value)': (self, value) => date(self).addYears(int(value)),
    'DateTime Subtract(TimeSpan value)': (self, value) => date(self).subtractSpan(span(value)),
    'TimeSpan Subtract(DateTime value)': (self, value) => date(self).subtract(date(value)),
    'static DateTime operator +(DateTime d, TimeSpan t)': (left, right) =>
      date(left).add(span(right)),
    'static DateTime operator -(DateTime d, TimeSpan t)': (left, right) =>
      date(left).subtractSpan(span(right)),
    'static TimeSpan operator -(DateTime d1, DateTime d2)': (left, right) =>
      date(left).subtract(date(right)),
  }
  for (const unit of units)
    members[`DateTime Add${unit}(double value)`] = (self, value) =>
      date(self).addUnits(double(value), unitOf(unit))
  return members
}

function offsetConstructors(): Members {
  return {
    'new(DateTime dateTime)': (value) => DateTimeOffset.fromDateTime(date(value)),
    'new(DateTime dateTime, TimeSpan offset)': (value, offset) =>
      DateTimeOffset.fromDateTime(date(value), span(offset)),
    'new(long ticks, TimeSpan offset)': (ticks, offset) =>
      DateTimeOffset.fromDateTime(new DateTime(long(ticks)), span(offset)),
    'new(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)': (
      ...values
    ) => DateTimeOffset.of(parts(values.slice(0, 6)), span(values[6])),
    'new(int year, int month, int day, int hour, int minute, int second, int millisecond, TimeSpan offset)':
      (...values) => DateTimeOffset.of(parts(values.slice(0, 7)), span(values[7])),
  }
}

function offsetParts(): Members {
  const local = (self: unknown): DateTime => offsetDate(self).dateTime
  return {
    'int Year': (self) => local(self).year,
    'int Month': (self) => local(self).month,
    'int Day': (self) => local(self).day,
    'int Hour': (self) => local(self).hour,
    'int Minute': (self) => local(self).minute,
    'int Second': (self) => local(self).second,
    'int Millisecond': (self) => local(self).millisecond,
    'int DayOfYear': (self) => local(self).dayOfYear,
    'DayOfWeek DayOfWeek': (self) => dayOfWeek(local(self)),
    'long Ticks': (self) => local(self).ticks,
    'long UtcTicks': (self) => offsetDate(self).utcTicks,
    'DateTime Date': (self) => local(self).date,
    'TimeSpan TimeOfDay': (self) => local(self).timeOfDay,
    'TimeSpan Offset': (self) => offsetDate(self).offset,
    'DateTime DateTime': local,
    'DateTime UtcDateTime': (self) => offsetDate(self).utcDateTime,
    'DateTime LocalDateTime': (self) => offsetDate(self).localDateTime,
    'long ToUnixTimeSeconds()': (self) => offsetDate(self).toUnixTimeSeconds(),
    'long ToUnixTimeMilliseconds()': (self) => offsetDate(self).toUnixTimeMilliseconds(),
    'DateTimeOffset ToOffset(TimeSpan offset)': (self, offset) =>
      offsetDate(self).toOffset(span(offset)),
    'DateTimeOffset ToUniversalTime()': (self) => offsetDate(self).toUniversalTime(),
    'DateTimeOffset ToLocalTime()': (self) => offsetDate(self).toUniversalTime(),
    'bool EqualsExact(DateTimeOffset other)': (self, other) =>
      offsetDate(self).equalsExact(offsetDate(other)),
  }
}

function offsetArithmetic(): Members {
  const members: Members = {
    'DateTimeOffset Add(TimeSpan timeSpan)': (self, value) => offsetDate(self).add(span(value)),
    'DateTimeOffset AddTicks(long ticks)': (self, value) => offsetDate(self).addTicks(long(value)),
    'DateTimeOffset AddMonths(int months)': (self, value) => offsetDate(self).addMonths(int(value)),
    'DateTimeOffset AddYears(int years)': (self, value) => offsetDate(self).addYears(int(value)),
    'DateTimeOffset Subtract(TimeSpan value)': (self, value) =>
      offsetDate(self).subtractSpan(span(value)),
    'TimeSpan Subtract(DateTimeOffset value)': (self, value) =>
      offsetDate(self).subtract(offsetDate(value)),
    'static DateTimeOffset operator +(DateTimeOffset d, TimeSpan t)': (left, right) =>
      offsetDate(left).add(span(right)),
    'static DateTimeOffset operator -(DateTimeOffset d, TimeSpan t)': (left, right) =>
      offsetDate(left).subtractSpan(span(right)),
    'static TimeSpan operator -(DateTimeOffset left, DateTimeOffset right)': (left, right) =>
      offsetDate(left).subtract(offsetDate(right)),
  }
  for (const unit of units)
    members[`DateTimeOffset Add${unit}(double value)`] = (self, value) =>
      offsetDate(self).addUnits(double(value), unitOf(unit))
  return members
}

function spanMembers(): Members {
  const members: Members = {
    'new()': () => TimeSpan.zero,
    'new(long ticks)': (ticks) => new TimeSpan(long(ticks)),
    'new(int hours, int minutes, int seconds)': (hours, minutes, seconds) =>
      TimeSpan.of({ hours: int(hours), minutes: int(minutes), seconds: int(seconds) }),
    'new(int days, int hours, int minutes, int seconds)': (...values) => spanOf(values.slice(0, 4)),
    'new(int days, int hours, int minutes, int seconds, int milliseconds)': (...values) =>
      spanOf(values.slice(0, 5)),
    default: () => TimeSpan.zero,
    'static TimeSpan Zero': () => TimeSpan.zero,
    'static TimeSpan MinValue': () => TimeSpan.minValue,
    'static TimeSpan MaxValue': () => TimeSpan.maxValue,
    'static TimeSpan FromTicks(long value)': (value) => new TimeSpan(long(value)),
    'static TimeSpan Parse(string s)': (value) => parseTimeSpan(textOrNull(value)),
    'static TimeSpan Parse(string s, System.IFormatProvider provider)': (value) =>
      parseTimeSpan(textOrNull(value)),
    'static bool TryParse(string s, out TimeSpan result)': (value, out) => {
      const found = tryParseTimeSpan(textOrNull(value))
      reference(out).value = found ?? TimeSpan.zero
      return found !== undefined
    },
    'static bool TryParse(string input, System.IFormatProvider formatProvider, out TimeSpan result)':
      (value, _, out) => {
        const found = tryParseTimeSpan(textOrNull(value))
        reference(out).value = found ?? TimeSpan.zero
        return found !== undefined
      },
    'int Days': (self) => span(self).days,
    'int Hours': (self) => span(self).hours,
    'int Minutes': (self) => span(self).minutes,
    'int Seconds': (self) => span(self).seconds,
    'int Milliseconds': (self) => span(self).milliseconds,
    'long Ticks': (self) => span(self).ticks,
    'double TotalDays': (self) => doubleOf(span(self).totalDays),
    'double TotalHours': (self) => doubleOf(span(self).totalHours),
    'double TotalMinutes': (self) => doubleOf(span(self).totalMinutes),
    'double TotalSeconds': (self) => doubleOf(span(self).totalSeconds),
    'double TotalMilliseconds': (self) => doubleOf(span(self).totalMilliseconds),
    'TimeSpan Add(TimeSpan ts)': (self, other) => span(self).add(span(other)),
    'TimeSpan Subtract(TimeSpan ts)': (self, other) => span(self).subtract(span(other)),
    'TimeSpan Negate()': (self) => span(self).negate(),
    'TimeSpan Duration()': (self) => span(self).duration(),
    'static TimeSpan operator +(TimeSpan t1, TimeSpan t2)': (left, right) =>
      span(left).add(span(right)),
    'static TimeSpan operator -(TimeSpan t1, TimeSpan t2)': (left, right) =>
      span(left).subtract(span(right)),
    'static TimeSpan operator -(TimeSpan t)': (value) => span(value).negate(),
    'static TimeSpan operator +(TimeSpan t)': (value) => span(value),
  }
  for (const unit of units)
    members[`static TimeSpan From${unit}(double value)`] = (value) =>
      TimeSpan.from(double(value), unitOf(unit))
  for (const [unit, ticks] of Object.entries(ticksPer))
    members[`static long TicksPer${unit}`] = () => ticks
  return members
}

function spanOf(values: readonly unknown[]): TimeSpan {
  const [dayCount, hours, minutes, seconds, milliseconds] = values.map(int)
  return TimeSpan.of({
    days: dayCount ?? 0,
    hours: hours ?? 0,
    minutes: minutes ?? 0,
    seconds: seconds ?? 0,
    milliseconds: milliseconds ?? 0,
  })
}
