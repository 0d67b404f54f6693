import { dayNames, monthNames } from '../dotnet/calendar.ts'

/** The values one field of a schedule allows, ascending. */
export interface CronField {
  readonly values: readonly number[]
}

export type CronFieldKind = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'day-of-week'

interface FieldRange {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const ranges: Readonly<Record<CronFieldKind, FieldRange>> = {
  second: { min: 0, max: 59 },
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  day: { min: 1, max: 31 },
  month: {
    min: 1,
    max: 12,
    names: monthNames,
  },
  'day-of-week': {
    min: 0,
    max: 6,
    names: dayNames,
  },
}

/** What is wrong with a part of a field; `offset` counts from the field's first character. */
export class CronFieldError extends Error {
  override readonly name = 'CronFieldError'
  readonly offset: number
  readonly word: string

  constructor(message: string, word: string, offset: number) {
    super(message)
    this.word = word
    this.offset = offset
  }
}

/**
 * Parses `*`, `5`, `1-5`, `1,3`, any of them with a step (a step after a single value runs to the end of the
 * range), and names or their beginnings. As NCrontab does, a range written backwards is turned around, and a
 * step below 1 counts as 1. https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression
 */
export function parseCronField(text: string, kind: CronFieldKind): CronField {
  const values = new Set<number>()
  let offset = 0
  for (const element of text.split(',')) {
    for (const value of parseElement(element, kind, offset)) values.add(value)
    offset += element.length + 1
  }
  return { values: [...values].toSorted((a, b) => a - b) }
}

function parseElement(text: string, kind: CronFieldKind, offset: number): number[] {
  const slash = text.indexOf('/')
  const base = slash < 0 ? text : text.slice(0, slash)
  const step = slash < 0 ? undefined : parseStep(text.slice(slash + 1), offset + slash + 1)
  const { max } = ranges[kind]
  if (base === '*') return range(ranges[kind].min, max, step ?? 1)
  const dash = base.indexOf('-')
  if (dash > 0) {
    const first = parseValue(base.slice(0, dash), kind, offset)
    const last = parseValue(base.slice(dash + 1), kind, offset + dash + 1)
    return range(Math.min(first, last), Math.max(first, last), step ?? 1)
  }
  const value = parseValue(base, kind, offset)
  return step === undefined ? [value] : range(value, max, step)
}

function parseStep(text: string, offset: number): number {
  if (/^[-+]?\d{1,9}$/.test(text)) return Math.max(Number(text), 1)
  throw new CronFieldError(`expected a number as the step, found '${text}'.`, text, offset)
}

function parseValue(text: string, kind: CronFieldKind, offset: number): number {
  const { min, max, names } = ranges[kind]
  if (/^\d{1,9}$/.test(text)) {
    const value = Number(text)
    if (value >= min && value <= max) return value
  } else if (text !== '') {
    const wanted = text.toLowerCase()
    const index = names?.findIndex((name) => name.toLowerCase().startsWith(wanted)) ?? -1
    if (index >= 0) return index + min
  }
  const named = names ? ' or a name' : ''
  throw new CronFieldError(
    `expected ${kind === 'hour' ? 'an' : 'a'} ${kind} from ${min} to ${max}${named}, found '${text}'.`,
    text,
    offset,
  )
}

function range(first: number, last: number, step: number): number[] {
  const values: number[] = []
  for (let value = first; value <= last; value += step) values.push(value)
  return values
}
