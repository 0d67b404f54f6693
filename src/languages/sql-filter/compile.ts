import assert from 'node:assert/strict'
import { newUuid } from '../../base/ids.ts'
import { likePattern } from './like.ts'
import { SqlEvaluationError } from './sql-filter-error.ts'
import type { Expression, Predicate, PropertyName } from './syntax-tree.ts'
import { calculate, compare, identity, kindOf, negate } from './values.ts'
import type { SqlResult, SqlValue } from './values.ts'

/** What a filter looks at; names come in lower case. */
export interface SqlMessage {
  /** Null when the message does not have the property. */
  system(name: string): SqlValue
  /** Undefined when the message does not have the property. */
  user(name: string): SqlResult
}

/** Values of the parameters of a filter, by their names in lower case with the `@`. */
export type Parameters = ReadonlyMap<string, SqlValue>

export type Evaluate = (message: SqlMessage) => SqlResult
export type Test = (message: SqlMessage) => boolean | undefined

/** Turns a predicate into a function, so that nothing is looked up in the tree for each message. */
export function compilePredicate(predicate: Predicate, parameters: Parameters): Test {
  switch (predicate.kind) {
    case 'not': {
      const operand = compilePredicate(predicate.operand, parameters)
      return (message) => not(operand(message))
    }
    case 'and':
    case 'or': {
      const left = compilePredicate(predicate.left, parameters)
      const right = compilePredicate(predicate.right, parameters)
      return predicate.kind === 'and' ? both(left, right) : either(left, right)
    }
    case 'comparison': {
      const { operator } = predicate
      const left = compileExpression(predicate.left, parameters)
      const right = compileExpression(predicate.right, parameters)
      return (message) => compare(operator, left(message), right(message))
    }
    case 'isNull': {
      const value = compileProperty(predicate.property)
      return (message) => (value(message) ?? null) === null
    }
    case 'exists':
      return compileExists(predicate.property)
    case 'in':
      return compileIn(predicate, parameters)
    case 'like':
      return compileLike(predicate, parameters)
  }
}

export function compileExpression(expression: Expression, parameters: Parameters): Evaluate {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'parameter': {
      const { name } = expression
      const value = parameters.get(name)
      assert(value !== undefined, `the parser lets a parameter without a value through: ${name}`)
      return () => value
    }
    case 'property':
      return compileProperty(expression.property)
    case 'newid':
      return () => newUuid()
    case 'lookup':
      return compileLookup(expression.name, parameters)
    case 'sign': {
      const operand = compileExpression(expression.operand, parameters)
      const apply = expression.sign === '-' ? negate : identity
      return (message) => apply(operand(message))
    }
    case 'arithmetic': {
      const { operator } = expression
      const left = compileExpression(expression.left, parameters)
      const right = compileExpression(expression.right, parameters)
      return (message) => calculate(operator, left(message), right(message))
    }
  }
}

function compileProperty({ scope, name }: PropertyName): Evaluate {
  return scope === 'sys' ? (message) => message.system(name) : (message) => message.user(name)
}

function compileExists({ scope, name }: PropertyName): Test {
  return scope === 'sys'
    ? (message) => message.system(name) !== null
    : (message) => message.user(name) !== undefined
}

function compileLookup(name: Expression, parameters: Parameters): Evaluate {
  const evaluate = compileExpression(name, parameters)
  return (message) => {
    const text = evaluate(message)
    if (text === undefined) return undefined
    if (typeof text === 'string') return message.user(text.toLowerCase())
    throw new SqlEvaluationError(`The name of a property must be a string, not a ${kindOf(text)}.`)
  }
}

function compileIn(predicate: Predicate & { kind: 'in' }, parameters: Parameters): Test {
  const left = compileExpression(predicate.left, parameters)
  const items = predicate.items.map((item) => compileExpression(item, parameters))
  return (message) => {
    const value = left(message)
    if (value === undefined) return undefined
    let result: boolean | undefined = false
    for (const item of items) {
      const equal = compare('=', value, item(message))
      if (equal) return true
      if (equal === undefined) result = undefined
    }
    return result
  }
}

function compileLike(predicate: Predicate & { kind: 'like' }, parameters: Parameters): Test {
  const left = compileExpression(predicate.left, parameters)
  const pattern = compileExpression(predicate.pattern, parameters)
  const escape = predicate.escape && compileExpression(predicate.escape, parameters)
  // The pattern is nearly always a constant: what was made of it serves the next message.
  let known:
    | { pattern: string; escape: string | undefined; test: (text: string) => boolean }
    | undefined
  return (message) => {
    const value = stringOf('left side of LIKE', left(message))
    const patternText = stringOf('pattern of LIKE', pattern(message))
    const escapeText = escape && stringOf('escape character of LIKE', escape(message))
    if (value === undefined || patternText === undefined) return undefined
    if (escape && escapeText === undefined) return undefined
    if (known?.pattern !== patternText || known.escape !== escapeText) {
      const test = likePattern(patternText, escapeText)
      known = { pattern: patternText, escape: escapeText, test }
    }
    return known.test(value)
  }
}

// A property without a value is like nothing: neither true nor false.
function stringOf(what: string, value: SqlResult): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw new SqlEvaluationError(`The ${what} must be a string, not a ${kindOf(value)}.`)
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

function both(left: Test, right: Test): Test {
  return (message) => {
    const first = left(message)
    if (first === false) return false
    const second = right(message)
    return second === false ? false : first && second
  }
}

function either(left: Test, right: Test): Test {
  return (message) => {
    const first = left(message)
    if (first === true) return true
    const second = right(message)
    if (second === true) return true
    return first === undefined ? undefined : second
  }
}
