import { compileExpression } from './compile.ts'
import type { Evaluate, SqlMessage } from './compile.ts'
import { statementsMax } from './limits.ts'
import { parseExpression, parseProperty } from './parse-predicate.ts'
import { SqlEvaluationError } from './sql-filter-error.ts'
import { checkLength } from './sql-filter.ts'
import type { SqlNames } from './sql-filter.ts'
import type { PropertyName } from './syntax-tree.ts'
import { TokenReader } from './token-reader.ts'
import { kindOf, textOf } from './values.ts'
import type { SqlResult, SqlValue } from './values.ts'

/** A message whose properties an action changes. System properties come in lower case, others as written. */
export interface EditableSqlMessage extends SqlMessage {
  setSystem(name: string, value: SqlValue): void
  setUser(name: string, value: SqlValue): void
  removeUser(name: string): void
}

export type SqlAction = (message: EditableSqlMessage) => void

/** Reads an action: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-sql-rule-action */
export function parseSqlAction(text: string, names: SqlNames): SqlAction {
  checkLength(text)
  const reader = new TokenReader(text, names.parameters)
  const steps: SqlAction[] = []
  do {
    if (steps.length >= statementsMax) {
      throw reader.error(`an action has at most ${statementsMax} statements`, reader.token.at)
    }
    steps.push(parseStatement(reader, names))
    // Statements may follow each other with a semicolon, a comma or nothing between them.
    if (!reader.takeSymbol(';')) reader.takeSymbol(',')
  } while (reader.token.kind !== 'end')
  return (message) => {
    for (const step of steps) step(message)
  }
}

function parseStatement(reader: TokenReader, names: SqlNames): SqlAction {
  const writable = names.writable ?? names.system
  if (reader.take('set')) {
    const property = parseProperty(reader, writable)
    reader.expectSymbol('=')
    const expression = parseExpression(reader, names.system)
    return assignment(property, compileExpression(expression, names.parameters ?? new Map()))
  }
  if (!reader.take('remove')) throw reader.unexpected('SET or REMOVE')
  return removal(parseProperty(reader, writable))
}

function assignment(property: PropertyName, evaluate: Evaluate): SqlAction {
  const { scope, name, text } = property
  if (scope === 'sys') return (message) => message.setSystem(name, evaluate(message) ?? null)
  return (message) => {
    const value = evaluate(message) ?? null
    message.setUser(text, converted(value, message.user(name)))
  }
}

function removal({ scope, name, text }: PropertyName): SqlAction {
  return scope === 'sys'
    ? (message) => message.setSystem(name, null)
    : (message) => message.removeUser(text)
}

/** The type that the property already has wins where the new value can be turned into it. */
function converted(value: SqlValue, previous: SqlResult): SqlValue {
  if (value === null || previous === undefined || previous === null) return value
  if (kindOf(value) === kindOf(previous)) return sameNumber(value, previous)
  if (typeof previous === 'string') return textOf(value)
  if (typeof value !== 'string') return value
  return fromText(value, previous) ?? value
}

// A whole number stays one: the quantity 5 divided by 2.0 is 2, as Convert.ToInt64 rounds to the even one.
function sameNumber(value: SqlValue, previous: SqlValue): SqlValue {
  if (typeof previous === 'bigint' && typeof value === 'number') {
    if (!Number.isFinite(value)) throw new SqlEvaluationError(`${value} is not a whole number.`)
    return BigInt(roundToEven(value))
  }
  return typeof previous === 'number' && typeof value === 'bigint' ? Number(value) : value
}

function fromText(text: string, previous: SqlValue): SqlValue | undefined {
  const trimmed = text.trim()
  if (typeof previous === 'bigint') return /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : undefined
  if (typeof previous === 'number') {
    return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined
  }
  if (typeof previous === 'boolean') return booleans.get(trimmed.toLowerCase())
  if (!(previous instanceof Date)) return undefined
  const ms = Date.parse(trimmed)
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

function roundToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
