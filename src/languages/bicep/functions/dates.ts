import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { addDuration, formatDate, formatOf, parseDate } from '../dates.ts'
import { onlyInDefaults } from './strings.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-date */
export const dateFunctions: FunctionTable = {
  dateTimeAdd: takes(2, 3, (args) => {
    const changed = addDuration(dateOf(args), args.text(1))
    if (changed === undefined) throw args.fail(`"${args.text(1)}" is not an ISO 8601 duration.`)
    return formatDate(changed, args.optionalText(2) ?? formatOf(args.text(0)))
  }),
  dateTimeFromEpoch: takes(1, 1, (args) =>
    formatDate(args.whole(0) * 1000, 'yyyy-MM-ddTHH:mm:ssZ'),
  ),
  dateTimeToEpoch: takes(1, 1, (args) => Math.floor(dateOf(args) / 1000)),
  utcNow: takes(0, 1, (args) => {
    if (args.frame.inDefaultOf === undefined) throw onlyInDefaults(args)
    return formatDate(args.frame.names.context.timeMs, args.optionalText(0) ?? 'yyyyMMddTHHmmssZ')
  }),
}

function dateOf(args: Arguments): number {
  const time = parseDate(args.text(0))
  if (time === undefined) throw args.fail(`"${args.text(0)}" is not a date.`)
  return time
}
