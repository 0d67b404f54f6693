import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { Arguments, type Frame } from './frame.ts'
import { findFunction } from './functions/table.ts'
import { calculate } from './operators.ts'
import type {
  ArrayLiteral,
  Call,
  Expression,
  IndexAccess,
  Loop,
  LoopHeader,
  MethodCall,
  ObjectLiteral,
  PropertyAccess,
} from './syntax.ts'
import {
  Lambda,
  type ObjectValue,
  Reference,
  type Value,
  isObjectValue,
  memberOf,
  objectOf,
  toText,
  typeName,
} from './values.ts'

/** Evaluates an expression; throws `ValuePending` when it needs what is not deployed yet. */
export function evaluate(expression: Expression, frame: Frame): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'interpolation':
      return expression.parts
        .map((part) => (typeof part === 'string' ? part : textOf(part, frame)))
        .join('')
    case 'array':
      return arrayOf(expression, frame)
    case 'object':
      return evaluateObject(expression, frame)
    case 'symbol':
      return frame.locals.get(expression.name) ?? symbol(expression.name, frame, expression.at)
    case 'call':
      return call(expression, frame)
    case 'method':
      return method(expression, frame)
    case 'property':
      return property(expression, frame)
    case 'index':
      return indexed(expression, frame)
    case 'nested':
      return nested(expression.target, expression.name, frame)
    case 'unary':
      return unary(expression, frame)
    case 'binary':
      return calculate(expression, (operand) => evaluate(operand, frame))
    case 'ternary':
      return evaluate(isTrue(expression.condition, frame) ? expression.yes : expression.no, frame)
    case 'nonNull':
      return evaluate(expression.target, frame)
    case 'lambda':
      return new Lambda(expression.parameters.length, (operands) =>
        evaluate(expression.body, withLocals(frame, expression.parameters, operands)),
      )
    case 'loop':
      return loop(expression, frame)
  }
}

/** Evaluates a condition, which must be a boolean. */
export function isTrue(expression: Expression, frame: Frame): boolean {
  const value = evaluate(expression, frame)
  if (typeof value === 'boolean') return value
  const message = `Expected a value of type "bool" but the provided value is of type "${typeName(value)}".`
  throw new SourceError('BCP033', message, expression.at)
}

/** One frame for each item of a loop, in order. */
export function loopFrames(header: LoopHeader, frame: Frame): Frame[] {
  const items = evaluate(header.items, frame)
  if (!Array.isArray(items)) {
    const message = `Loop expected an expression of type "array" but the provided value is of type "${typeName(items)}".`
    throw new SourceError('BCP137', message, header.items.at)
  }
  return items.map((item, index) => {
    const locals = new Map(frame.locals)
    if (header.item !== undefined) locals.set(header.item, item)
    if (header.index !== undefined) locals.set(header.index, index)
    if (header.copy === undefined) return { ...frame, locals }
    return { ...frame, locals, copies: new Map([...(frame.copies ?? []), [header.copy, index]]) }
  })
}

/** Evaluates an object, leaving out the members that `skip` names. */
export function evaluateObject(
  literal: ObjectLiteral,
  frame: Frame,
  skip?: ReadonlySet<string>,
): ObjectValue {
  const members: [string, Value][] = []
  for (const member of literal.members) {
    if (member.kind === 'spread') {
      members.push(...Object.entries(spreadObject(evaluate(member.value, frame), member.at)))
      continue
    }
    const name = toText(evaluate(member.name, frame), member.at)
    if (!skip?.has(name)) members.push([name, evaluate(member.value, frame)])
  }
  return objectOf(members)
}

/** The frame with more variables in it. */
export function withLocals(
  frame: Frame,
  names: readonly string[],
  values: readonly Value[],
): Frame {
  const locals = new Map(frame.locals)
  for (const [index, name] of names.entries()) locals.set(name, values[index] ?? null)
  return { ...frame, locals }
}

function symbol(name: string, frame: Frame, at: SourcePosition): Value {
  // A variable of a loop or a lambda may hold null, which `??` above takes for absent.
  return frame.locals.has(name) ? null : frame.names.symbol(name, at, frame.inside)
}

function textOf(expression: Expression, frame: Frame): string {
  return toText(evaluate(expression, frame), expression.at)
}

function arrayOf(expression: ArrayLiteral, frame: Frame): Value[] {
  return expression.items.flatMap((item) => {
    if (item.kind !== 'spread') return [evaluate(item, frame)]
    const value = evaluate(item.value, frame)
    if (Array.isArray(value)) return value
    throw new SourceError(
      'BCP397',
      `Only an array is spread here, not "${typeName(value)}".`,
      item.at,
    )
  })
}

function spreadObject(value: Value, at: SourcePosition): ObjectValue {
  if (value instanceof Reference) return spreadObject(value.target.whole(at), at)
  if (isObjectValue(value)) return value
  if (value === null) return {}
  throw new SourceError('BCP397', `Only an object is spread here, not "${typeName(value)}".`, at)
}

