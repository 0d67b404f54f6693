/** Whether a value of a route parameter is accepted. */
export type RouteConstraint = (value: string) => boolean

/**
 * Compiles one inline constraint of a route template, `int` or `range(1,9)`; a text says what is wrong with it.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function compileConstraint(reference: string): RouteConstraint | string {
  const [, name = reference, argumentText] = /^([^(]*)\((.*)\)$/s.exec(reference) ?? []
  const simple = simpleConstraints[name.toLowerCase()]
  if (simple) return argumentText === undefined ? simple : `'${name}' takes no argument`
  const compile = constraintsWithArguments[name.toLowerCase()]
  if (!compile) return `the constraint '${reference}' is not one of ${knownNames().join(', ')}`
  return compile(argumentText) ?? `the arguments of '${reference}' are not valid`
}

const simpleConstraints: Readonly<Record<string, RouteConstraint>> = {
  int: (value) => isInteger(value, { min: -(2n ** 31n), max: 2n ** 31n - 1n }),
  long: (value) => isInteger(value, { min: longMin, max: longMax }),
  bool: (value) => /^\s*(true|false)\s*$/i.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
  guid: isGuid,
  decimal: isDecimal,
  double: isFloat,
  float: isFloat,
  datetime: isDateTime,
  required: (value) => value.length > 0,
  file: isFileName,
  nonfile: (value) => !isFileName(value),
}

type ArgumentCompiler = (text: string | undefined) => RouteConstraint | undefined

const constraintsWithArguments: Readonly<Record<string, ArgumentCompiler>> = {
  minlength: (text) =>
    withIntegers(
      text,
      ([min]) =>
        (value) =>
          BigInt(value.length) >= min,
    ),
  maxlength: (text) =>
    withIntegers(
      text,
      ([max]) =>
        (value) =>
          BigInt(value.length) <= max,
    ),
  length: (text) =>
    withIntegers(
      text,
      ([exact]) =>
        (value) =>
          BigInt(value.length) === exact,
    ) ??
    withTwoIntegers(text, (min, max) => (value) => isBetween(BigInt(value.length), { min, max })),
  min: (text) =>
    withIntegers(
      text,
      ([min]) =>
        (value) =>
          isInteger(value, { min, max: longMax }),
    ),
  max: (text) =>
    withIntegers(
      text,
      ([max]) =>
        (value) =>
          isInteger(value, { min: longMin, max }),
    ),
  range: (text) => withTwoIntegers(text, (min, max) => (value) => isInteger(value, { min, max })),
  regex: compilePattern,
}

const longMin = -(2n ** 63n)
const longMax = 2n ** 63n - 1n

interface Bounds {
  readonly min: bigint
  readonly max: bigint
}

function knownNames(): string[] {
  return [...Object.keys(simpleConstraints), ...Object.keys(constraintsWithArguments)]
}

function withIntegers(
  text: string | undefined,
  build: (values: readonly [bigint]) => RouteConstraint,
): RouteConstraint | undefined {
  const value = parseInteger(text ?? '')
  return value === undefined ? undefined : build([value])
}

function withTwoIntegers(
  text: string | undefined,
  build: (min: bigint, max: bigint) => RouteConstraint,
): RouteConstraint | undefined {
  const [min, max, ...rest] = (text ?? '').split(',').map(parseInteger)
  const usable = min !== undefined && max !== undefined && rest.length === 0 && min <= max
  return usable ? build(min, max) : undefined
}

// .NET matches with IgnoreCase and CultureInvariant.
function compilePattern(text: string | undefined): RouteConstraint | undefined {
  if (text === undefined) return undefined
  try {
    const pattern = new RegExp(text, 'i')
    return (value) => pattern.test(value)
  } catch {
    return undefined
  }
}

function parseInteger(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(\d+)\s*$/.exec(text)
  if (!match) return undefined
  const value = BigInt(match[2] ?? '')
  return match[1] === '-' ? -value : value
}

function isInteger(text: string, bounds: Bounds): boolean {
  const value = parseInteger(text)
  return value !== undefined && isBetween(value, bounds)
}

function isBetween(value: bigint, bounds: Bounds): boolean {
  return value >= bounds.min && value <= bounds.max
}

// The five formats of Guid.TryParse: D, N, B, P and X.
function isGuid(text: string): boolean {
  const value = text.trim()
  const dashed = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
  if (dashed.test(value) || /^[\da-f]{32}$/i.test(value)) return true
  const bracketed = /^(?:\{(.*)\}|\((.*)\))$/.exec(value)
  if (bracketed && dashed.test(bracketed[1] ?? bracketed[2] ?? '')) return true
  const structure =
    /^\{0x[\da-f]{1,8},0x[\da-f]{1,4},0x[\da-f]{1,4},\{(?:0x[\da-f]{1,2},){7}0x[\da-f]{1,2}\}\}$/i
  return structure.test(value.replaceAll(/\s/g, ''))
}

// A .NET decimal is a 96-bit integer with a scale.
const decimalEnd = 2 ** 96

// NumberStyles.Number: a sign on either side, thousands separators, no exponent.
function isDecimal(text: string): boolean {
  const value = text.trim()
  const number = String.raw`(?:\d[\d,]*(?:\.\d*)?|\.\d+)`
  const pattern = new RegExp(`^(?:[+-]?\\s*${number}|${number}\\s*[+-])$`)
  if (!pattern.test(value)) return false
  return Number(value.replaceAll(/[\s,+-]/g, '')) < decimalEnd
}

// NumberStyles.Float with thousands separators; an overflow is infinity since .NET Core 3.
function isFloat(text: string): boolean {
  const value = text.trim()
  if (/^[+-]?(?:nan|infinity|∞)$/i.test(value)) return true
  return /^[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(value)
}

// What DateTime.TryParse takes in the invariant culture, but for forms nobody writes into an address.
function isDateTime(text: string): boolean {
  const value = text.trim()
  const { date, time } =
    /^(?<date>.*?)(?:(?:T|\s+|^)(?<time>\d{1,2}:.*))?$/i.exec(value)?.groups ?? {}
  if (!date && !time) return false
  return (!date || isDate(date.trim())) && (!time || isTime(time))
}

function isDate(text: string): boolean {
  const fields =
    /^(?<year>\d{4})[-/.](?<month>\d{1,2})(?:[-/.](?<day>\d{1,2}))?$/.exec(text)?.groups ??
    /^(?<month>\d{1,2})[-/.](?<day>\d{1,2})[-/.](?<year>\d{4}|\d{2})$/.exec(text)?.groups ??
    /^(?<day>\d{1,2})[ -](?<name>[a-z]{3,9})[ -](?<year>\d{4})$/i.exec(text)?.groups ??
    /^(?<name>[a-z]{3,9}) (?<day>\d{1,2}),? (?<year>\d{4})$/i.exec(text)?.groups
  if (!fields) return false
  const month = fields['name'] === undefined ? Number(fields['month']) : monthOf(fields['name'])
  const day = Number(fields['day'] ?? 1)
  const year = Number(fields['year'])
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

const monthNames =
  'january february march april may june july august september october november december'.split(' ')

function monthOf(name: string): number {
  const wanted = name.toLowerCase()
  return 1 + monthNames.findIndex((month) => month === wanted || month.slice(0, 3) === wanted)
}

function isTime(text: string): boolean {
  const pattern =
    /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?(?:\s*([ap]m?))?\s*(?:Z|GMT|[+-]\d{1,2}(?::?\d{2})?)?$/i
  const [, hour, minute, second, half] = pattern.exec(text) ?? []
  if (hour === undefined) return false
  const hourMax = half === undefined ? 23 : 12
  return Number(hour) <= hourMax && Number(minute) < 60 && Number(second ?? 0) < 60
}

// A last segment with a dot that is not its last character.
function isFileName(value: string): boolean {
  const name = value.slice(value.lastIndexOf('/') + 1)
  const dot = name.indexOf('.')
  return dot >= 0 && /[^.]/.test(name.slice(dot + 1))
}
