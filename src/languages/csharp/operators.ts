import { displayText } from '../dotnet/format.ts'
import { isIntegerKind, negate, promotedKind } from '../dotnet/numbers.ts'
import type { NumericKind } from '../dotnet/types.ts'
import {
  arithmeticRun,
  bitwiseRun,
  comparisonRun,
  complementRun,
  int32,
  numeric,
  shiftRun,
} from './arithmetic.ts'
import type { Binder } from './binder.ts'
import { Frame, type Run, type Value } from './bound.ts'
import { constant, javascript } from './compile-to-javascript.ts'
import { numericName } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { enumNumber, enumOperation } from './enum-operators.ts'
import { textLengthMax } from './limits.ts'
import { emptyContext } from './empty-context.ts'
import { LimitError } from '../dotnet/work-limit.ts'
import { Machine } from './machine.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'
import { isValueType } from './type-world.ts'
import { userOperator } from './user-operators.ts'

const arithmeticOperators = ['+', '-', '*', '/', '%'] as const
const comparisons = ['<', '>', '<=', '>=', '==', '!=']

/** Two operands and what stands between them. */
export interface BinarySides {
  readonly left: Value
  readonly right: Value
  readonly isChecked: boolean
  readonly at: number
}

/**
 * The operator that two operands choose, but `&&`, `||` and `??`.
 * https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions#124-operators
 */
export function binaryOperation(binder: Binder, operator: string, sides: BinarySides): Value {
  const found =
    userOperator(binder, operator, sides) ??
    concatenation(binder, operator, sides) ??
    numericOperation(binder, operator, sides) ??
    booleanOperation(binder, operator, sides) ??
    enumOperation(binder, operator, sides) ??
    stringEquality(binder, operator, sides) ??
    nullEquality(binder, operator, sides) ??
    referenceEquality(binder, operator, sides)
  if (found) return foldConstants(found, sides)
  const types = `'${typeText(sides.left.type)}' and '${typeText(sides.right.type)}'`
  throw new FaultAtOffset(
    'CS0019',
    `Operator '${operator}' cannot be applied to operands of type ${types}.`,
    sides.at,
  )
}

/** `-x`, `+x`, `!x`, `~x`. */
export function unaryOperation(
  binder: Binder,
  operator: string,
  operand: Value,
  isChecked: boolean,
): Value {
  const { world } = binder
  const underlying = world.underlying(operand.type)
  if (operator === '!' && (underlying ?? operand.type).name === 'System.Boolean') {
    const { run } = operand
    return {
      ...plain(operand),
      run: lift(underlying, javascript`${run} !== true`, run),
      ...fold(operand, (value) => value !== true),
    }
  }
  const name = numericName(underlying ?? operand.type)
  const kind = name && promoteUnary(operator, name === 'Char' ? 'Int32' : name)
  if (kind && operator !== '!') {
    const type = world.get(`System.${kind}`)
    const run = binder.convert({ ...operand, type: underlying ?? operand.type }, type)
    const code = unaryRun(operator, kind, { run, isChecked })
    const lifted = lift(underlying, code, operand.run)
    const value: Value = {
      kind: 'value',
      type: underlying ? world.nullable(type) : type,
      run: lifted,
      at: operand.at,
    }
    return operand.constant ? evaluate(value) : value
  }
  if (operator === '~' && operand.type.kind === 'enum' && operand.type.definition) {
    const { definition } = operand.type
    const { run } = operand
    return {
      ...plain(operand),
      run: (frame) => world.enumValue(definition, ~enumNumber(run(frame))),
    }
  }
  const user = userOperator(binder, operator, {
    left: operand,
    right: operand,
    isChecked,
    at: operand.at,
    isUnary: true,
  })
  if (user) return user
  throw new FaultAtOffset(
    'CS0023',
    `Operator '${operator}' cannot be applied to operand of type '${typeText(operand.type)}'.`,
    operand.at,
  )
}

function plain(value: Value): Value {
  return { kind: 'value', type: value.type, run: value.run, at: value.at }
}

function fold(
  operand: Value,
  compute: (value: unknown) => unknown,
): { constant?: { value: unknown } } {
  return operand.constant ? { constant: { value: compute(operand.constant.value) } } : {}
}

function lift(underlying: Type | undefined, code: Run, source: Run): Run {
  return underlying ? (frame) => (source(frame) === null ? null : code(frame)) : code
}

function promoteUnary(operator: string, kind: NumericKind): NumericKind | undefined {
  if (operator === '~' && !isIntegerKind(kind)) return undefined
  if (['SByte', 'Byte', 'Int16', 'UInt16'].includes(kind)) return 'Int32'
  if (operator !== '-') return kind
  if (kind === 'UInt32') return 'Int64'
  return kind === 'UInt64' ? undefined : kind
}