// `if`, `and`, `or` of ARM templates evaluate only what decides.
function call(expression: Call, frame: Frame): Value {
  const { name, operands, at } = expression
  if (frame.names.language === 'arm') {
    const [first, second, third] = operands
    const lower = name.toLowerCase()
    if (lower === 'if' && first && second && third) {
      return evaluate(isTrue(first, frame) ? second : third, frame)
    }
    if (lower === 'and') return operands.every((operand) => isTrue(operand, frame))
    if (lower === 'or') return operands.some((operand) => isTrue(operand, frame))
  }
  if (name === 'nameof') return nameOf(expression)
  const lambda = frame.locals.get(name)
  const values = operands.map((operand) => evaluate(operand, frame))
  if (lambda instanceof Lambda) return lambda.call(values)
  const isQualified = expression.namespace !== undefined
  const own = isQualified ? undefined : frame.names.callOwn(name, values, at)
  if (own !== undefined) return own
  const found = findFunction(name, frame.names.language)
  if (!found) {
    throw new SourceError('BCP057', `The name "${name}" does not exist in the current context.`, at)
  }
  if (values.length < found.least || values.length > found.most) {
    const count =
      found.least === found.most ? String(found.least) : `${found.least} to ${found.most}`
    const message = `Expected ${count} arguments for "${name}", but got ${values.length}.`
    throw new SourceError('BCP071', message, at)
  }
  return found.run(new Arguments({ name, values, frame, at }))
}

// `nameof(account.properties.location)` is `location`; nothing is read.
function nameOf(expression: Call): string {
  const [operand] = expression.operands
  if (operand?.kind === 'symbol' || operand?.kind === 'property' || operand?.kind === 'nested') {
    return operand.name
  }
  if (operand?.kind === 'index' && operand.index.kind === 'literal') {
    if (typeof operand.index.value === 'string') return operand.index.value
  }
  const message = 'The "nameof" function can only be used with an expression which has a name.'
  throw new SourceError('BCP408', message, expression.at)
}

function method(expression: MethodCall, frame: Frame): Value {
  const { name, at } = expression
  const target = evaluate(expression.target, frame)
  if (expression.safe && (target === null || isAbsent(target))) return null
  const operands = expression.operands.map((operand) => evaluate(operand, frame))
  if (target instanceof Reference) return target.target.call(name, operands, at)
  const message = `The type "${typeName(target)}" does not contain function "${name}".`
  throw new SourceError('BCP109', message, at)
}

function isAbsent(value: Value): boolean {
  return value instanceof Reference && !value.target.exists()
}

function property(expression: PropertyAccess, frame: Frame): Value {
  const { name, safe, at } = expression
  const target = evaluate(expression.target, frame)
  return readMember(target, name, { safe: safe || isSafe(expression.target), at })
}

// `a.?b.c` is null as a whole when `a` has no `b`.
function isSafe(expression: Expression): boolean {
  if (expression.kind !== 'property' && expression.kind !== 'index') return false
  return expression.safe || isSafe(expression.target)
}

function readMember(
  target: Value,
  name: string,
  options: { safe: boolean; at: SourcePosition },
): Value {
  const { safe, at } = options
  if (safe && (target === null || isAbsent(target))) return null
  if (target instanceof Reference) {
    const value = target.target.member(name, at)
    if (value !== undefined) return value
    if (safe) return null
    throw noMember(name, target.target.whole(at), at)
  }
  const value = isObjectValue(target) ? memberOf(target, name) : undefined
  if (value !== undefined) return value
  if (safe) return null
  throw noMember(name, target, at)
}

function noMember(name: string, target: Value, at: SourcePosition): SourceError {
  if (!isObjectValue(target)) {
    const message = `Cannot access property "${name}" of a value of type "${typeName(target)}".`
    return new SourceError('BCP055', message, at)
  }
  const message = `The language expression property '${name}' doesn't exist, available properties are '${Object.keys(target).join(', ')}'.`
  return new SourceError('InvalidTemplate', message, at)
}

function indexed(expression: IndexAccess, frame: Frame): Value {
  const { at } = expression
  const target = evaluate(expression.target, frame)
  const index = evaluate(expression.index, frame)
  const safe = expression.safe || isSafe(expression.target)
  if (typeof index === 'string') return readMember(target, index, { safe, at })
  if (safe && target === null) return null
  if (!Array.isArray(target) || typeof index !== 'number') {
    const message = `Cannot index over a value of type "${typeName(target)}" with "${typeName(index)}".`
    throw new SourceError('BCP075', message, at)
  }
  const value = expression.fromEnd ? target[target.length - index] : target[index]
  if (value !== undefined) return value
  if (safe) return null
  const message = `The language expression property array index '${index}' is out of bounds.`
  throw new SourceError('InvalidTemplate', message, at)
}

function nested(target: Expression, name: string, frame: Frame): Value {
  const outer = evaluate(target, frame)
  const value = outer instanceof Reference ? outer.target.nested(name) : undefined
  if (value !== undefined) return value
  const message = `The resource does not contain a nested resource named "${name}".`
  throw new SourceError('BCP159', message, target.at)
}

function unary(expression: Extract<Expression, { kind: 'unary' }>, frame: Frame): Value {
  if (expression.operator === '!') return !isTrue(expression.operand, frame)
  const value = evaluate(expression.operand, frame)
  if (typeof value === 'number') return -value
  const message = `Cannot apply operator "-" to operand of type "${typeName(value)}".`
  throw new SourceError('BCP044', message, expression.at)
}

function loop(expression: Loop, frame: Frame): Value[] {
  return loopFrames(expression, frame)
    .filter((each) => !expression.filter || isTrue(expression.filter, each))
    .map((each) => evaluate(expression.body, each))
}
