import { queryError, type Compilation, type Evaluate, type Scope } from './compilation.ts'
import { compileBinary, compileUnary } from './compile-operator.ts'
import { compileCall } from './compile-call.ts'
import { constantOf } from './constant.ts'
import { expressionKey } from './expression-key.ts'
import { compileLike } from './like.ts'
import type { BetweenExpression, Expression, InExpression, SubqueryKind } from './syntax-tree.ts'
import { equals, memberOf, type Value } from './values.ts'

/** Turns an expression into a function of the row, resolving names and functions once. */
export function compileExpression(
  compilation: Compilation,
  expression: Expression,
  scope: Scope,
): Evaluate {
  const keySlot = groupKeySlot(expression, scope)
  if (keySlot !== undefined) return (row) => row[keySlot]
  const constant = constantOf(compilation, expression)
  if (constant) return () => constant.value
  const compile = (part: Expression): Evaluate => compileExpression(compilation, part, scope)
  switch (expression.kind) {
    case 'literal':
      return () => expression.value
    case 'parameter':
      throw undeclared(compilation, expression)
    case 'name':
      return compileName(compilation, expression, scope)
    case 'member':
      return compileMember(compilation, expression, scope)
    case 'array':
      return compileArray(expression.items.map(compile))
    case 'object':
      return compileObject(
        expression.properties.map(({ name, value }) => ({
          name: name.name,
          value: compile(value),
        })),
      )
    case 'unary':
      return compileUnary(expression.operator, compile(expression.operand))
    case 'binary':
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right))
    case 'between':
      return compileBetween(expression, compile)
    case 'in':
      return compileIn(compilation, expression, compile)
    case 'like':
      return compileLike(expression, compile(expression.value), compile(expression.pattern))
    case 'conditional': {
      const [condition, consequent, otherwise] = [
        compile(expression.condition),
        compile(expression.consequent),
        compile(expression.otherwise),
      ]
      return (row) => (condition(row) === true ? consequent(row) : otherwise(row))
    }
    case 'call':
      return compileCall(compilation, expression, { scope, compile: compileExpression })
    case 'subquery':
      return compileSubqueryForm(compilation, expression, scope)
  }
}

function undeclared(
  compilation: Compilation,
  parameter: Extract<Expression, { kind: 'parameter' }>,
): Error {
  const message = `The parameter '${parameter.name}' is not declared.`
  return queryError(compilation, 'SC9006', message, parameter)
}

// Inside a subquery of the select list a path may still be a key of the query around it.
function groupKeySlot(expression: Expression, scope: Scope): number | undefined {
  const root = rootName(expression)
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const { grouping } = at
    const isKey = grouping !== undefined && grouping.keys.size > 0
    const slot = isKey ? grouping.keys.get(expressionKey(expression)) : undefined
    if (slot !== undefined || root === undefined || at.names.has(root)) return slot
  }
  return undefined
}

function rootName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  return expression.kind === 'member' ? rootName(expression.target) : undefined
}

// Numbers that JSON has no word for.
const numberNames = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
])

function compileName(
  compilation: Compilation,
  expression: Extract<Expression, { kind: 'name' }>,
  scope: Scope,
): Evaluate {
  const owner = ownerOf(expression.name, scope)
  const slot = owner?.names.get(expression.name)
  if (owner?.grouping) throw ungrouped(compilation, expression)
  if (slot !== undefined) return (row) => row[slot]
  const number = numberNames.get(expression.name)
  if (number !== undefined) return () => number
  const message = `Identifier '${expression.name}' could not be resolved.`
  throw queryError(compilation, 'SC2001', message, expression)
}

/** The scope that declares a name. */
function ownerOf(name: string, scope: Scope): Scope | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.names.has(name)) return at
  return undefined
}

function ungrouped(compilation: Compilation, expression: Expression): Error {
  const reference = compilation.text.slice(expression.start, expression.end)
  const message =
    `Property reference '${reference}' is invalid in the select list because it is not contained ` +
    'in either an aggregate function or the GROUP BY clause.'
  return queryError(compilation, 'SC2102', message, expression)
}

