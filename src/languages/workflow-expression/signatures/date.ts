import { type SignatureRow } from './signature-row.ts'

/** Dates and times. */
export const dateSignatures: readonly SignatureRow[] = [
  [
    'utcNow',
    0,
    1,
    'can be invoked with no parameters or with an optional format parameter. {s}#utcnow',
  ],
  ['getFutureTime', 2, 3, fromNow('GetFutureTime')],
  ['getPastTime', 2, 3, fromNow('GetPastTime')],
  ['addToTime', 3, 4, shifted('AddToTime')],
  ['subtractFromTime', 3, 4, shifted('SubtractFromTime')],
  ['addSeconds', 2, 3, timestampAnd('seconds', 'addseconds')],
  ['addMinutes', 2, 3, timestampAnd('minutes', 'addminutes')],
  ['addHours', 2, 3, timestampAnd('hours', 'addhours')],
  ['addDays', 2, 3, timestampAnd('days', 'adddays')],
  [
    'dateDifference',
    2,
    2,
    'expects a timestamp as the first parameter and timestamp as the second parameter. {s}',
  ],
  [
    'convertTimeZone',
    3,
    4,
    'expects a timestamp as the first parameter, a source time zone as the second parameter, a target time zone as the third parameter, and an optional format string as the fourth parameter. {s}#ConvertTimeZone',
  ],
  [
    'convertToUtc',
    2,
    3,
    'expects a timestamp as the first parameter, a source time zone as the second parameter, and an optional format string as the third parameter. {s}#ConvertToUtc',
  ],
  [
    'convertFromUtc',
    2,
    3,
    'expects a timestamp as the first parameter, a target time zone as the second parameter, and an optional format string as the third parameter. {s}#ConvertFromUtc',
  ],
  [
    'formatDateTime',
    1,
    3,
    'expects a timestamp as the first parameter, an optional format string as the second parameter and an optional locale as the third parameter. {s}#formatdatetime',
  ],
  [
    'parseDateTime',
    1,
    3,
    'expects a timestamp as the first parameter, an optional locale string as the second parameter, and an optional format string as the third parameter. {s}#parsedatetime',
  ],
  ['startOfHour', 1, 2, startOf('startofhour')],
  ['startOfDay', 1, 2, startOf('startofday')],
  ['startOfMonth', 1, 2, startOf('startofmonth')],
  ['dayOfWeek', 1, 1, oneTimestamp('dayofweek')],
  ['dayOfMonth', 1, 1, oneTimestamp('dayofmonth')],
  ['dayOfYear', 1, 1, oneTimestamp('dayofyear')],
  ['ticks', 1, 1, oneTimestamp('ticks')],
  [
    'formatTimeSpan',
    1,
    3,
    'expects a time span as the first parameter, an optional format string as the second parameter and an optional locale as the third parameter. {s}#formattimespan',
  ],
]

function timestampAnd(what: string, name: string): string {
  return `expects a timestamp as the first parameter, the number of ${what} to add as the second parameter, and an optional format string as the third parameter. {s}#${name}`
}

function shifted(name: string): string {
  return `expects a timestamp as the first parameter, an interval as the second parameter, a time unit as the third parameter, and an optional format string as the fourth parameter. {s}#${name}`
}

function fromNow(name: string): string {
  return `expects an interval as the first parameter, a time unit as the second parameter, and an optional format string as the third parameter. {s}#${name}`
}

function oneTimestamp(name: string): string {
  return `expects a single parameter that is a timestamp. {s}#${name}`
}

function startOf(name: string): string {
  return `expects a timestamp as the first parameter and an optional format string as the second parameter. {s}#${name}`
}
