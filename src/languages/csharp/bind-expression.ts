import { alignText, displayText, formatValue } from '../dotnet/format.ts'
import { DotnetException, systemException } from '../dotnet/exceptions.ts'
import { int32 } from './arithmetic.ts'
import type { Binder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import { constant, javascript } from './compile-to-javascript.ts'
import { constantOf } from './constant.ts'
import { conversionRun, explicitConversion, implicitConversion, isInstance } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { binaryOperation } from './operators.ts'
import { Scope } from './scope.ts'
import type { ExpressionSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'
import { isValueType } from './type-world.ts'

type Of<K extends ExpressionSyntax['kind']> = Extract<ExpressionSyntax, { kind: K }>

const literalTypes: Readonly<Record<string, string>> = {
  string: 'System.String',
  char: 'System.Char',
  boolean: 'System.Boolean',
}

/** A literal. */
export function bindLiteral(binder: Binder, syntax: ExpressionSyntax): Value | undefined {
  const literal = constantOf(syntax)
  if (!literal) return undefined
  const value = internalized(literal.value)
  const run = javascript`${constant(value)}`
  if (syntax.kind === 'null')
    return { kind: 'value', type: binder.world.special('null'), run, at: syntax.at }
  const name =
    syntax.kind === 'number' ? `System.${syntax.number.type}` : (literalTypes[syntax.kind] ?? '')
  return { kind: 'value', type: binder.world.get(name), run, at: syntax.at, constant: literal }
}

/** The one instance that V8 has of a text that names something: it is compared and found sooner. */
function internalized(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const names: Record<string, boolean> = Object.create(null)
  names[value] = true
  return Object.keys(names)[0]
}

/** `$"..."`. */
export function bindInterpolated(binder: Binder, syntax: Of<'interpolated'>, scope: Scope): Value {
  const parts = syntax.parts.map((part) => {
    if (part.kind === 'text') return javascript`${constant(part.text)}`
    const value = binder.value(part.value, scope)
    if (value.type.name === 'void')
      throw new FaultAtOffset('CS0029', 'A value is expected.', part.value.at)
    const alignment = part.alignment && binder.value(part.alignment, scope)
    if (alignment && !alignment.constant)
      throw new FaultAtOffset('CS0150', 'A constant value is expected.', alignment.at)
    const width = alignment?.constant ? int32(alignment.constant.value) : 0
    const { run } = value
    const format = part.format ?? null
    if (width === 0 && format === null) return javascript`${constant(displayText)}(${run})`
    const write = (given: unknown): string =>
      alignText(given === null ? '' : formatValue(given, format), width)
    return javascript`${constant(write)}(${run})`
  })
  const run = parts.reduce((left, right) => javascript`${left} + ${right}`, javascript`''`)
  return { kind: 'value', type: binder.world.get('System.String'), run, at: syntax.at }
}

/** `a && b`, `a || b`, `a ?? b`, and the other binary operators. */
export function bindBinary(binder: Binder, syntax: Of<'binary'>, scope: Scope): Value {
  const { operator, at } = syntax
  if (operator === '&&' || operator === '||') return bindShortCircuit(binder, syntax, scope)
  const left = binder.value(syntax.left, scope)
  const right = binder.value(syntax.right, scope)
  if (operator === '??') return coalesce(binder, { left, right, at })
  return binaryOperation(binder, operator, {
    left,
    right,
    isChecked: checksOverflow(scope, left, right),
    at,
  })
}

/** Constants are computed in a checked context unless `unchecked` says otherwise. */
function checksOverflow(scope: Scope, left: Value, right: Value): boolean {
  const isConstant = left.constant !== undefined && right.constant !== undefined
  return scope.marks.isChecked || (isConstant && !scope.marks.isUnchecked)
}

function bindShortCircuit(binder: Binder, syntax: Of<'binary'>, scope: Scope): Value {
  const boolean = binder.world.get('System.Boolean')
  const left = binder.valueAs(syntax.left, boolean, scope)
  const right = binder.valueAs(syntax.right, boolean, scope)
  const run: Run =
    syntax.operator === '&&'
      ? javascript`${left} === true && ${right} === true`
      : javascript`${left} === true || ${right} === true`
  return { kind: 'value', type: boolean, run, at: syntax.at }
}

function coalesce(binder: Binder, sides: { left: Value; right: Value; at: number }): Value {
  const { world } = binder
  const { left, right, at } = sides
  const underlying = world.underlying(left.type)
  if (!underlying && (isValueType(left.type) || left.type.name === 'void')) {
    throw new FaultAtOffset(
      'CS0019',
      `Operator '??' cannot be applied to operands of type '${typeText(left.type)}' and '${typeText(right.type)}'.`,
      at,
    )
  }
  const first = left.run
  const toRight =
    left.type.kind === 'special'
      ? undefined
      : implicitConversion(world, underlying ?? left.type, right.type)
  for (const type of underlying ? [underlying, left.type] : [left.type]) {
    const second = type.kind === 'special' ? undefined : binder.tryConvert(right, type)
    if (second) return { kind: 'value', type, run: javascript`${first} ?? ${second}`, at: left.at }
  }
  const second = right.run
  if (left.type.kind === 'special') return { ...right, run: javascript`${first} ?? ${second}` }
  if (!toRight) {
    throw new FaultAtOffset(
      'CS0019',
      `Operator '??' cannot be applied to operands of type '${typeText(left.type)}' and '${typeText(right.type)}'.`,
      at,
    )
  }
  const apply = toRight.apply ?? ((value: unknown) => value)
  const run: Run = (frame) => {
    const value = first(frame)
    return value === null ? second(frame) : apply(value)
  }
  return { kind: 'value', type: right.type, run, at: left.at }
}

/** `a ? b : c`. */
export function bindConditional(binder: Binder, syntax: Of<'conditional'>, scope: Scope): Value {
  const condition = binder.valueAs(syntax.condition, binder.world.get('System.Boolean'), scope)
  const whenTrue = binder.value(syntax.whenTrue, scope)
  const whenFalse = binder.value(syntax.whenFalse, scope)
  const type = conditionalType(binder, { whenTrue, whenFalse, at: syntax.at })
  const first = binder.convert(whenTrue, type)
  const second = binder.convert(whenFalse, type)
  return {
    kind: 'value',
    type,
    run: javascript`${condition} === true ? ${first} : ${second}`,
    at: syntax.condition.at,
  }
}

function conditionalType(
  binder: Binder,
  sides: { whenTrue: Value; whenFalse: Value; at: number },
): Type {
  const { whenTrue, whenFalse, at } = sides
  if (whenTrue.type === whenFalse.type) return whenTrue.type
  if (whenTrue.type.kind !== 'special' && binder.tryConvert(whenFalse, whenTrue.type))
    return whenTrue.type
  if (whenFalse.type.kind !== 'special' && binder.tryConvert(whenTrue, whenFalse.type))
    return whenFalse.type
  throw new FaultAtOffset(
    'CS0173',
    `Type of conditional expression cannot be determined because there is no implicit conversion between '${typeText(whenTrue.type)}' and '${typeText(whenFalse.type)}'.`,
    at,
  )
}

/** `(T)a`. */
export function bindCast(binder: Binder, syntax: Of<'cast'>, scope: Scope): Value {
  const type = binder.type(syntax.type, scope)
  const operand = binder.operand(syntax.operand, scope)
  if (operand.kind !== 'value')
    return { kind: 'value', type, run: binder.convert(operand, type), at: syntax.at }
  const { run } = operand
  const known = operand.constant
  const conversion = explicitConversion(binder.world, {
    from: operand.type,
    to: type,
    isChecked: scope.marks.isChecked || (known !== undefined && !scope.marks.isUnchecked),
    ...(known ? { constant: known } : {}),
  })
  if (!conversion) {
    throw new FaultAtOffset(
      'CS0030',
      `Cannot convert type '${typeText(operand.type)}' to '${typeText(type)}'.`,
      syntax.at,
    )
  }
  const { apply } = conversion
  if (!apply)
    return {
      kind: 'value',
      type,
      run,
      at: syntax.at,
      ...(known && isValueType(type) ? { constant: known } : {}),
    }
  if (known && isValueType(type) && !conversion.isUser)
    return castConstant({ type, apply, constant: known, at: syntax.at })
  return { kind: 'value', type, run: conversionRun(conversion, run), at: syntax.at }
}

function castConstant(use: {
  type: Type
  apply: (value: unknown) => unknown
  constant: { readonly value: unknown }
  at: number
}): Value {
  try {
    const value = use.apply(use.constant.value)
    return { kind: 'value', type: use.type, run: () => value, at: use.at, constant: { value } }
  } catch {
    throw new FaultAtOffset(
      'CS0221',
      `Constant value cannot be converted to '${typeText(use.type)}'.`,
      use.at,
    )
  }
}

/** `a as T`. */
export function bindAs(binder: Binder, syntax: Of<'as'>, scope: Scope): Value {
  const { world } = binder
  const type = binder.type(syntax.type, scope)
  const { run, type: from } = binder.value(syntax.operand, scope)
  if (isValueType(type) && !world.underlying(type)) {
    throw new FaultAtOffset(
      'CS0077',
      'The as operator must be used with a reference type or nullable type.',
      syntax.at,
    )
  }
  if (from.kind !== 'special' && !explicitConversion(world, { from, to: type, isChecked: false })) {
    throw new FaultAtOffset(
      'CS0039',
      `Cannot convert type '${typeText(from)}' to '${typeText(type)}'.`,
      syntax.at,
    )
  }
  const test: Run = (frame) => {
    const value = run(frame)
    return value !== null && value !== undefined && isInstance(world, value, type) ? value : null
  }
  return { kind: 'value', type, run: test, at: syntax.at }
}

/** `throw e` as an expression. */
export function bindThrow(binder: Binder, syntax: Of<'throw'>, scope: Scope): Value {
  const exception = binder.valueAs(syntax.operand, binder.world.get('System.Exception'), scope)
  return {
    kind: 'value',
    type: binder.world.special('throw'),
    run: (frame) => throwValue(exception(frame)),
    at: syntax.at,
  }
}

/** Throws an exception of the expression. */
export function throwValue(value: unknown): never {
  if (value instanceof DotnetException) throw value
  throw systemException('NullReferenceException')
}

/** `a?.b`: what is behind is not run when `a` is null. */
export function bindWhenNotNull(binder: Binder, syntax: Of<'when-not-null'>, scope: Scope): Value {
  const { world } = binder
  const target = binder.value(syntax.target, scope)
  const underlying = world.underlying(target.type)
  if ((isValueType(target.type) && !underlying) || target.type.kind === 'special') {
    throw new FaultAtOffset(
      'CS0023',
      `Operator '?' cannot be applied to operand of type '${typeText(target.type)}'.`,
      syntax.at,
    )
  }
  const slot = scope.hidden()
  const receiver: Value = {
    kind: 'value',
    type: underlying ?? target.type,
    run: (frame) => frame.slots[slot],
    at: syntax.at,
  }
  const inner = new Scope(scope, scope.owner, { receiver })
  const access = binder.value(syntax.access, inner)
  const type =
    isValueType(access.type) && !world.underlying(access.type)
      ? world.nullable(access.type)
      : access.type
  const { run } = target
  const next = access.run
  const chain: Run = (frame) => {
    const value = run(frame)
    if (value === null || value === undefined) return null
    frame.slots[slot] = value
    return next(frame)
  }
  return { kind: 'value', type, run: chain, at: syntax.at }
}