/** Names the whole path in the error, and not only the alias it starts with. */
function checkGrouped(compilation: Compilation, path: Expression, scope: Scope): void {
  let at = path
  while (at.kind === 'member') {
    if (groupKeySlot(at, scope) !== undefined) return
    at = at.target
  }
  if (at.kind !== 'name' || groupKeySlot(at, scope) !== undefined) return
  if (ownerOf(at.name, scope)?.grouping) throw ungrouped(compilation, path)
}

function compileMember(
  compilation: Compilation,
  expression: Extract<Expression, { kind: 'member' }>,
  scope: Scope,
): Evaluate {
  checkGrouped(compilation, expression, scope)
  const target = compileExpression(compilation, expression.target, scope)
  const constant = constantOf(compilation, expression.key)
  if (constant) {
    const key = constant.value
    if (typeof key === 'string') return (row) => propertyOf(target(row), key)
    return (row) => memberOf(target(row), key)
  }
  const key = compileExpression(compilation, expression.key, scope)
  return (row) => memberOf(target(row), key(row))
}

function propertyOf(target: Value, name: string): Value {
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return undefined
  return Object.hasOwn(target, name) ? target[name] : undefined
}

function compileArray(items: readonly Evaluate[]): Evaluate {
  return (row) => {
    const result = []
    for (const item of items) {
      const value = item(row)
      if (value !== undefined) result.push(value)
    }
    return result
  }
}

/** Builds an object of the properties that are defined. */
export function compileObject(
  properties: readonly { readonly name: string; readonly value: Evaluate }[],
): Evaluate {
  return (row) => {
    const result: { [name: string]: Exclude<Value, undefined> } = {}
    for (const property of properties) {
      const value = property.value(row)
      if (value !== undefined) setProperty(result, property.name, value)
    }
    return result
  }
}

function setProperty(
  target: { [name: string]: Exclude<Value, undefined> },
  name: string,
  value: Exclude<Value, undefined>,
): void {
  // Assigning `__proto__` would change what the object is instead of giving it a property.
  if (name !== '__proto__') target[name] = value
  else
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function compileBetween(
  expression: BetweenExpression,
  compile: (part: Expression) => Evaluate,
): Evaluate {
  const value = compile(expression.value)
  const atLeast = compileBinary('>=', value, compile(expression.low))
  const atMost = compileBinary('<=', value, compile(expression.high))
  const between = compileBinary('AND', atLeast, atMost)
  return expression.negated ? compileUnary('NOT', between) : between
}

function compileIn(
  compilation: Compilation,
  expression: InExpression,
  compile: (part: Expression) => Evaluate,
): Evaluate {
  const needle = compile(expression.value)
  const { negated } = expression
  const constants = constantSet(compilation, expression.items)
  const items = constants ? [] : expression.items.map(compile)
  return (row) => {
    const value = needle(row)
    if (value === undefined) return undefined
    const found = constants?.has(value) ?? items.some((item) => equals(value, item(row)) === true)
    return found !== negated
  }
}

/** The items of a list of plain constants, which a set finds faster than a walk. */
function constantSet(
  compilation: Compilation,
  items: readonly Expression[],
): ReadonlySet<Value> | undefined {
  const values = items.map((item) => constantOf(compilation, item)?.value)
  const isPlain = values.every(
    (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  )
  return isPlain ? new Set(values) : undefined
}

function compileSubqueryForm(
  compilation: Compilation,
  expression: Extract<Expression, { kind: 'subquery' }>,
  scope: Scope,
): Evaluate {
  const values = compilation.compileSubquery(expression.query, scope)
  const form: SubqueryKind = expression.form
  switch (form) {
    case 'EXISTS':
      return (row) => values(row, { firstOnly: true }).length > 0
    case 'ARRAY':
      return (row) => values(row).filter((value) => value !== undefined)
    case 'ALL':
      return (row) => values(row).every((value) => value === true)
    case 'FIRST':
      return (row) => values(row, { firstOnly: true })[0]
    case 'LAST':
      return (row) => values(row).at(-1)
    case 'scalar':
      return (row) => {
        const results = values(row)
        if (results.length <= 1) return results[0]
        const message =
          'The cardinality of a scalar subquery result set cannot be greater than one.'
        throw queryError(compilation, 'SC9001', message, expression)
      }
  }
}
