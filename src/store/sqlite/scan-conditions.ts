import type { DocumentFilter, DocumentScan, Scalar } from '../documents.ts'
import type { SqlValue } from './connection.ts'

/** One filter of a scan as SQL. It lets pass all that the filter asks for, and now and then more. */
export interface Condition {
  readonly path: DocumentFilter['path']
  /** What an index on the path holds. */
  readonly expression: string
  readonly sql: string
  readonly values: readonly SqlValue[]
  /** Whether it names the values, so that an index finds few documents. */
  readonly isEquality: boolean
}

// A longer list of values makes the statement slower than the caller's own check.
const listedValuesMax = 100

/** The conditions of a scan that SQL can check; the caller's own check sees to the rest. */
export function toConditions(scan: DocumentScan): readonly Condition[] {
  return (scan.filters ?? []).flatMap((filter) => {
    const expression = bodyExpression(filter.path)
    const comparison = expression === undefined ? undefined : compare(expression, filter)
    if (expression === undefined || !comparison) return []
    const isEquality = filter.operator === '=' || filter.operator === 'in'
    return [{ path: filter.path, expression, isEquality, ...comparison }]
  })
}

/** Reads a path in the body, or `undefined` for a path that SQLite cannot write. */
export function bodyExpression(path: DocumentFilter['path']): string | undefined {
  let steps = '$'
  for (const step of path) {
    if (typeof step === 'number') {
      if (!Number.isInteger(step) || step < 0) return undefined
      steps += `[${step}]`
    } else {
      if (!isPlainName(step)) return undefined
      steps += `."${step}"`
    }
  }
  return path.length === 0 ? undefined : `json_extract(body, '${steps.replaceAll("'", "''")}')`
}

interface Comparison {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

function compare(expression: string, filter: DocumentFilter): Comparison | undefined {
  const [value] = filter.values
  if (filter.operator === 'in') return isOneOf(expression, filter.values)
  if (value === undefined || filter.values.length > 1) return undefined
  if (filter.operator === '=') return equals(expression, value)
  return range(expression, filter.operator, value)
}

function equals(expression: string, value: Scalar): Comparison | undefined {
  // A property that is missing reads like null.
  if (value === null) return { sql: `${expression} IS NULL`, values: [] }
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isSafeInteger(value)) {
    return { sql: `${expression} BETWEEN ? AND ?`, values: around(value) }
  }
  const exact = toExact(value)
  return exact === undefined ? undefined : { sql: `${expression} = ?`, values: [exact] }
}

function isOneOf(expression: string, values: readonly Scalar[]): Comparison | undefined {
  const exact = values.map(toExact)
  const known = exact.filter((value) => value !== undefined)
  if (known.length < values.length || known.length > listedValuesMax) return undefined
  return { sql: `${expression} IN (${known.map(() => '?').join(', ')})`, values: known }
}

function range(
  expression: string,
  operator: '<' | '<=' | '>' | '>=',
  value: Scalar,
): Comparison | undefined {
  const isUpper = operator === '<' || operator === '<='
  if (typeof value === 'boolean') return { sql: `${expression} BETWEEN 0 AND 1`, values: [] }
  if (typeof value === 'number' && Number.isFinite(value)) {
    const [low, high] = around(value)
    // Every number sorts before every text, and before the empty one.
    return isUpper
      ? { sql: `${expression} <= ?`, values: [high] }
      : { sql: `(${expression} >= ? AND ${expression} < '')`, values: [low] }
  }
  if (typeof value !== 'string' || !hasCommonOrder(value)) return undefined
  // SQLite reads a text only up to a NUL, so what begins with the value may look equal to it.
  return isUpper
    ? { sql: `(${expression} <= ? AND ${expression} >= '')`, values: [value] }
    : { sql: `${expression} >= ?`, values: [value] }
}

/** The value as SQLite reads it from a body, where the two are the same to the last bit. */
function toExact(value: Scalar): SqlValue | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value === 'string') return isPlainText(value) ? value : undefined
  return undefined
}

// SQLite's reading of a decimal fraction may differ from JavaScript's in the last bits.
function around(value: number): readonly [low: number, high: number] {
  const slack = Math.abs(value) * 2 ** -50
  return [value - slack, value + slack]
}

function isPlainText(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text)
}

// SQLite orders by code points, JavaScript by UTF-16 units: they differ from the surrogates on.
function hasCommonOrder(text: string): boolean {
  return isPlainText(text) && !/[\ud800-\uffff]/.test(text)
}

function isPlainName(name: string): boolean {
  return name !== '' && isPlainText(name) && !/["\\\p{Control}]/u.test(name)
}
