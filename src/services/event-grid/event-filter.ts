import { passes, readAdvancedFilters } from './advanced-filter.ts'
import type { AdvancedFilter } from './advanced-filter.ts'
import { headOf, toEventGridSchema } from './event.ts'
import type { GridEvent } from './event.ts'
import type { PropertyReader } from './property-reader.ts'

/** Which events a subscription wants: https://learn.microsoft.com/azure/event-grid/event-filtering */
export interface EventFilter {
  /** Absent for all types. In lower case. */
  readonly eventTypes?: ReadonlySet<string>
  readonly subjectBeginsWith: string
  readonly subjectEndsWith: string
  readonly isSubjectCaseSensitive: boolean
  readonly onArrays: boolean
  readonly advanced: readonly AdvancedFilter[]
}

/** Reads the property `filter` of an event subscription. */
export function readEventFilter(reader: PropertyReader): EventFilter {
  const types = reader.texts('includedEventTypes')
  const isSubjectCaseSensitive = reader.boolean('isSubjectCaseSensitive', false)
  const inCase = (text = ''): string => (isSubjectCaseSensitive ? text : text.toLowerCase())
  const filter: EventFilter = {
    subjectBeginsWith: inCase(reader.text('subjectBeginsWith')),
    subjectEndsWith: inCase(reader.text('subjectEndsWith')),
    isSubjectCaseSensitive,
    onArrays: reader.boolean('enableAdvancedFilteringOnArrays', false),
    advanced: readAdvancedFilters(reader.sections('advancedFilters')),
    ...(isEveryType(types)
      ? {}
      : { eventTypes: new Set(types?.map((type) => type.toLowerCase())) }),
  }
  reader.end()
  return filter
}

/** Whether a subscription with this filter gets the event. */
export function matches(filter: EventFilter, event: GridEvent): boolean {
  const { type, subject: asSent } = headOf(event)
  if (filter.eventTypes && !filter.eventTypes.has(type.toLowerCase())) return false
  const subject = filter.isSubjectCaseSensitive ? asSent : asSent.toLowerCase()
  if (!subject.startsWith(filter.subjectBeginsWith)) return false
  if (!subject.endsWith(filter.subjectEndsWith)) return false
  if (filter.advanced.length === 0) return true
  const view = toEventGridSchema(event)
  const { onArrays } = filter
  return filter.advanced.every((advanced) => passes(advanced, view, { onArrays }))
}

// The first versions of Azure's REST said `All` for what is now no list at all.
function isEveryType(types: readonly string[] | undefined): boolean {
  return types === undefined || types.length === 0 || types.some((type) => /^all$/i.test(type))
}