function unaryRun(
  operator: string,
  kind: NumericKind,
  operand: { run: Run; isChecked: boolean },
): Run {
  const { run, isChecked } = operand
  if (operator === '+') return run
  if (operator === '~' && isIntegerKind(kind)) return complementRun(kind, run)
  if (kind === 'Int32' && !isChecked) return (frame) => -int32(run(frame)) | 0
  return (frame) => negate(numeric(run(frame)), { checked: isChecked })
}

function concatenation(binder: Binder, operator: string, sides: BinarySides): Value | undefined {
  const { left, right } = sides
  if (operator !== '+') return undefined
  if (left.type.name !== 'System.String' && right.type.name !== 'System.String') return undefined
  for (const side of [left, right]) {
    if (side.type.name === 'void')
      throw new FaultAtOffset(
        'CS0019',
        "Operator '+' cannot be applied to an operand of type 'void'.",
        sides.at,
      )
  }
  const first = left.run
  const second = right.run
  const text = constant(textOf)
  const type = binder.world.get('System.String')
  return {
    kind: 'value',
    type,
    run: javascript`${constant(joined)}(${text}(${first}), ${text}(${second}))`,
    at: left.at,
  }
}

function joined(left: string, right: string): string {
  if (left.length + right.length > textLengthMax)
    throw new LimitError(`A text of more than ${textLengthMax} characters is over the limit.`)
  return left + right
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : displayText(value)
}

function numericOperation(binder: Binder, operator: string, sides: BinarySides): Value | undefined {
  const { world } = binder
  const [leftType, rightType] = withoutNull(sides)
  const leftName = numericName(world.underlying(leftType) ?? leftType)
  const rightName = numericName(world.underlying(rightType) ?? rightType)
  if (!leftName || !rightName) return undefined
  const kind = operandKind(operator, sides, [leftName, rightName])
  if (!kind) return undefined
  const isLifted = [sides.left, sides.right].some(
    (side) => side.type.kind === 'special' || world.underlying(side.type),
  )
  const operand = world.get(`System.${kind}`)
  const count = operator === '<<' || operator === '>>' ? world.get('System.Int32') : operand
  const left = operandRun(binder, sides.left, { type: operand, isLifted })
  const right = operandRun(binder, sides.right, { type: count, isLifted })
  const code = numericRun(operator, kind, { left, right, isChecked: sides.isChecked })
  if (!code) return undefined
  const isTest = comparisons.includes(operator)
  const result = isTest ? world.get('System.Boolean') : operand
  if (!isLifted) return { kind: 'value', type: result, run: code, at: sides.left.at }
  const type = isTest ? result : world.nullable(operand)
  return {
    kind: 'value',
    type,
    run: liftBinary(
      operator,
      { left, right },
      (pair) => numericRun(operator, kind, { ...pair, isChecked: sides.isChecked }) ?? code,
    ),
    at: sides.left.at,
  }
}

/** The type of an untyped `null` is that of the other side. */
function withoutNull(sides: BinarySides): [Type, Type] {
  const { left, right } = sides
  if (left.type.name === 'null') return [right.type, right.type]
  return [left.type, right.type.name === 'null' ? left.type : right.type]
}

type KindName = NumericKind | 'Char'

function operandKind(
  operator: string,
  sides: BinarySides,
  names: [KindName, KindName],
): NumericKind | undefined {
  const [left, right] = names.map((name) => (name === 'Char' ? 'UInt16' : name))
  if (!left || !right) return undefined
  if (operator === '<<' || operator === '>>') return promotedKind(left, 'Byte')
  const direct = promotedKind(left, right)
  return fittingKind(sides, [left, right]) ?? direct
}

/** A constant Int32 that is not negative goes with UInt32 and UInt64 as one of them. */
function fittingKind(
  sides: BinarySides,
  kinds: [NumericKind, NumericKind],
): NumericKind | undefined {
  const [left, right] = kinds
  if ((left === 'UInt32' || left === 'UInt64') && isSmallConstant(sides.right)) return left
  if ((right === 'UInt32' || right === 'UInt64') && isSmallConstant(sides.left)) return right
  return undefined
}

function isSmallConstant(value: Value): boolean {
  const constant = value.constant?.value
  return value.type.name === 'System.Int32' && typeof constant === 'number' && constant >= 0
}

function operandRun(binder: Binder, side: Value, to: { type: Type; isLifted: boolean }): Run {
  if (!to.isLifted) return binder.convert(side, to.type)
  return binder.convert(side, binder.world.nullable(to.type))
}

function numericRun(
  operator: string,
  kind: NumericKind,
  sides: { left: Run; right: Run; isChecked: boolean },
): Run | undefined {
  const plainOperator = arithmeticOperators.find((one) => one === operator)
  if (plainOperator) return arithmeticRun(plainOperator, kind, sides)
  if (comparisons.includes(operator))
    return comparisonRun(operator, { ...sides, isInt32: kind === 'Int32' })
  if (!isIntegerKind(kind)) return undefined
  if (operator === '<<' || operator === '>>') return shiftRun(operator, kind, sides)
  return ['&', '|', '^'].includes(operator) ? bitwiseRun(operator, kind, sides) : undefined
}

