import { DateTimeOffset } from '../../dotnet/date-time-offset.ts'
import { DateTime } from '../../dotnet/date-time.ts'
import { TimeZoneInfo } from '../../dotnet/time-zone.ts'
import { declareType, type TypeDeclaration } from '../type-model.ts'
import { instance, textOrNull } from './guards.ts'

function zone(value: unknown): TimeZoneInfo {
  return instance(value, TimeZoneInfo)
}

function date(value: unknown): DateTime {
  return instance(value, DateTime)
}

/** TimeZoneInfo; local time is UTC. */
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
]
