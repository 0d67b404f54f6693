import { DateTimeOffset } from '../../dotnet/date-time-offset.ts'
import { DateTime } from '../../dotnet/date-time.ts'
import { TimeZoneInfo } from '../../dotnet/time-zone.ts'
import { argumentError } from '../../dotnet/exceptions.ts'
import { TimeSpan } from '../../dotnet/time-span.ts'
import { AdjustmentRule, TransitionTime } from '../../dotnet/time-zone-rules.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import { declareType, type Call, type TypeDeclaration } from '../type-model.ts'
import { callOf, enumNumber, instance, int, textOrNull } from './guards.ts'

function zone(value: unknown): TimeZoneInfo {
  return instance(value, TimeZoneInfo)
}

function date(value: unknown): DateTime {
  return instance(value, DateTime)
}

const zoneName = 'System.TimeZoneInfo'

/** TimeZoneInfo, its rules, and TimeZone; local time is UTC. */
export const timeZoneTypes: readonly TypeDeclaration[] = [
  declareType('class System.TimeZoneInfo', {
    'static TimeZoneInfo Utc': () => TimeZoneInfo.utc,
    'static TimeZoneInfo Local': () => TimeZoneInfo.utc,
    'static TimeZoneInfo FindSystemTimeZoneById(string id)': (id) =>
      TimeZoneInfo.find(textOrNull(id)),
    'static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)': (
      time,
      to,
    ) => TimeZoneInfo.convertFromUtc(date(time), zone(to)),
    'static DateTime ConvertTimeToUtc(DateTime dateTime)': (time) =>
      TimeZoneInfo.convertToUtc(date(time)),
    'static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)': (
      time,
      from,
    ) => TimeZoneInfo.convertToUtc(date(time), zone(from)),
    'static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)': (
      time,
      to,
    ) => TimeZoneInfo.convert(date(time), zone(to)),
    'static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string destinationTimeZoneId)':
      (time, id) => TimeZoneInfo.convert(date(time), TimeZoneInfo.find(textOrNull(id))),
    'static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destinationTimeZone)':
      (time, to) => TimeZoneInfo.convertOffset(instance(time, DateTimeOffset), zone(to)),
    'static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, TimeZoneInfo destinationTimeZone)':
      (time, from, to) => between(date(time), zone(from), zone(to)),
    'static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, string destinationTimeZoneId)':
      (time, from, to) =>
        between(date(time), TimeZoneInfo.find(textOrNull(from)), TimeZoneInfo.find(textOrNull(to))),
    'static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string destinationTimeZoneId)':
      (time, id) =>
        TimeZoneInfo.convertOffset(
          instance(time, DateTimeOffset),
          TimeZoneInfo.find(textOrNull(id)),
        ),
    'static TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, string standardDisplayName)':
      (id, offset, ...[display, standard]) =>
        TimeZoneInfo.custom(textOrNull(id), instance(offset, TimeSpan), {
          display: textOrNull(display) ?? '',
          standard: textOrNull(standard) ?? '',
        }),
    'static void ClearCachedData()': () => null,
    'TimeZoneInfo.AdjustmentRule[] GetAdjustmentRules()': (self) =>
      new DotnetArray(`${zoneName}.AdjustmentRule`, zone(self).adjustmentRules),
    'bool IsAmbiguousTime(DateTime dateTime)': (self, time) =>
      zone(self).isAmbiguousTime(date(time)),
    'bool IsInvalidTime(DateTime dateTime)': (self, time) => zone(self).isInvalidTime(date(time)),
    'TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)': (self, time) => {
      const offsets = zone(self).ambiguousOffsets(date(time))
      if (offsets.length < 2)
        throw argumentError('The supplied DateTime is not in an ambiguous time range.')
      return new DotnetArray('System.TimeSpan', offsets)
    },
    'bool HasSameRules(TimeZoneInfo other)': (self, other) => zone(self).hasSameRules(zone(other)),
    'string ToString()': (self) => zone(self).displayName,
    'bool Equals(TimeZoneInfo other)': (self, other) => zone(self).equals(other),
    'bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)': (self, time) =>
      zone(self).isDaylightSavingTime(instance(time, DateTimeOffset)),
    'string Id': (self) => zone(self).id,
    'string DisplayName': (self) => zone(self).displayName,
    'string StandardName': (self) => zone(self).standardName,
    'string DaylightName': (self) => zone(self).daylightName,
    'TimeSpan BaseUtcOffset': (self) => zone(self).baseUtcOffset,
    'bool SupportsDaylightSavingTime': (self) => zone(self).supportsDaylightSavingTime,
    'TimeSpan GetUtcOffset(DateTime dateTime)': (self, time) => zone(self).getUtcOffset(date(time)),
    'TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)': (self, time) =>
      zone(self).getUtcOffset(instance(time, DateTimeOffset)),
    'bool IsDaylightSavingTime(DateTime dateTime)': (self, time) =>
      zone(self).isDaylightSavingTime(date(time)),
  }),
  declareType(`struct ${zoneName}.AdjustmentRule`, {
    'static TimeZoneInfo.AdjustmentRule CreateAdjustmentRule(DateTime dateStart, DateTime dateEnd, TimeSpan daylightDelta, TimeZoneInfo.TransitionTime daylightTransitionStart, TimeZoneInfo.TransitionTime daylightTransitionEnd)':
      (from, to, ...[delta, start, end]) =>
        new AdjustmentRule({ from: date(from), to: date(to) }, instance(delta, TimeSpan), {
          start: instance(start, TransitionTime),
          end: instance(end, TransitionTime),
        }),
    'DateTime DateStart': (self) => rule(self).dateStart,
    'DateTime DateEnd': (self) => rule(self).dateEnd,
    'TimeSpan DaylightDelta': (self) => rule(self).daylightDelta,
    'TimeZoneInfo.TransitionTime DaylightTransitionStart': (self) => rule(self).start,
    'TimeZoneInfo.TransitionTime DaylightTransitionEnd': (self) => rule(self).end,
    'bool Equals(TimeZoneInfo.AdjustmentRule other)': (self, other) => rule(self).equals(other),
  }),
  declareType(`struct ${zoneName}.TransitionTime`, {
    'static TimeZoneInfo.TransitionTime CreateFixedDateRule(DateTime timeOfDay, int month, int day)':
      (time, month, day) => new TransitionTime(date(time), { month: int(month), day: int(day) }),
    'static TimeZoneInfo.TransitionTime CreateFloatingDateRule(DateTime timeOfDay, int month, int week, DayOfWeek dayOfWeek)':
      (time, month, ...[week, dayOfWeek]) =>
        new TransitionTime(date(time), {
          month: int(month),
          week: int(week),
          dayOfWeek: enumNumber(dayOfWeek),
        }),
    'DateTime TimeOfDay': (self) => transition(self).timeOfDay,
    'int Month': (self) => transition(self).month,
    'int Week': (self) => transition(self).week,
    'int Day': (self) => transition(self).day,
    'DayOfWeek DayOfWeek': (self, call) => dayOfWeek(callOf(call), transition(self).dayOfWeek),
    'bool IsFixedDateRule': (self) => transition(self).isFixedDateRule,
    'bool Equals(TimeZoneInfo.TransitionTime other)': (self, other) =>
      transition(self).equals(other),
  }),
  declareType('class System.TimeZone', {
    'static TimeZone CurrentTimeZone': () => TimeZoneInfo.utc,
    'string StandardName': (self) => zone(self).standardName,
    'string DaylightName': (self) => zone(self).daylightName,
    'TimeSpan GetUtcOffset(DateTime time)': (self, time) => zone(self).getUtcOffset(date(time)),
    'bool IsDaylightSavingTime(DateTime time)': (self, time) =>
      zone(self).isDaylightSavingTime(date(time)),
    'DateTime ToLocalTime(DateTime time)': (_, time) => new DateTime(date(time).ticks, 'Local'),
    'DateTime ToUniversalTime(DateTime time)': (_, time) => new DateTime(date(time).ticks, 'Utc'),
  }),
]

function rule(value: unknown): AdjustmentRule {
  return instance(value, AdjustmentRule)
}

function transition(value: unknown): TransitionTime {
  return instance(value, TransitionTime)
}

function dayOfWeek({ world }: Call, number: number): unknown {
  const definition = world.definition('System.DayOfWeek')
  return definition ? world.enumValue(definition, number) : null
}

function between(time: DateTime, from: TimeZoneInfo, to: TimeZoneInfo): DateTime {
  return TimeZoneInfo.convertFromUtc(TimeZoneInfo.convertToUtc(time, from), to)
}