/** Runs an operator on values that may be null: comparisons are false, all else is null. */
function liftBinary(
  operator: string,
  sides: { left: Run; right: Run },
  make: (pair: { left: Run; right: Run }) => Run,
): Run {
  const { left, right } = sides
  const isTest = comparisons.includes(operator)
  // The operands are computed before the operator runs and read by nothing else.
  const operands: { first: unknown; second: unknown } = { first: null, second: null }
  const plain = make({ left: () => operands.first, right: () => operands.second })
  return (frame) => {
    const first = left(frame)
    const second = right(frame)
    if (first === null || second === null) {
      if (operator === '==') return first === second
      if (operator === '!=') return first !== second
      return isTest ? false : null
    }
    operands.first = first
    operands.second = second
    return plain(frame)
  }
}

function booleanOperation(binder: Binder, operator: string, sides: BinarySides): Value | undefined {
  const { world } = binder
  const [leftType, rightType] = withoutNull(sides)
  const isBoolean = [leftType, rightType].every(
    (type) => (world.underlying(type) ?? type).name === 'System.Boolean',
  )
  if (!isBoolean || !['==', '!=', '&', '|', '^'].includes(operator)) return undefined
  const { left, right } = sides
  const first = left.run
  const second = right.run
  const isNullable =
    world.underlying(leftType) !== undefined || world.underlying(rightType) !== undefined
  const boolean = world.get('System.Boolean')
  const type =
    isNullable && operator !== '==' && operator !== '!=' ? world.nullable(boolean) : boolean
  return {
    kind: 'value',
    type,
    run: (frame) => logic(operator, first(frame), second(frame)),
    at: left.at,
  }
}

function logic(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '&':
      return left === false || right === false
        ? false
        : left === null || right === null
          ? null
          : true
    case '|':
      return left === true || right === true ? true : left === null || right === null ? null : false
    default:
      return left === null || right === null ? null : left !== right
  }
}

function stringEquality(binder: Binder, operator: string, sides: BinarySides): Value | undefined {
  const { left, right } = sides
  if (operator !== '==' && operator !== '!=') return undefined
  const isText = [left, right].every(
    (side) => side.type.name === 'System.String' || side.type.name === 'null',
  )
  if (!isText) return undefined
  return identityTest(binder, operator, sides)
}

/** `x == null` for anything that can be null. */
function nullEquality(binder: Binder, operator: string, sides: BinarySides): Value | undefined {
  if (operator !== '==' && operator !== '!=') return undefined
  const other =
    sides.left.type.name === 'null'
      ? sides.right
      : sides.right.type.name === 'null'
        ? sides.left
        : undefined
  if (!other || other.type.name === 'void') return undefined
  if (isValueType(other.type) && !binder.world.underlying(other.type)) return undefined
  return identityTest(binder, operator, sides)
}

function referenceEquality(
  binder: Binder,
  operator: string,
  sides: BinarySides,
): Value | undefined {
  if (operator !== '==' && operator !== '!=') return undefined
  const { world } = binder
  const { left, right } = sides
  if (isValueType(left.type) || isValueType(right.type)) return undefined
  if (left.type.kind === 'special' || right.type.kind === 'special') return undefined
  const isRelated =
    world.isSubtype(left.type, right.type) ||
    world.isSubtype(right.type, left.type) ||
    (left.type.kind === 'interface' && right.type.name !== 'System.String') ||
    (right.type.kind === 'interface' && left.type.name !== 'System.String')
  return isRelated ? identityTest(binder, operator, sides) : undefined
}

function identityTest(binder: Binder, operator: string, sides: BinarySides): Value {
  const left = sides.left.run
  const right = sides.right.run
  const type = binder.world.get('System.Boolean')
  const run: Run =
    operator === '==' ? javascript`${left} === ${right}` : javascript`${left} !== ${right}`
  return { kind: 'value', type, run, at: sides.left.at }
}

function foldConstants(value: Value, sides: BinarySides): Value {
  return sides.left.constant && sides.right.constant ? evaluate(value) : value
}

/** The value of a constant expression; what fails now would fail each time. */
function evaluate(value: Value): Value {
  try {
    const found = value.run(constantFrame())
    return { ...value, constant: { value: found }, run: javascript`${constant(found)}` }
  } catch {
    throw new FaultAtOffset(
      'CS0220',
      'The operation overflows at compile time in checked mode, or divides by zero.',
      value.at,
    )
  }
}

/** Constants use no variable and nothing of the context. */
function constantFrame(): Frame {
  return new Frame([], undefined, new Machine(emptyContext()))
}
