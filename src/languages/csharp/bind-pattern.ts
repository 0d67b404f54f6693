import { displayText } from '../dotnet/format.ts'
import type { Binder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import { explicitConversion, implicitConversion, isInstance } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { placeOf, type Scope } from './scope.ts'
import type { ExpressionSyntax, PatternSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'

/** `a is T`, `a is T name`, `a is null`. */
export function bindIs(
  binder: Binder,
  syntax: Extract<ExpressionSyntax, { kind: 'is' }>,
  scope: Scope,
): Value {
  const value = binder.value(syntax.operand, scope)
  const test = patternTest(binder, syntax.pattern, { type: value.type, scope })
  const { run } = value
  return {
    kind: 'value',
    type: binder.world.get('System.Boolean'),
    run: (frame) => test(frame, run(frame)),
    at: syntax.at,
  }
}

/** Code that tests a value against a pattern and sets its variable. */
export type PatternTest = (frame: Parameters<Run>[0], value: unknown) => boolean

/** Compiles a pattern for a value of a type. */
export function patternTest(
  binder: Binder,
  pattern: PatternSyntax,
  use: { type: Type; scope: Scope },
): PatternTest {
  const { scope } = use
  const { world } = binder
  if (pattern.kind === 'constant') return constantTest(binder, pattern.value, use)
  const isVar =
    pattern.type.kind === 'named' &&
    pattern.type.parts[0]?.name === 'var' &&
    pattern.type.parts.length === 1
  const constant = pattern.name === undefined ? enumConstant(binder, pattern, use) : undefined
  if (constant) return constant
  const type = isVar ? use.type : binder.type(pattern.type, scope)
  const isPossible =
    use.type.kind === 'special' ||
    explicitConversion(world, { from: use.type, to: type, isChecked: false })
  if (!isPossible) {
    throw new FaultAtOffset(
      'CS8121',
      `An expression of type '${typeText(use.type)}' cannot be handled by a pattern of type '${typeText(type)}'.`,
      pattern.at,
    )
  }
  const matches = (value: unknown): boolean =>
    isVar || (value !== null && value !== undefined && isInstance(world, value, type))
  if (pattern.name === undefined || pattern.name === '_') return (_, value) => matches(value)
  const local = scope.declare(pattern.name, type, { at: pattern.at })
  const place = placeOf(local, scope.owner)
  return (frame, value) => {
    if (!matches(value)) return false
    place.open(frame).set(value)
    return true
  }
}

/** `case Colour.Red` parses as a type: when it names a constant, it is one. */
function enumConstant(
  binder: Binder,
  pattern: Extract<PatternSyntax, { kind: 'declaration' }>,
  use: { type: Type; scope: Scope },
): PatternTest | undefined {
  if (
    pattern.type.kind !== 'named' ||
    pattern.type.parts.some((part) => part.typeArguments.length > 0)
  )
    return undefined
  const [first, ...rest] = pattern.type.parts
  if (!first) return undefined
  const isPredefined =
    first.name === 'System' &&
    pattern.type.at === pattern.at &&
    rest.length === 1 &&
    binder.world.definition(`System.${rest[0]?.name}`)
  if (isPredefined || (rest.length === 0 && !use.scope.find(first.name))) return undefined
  let syntax: ExpressionSyntax = {
    kind: 'name',
    name: first.name,
    typeArguments: [],
    at: pattern.at,
  }
  for (const part of rest)
    syntax = { kind: 'member', target: syntax, name: part.name, typeArguments: [], at: pattern.at }
  const operand = binder.operand(syntax, use.scope)
  return operand.kind === 'value' ? constantTest(binder, syntax, use) : undefined
}

function constantTest(
  binder: Binder,
  syntax: ExpressionSyntax,
  use: { type: Type; scope: Scope },
): PatternTest {
  const constant = binder.value(syntax, use.scope)
  if (constant.type.name === 'null') return (_, value) => value === null || value === undefined
  if (!constant.constant)
    throw new FaultAtOffset('CS0150', 'A constant value is expected.', syntax.at)
  const type = binder.world.underlying(use.type) ?? use.type
  const conversion =
    type.name === 'System.Object'
      ? {}
      : implicitConversion(binder.world, constant.type, type, constant.constant)
  if (!conversion) {
    throw new FaultAtOffset(
      'CS0029',
      `Cannot implicitly convert type '${typeText(constant.type)}' to '${typeText(type)}'.`,
      syntax.at,
    )
  }
  const { value: plain } = constant.constant
  const wanted = conversion.apply ? conversion.apply(plain) : plain
  return (_, value) => equalConstants(value, wanted)
}

function equalConstants(value: unknown, wanted: unknown): boolean {
  if (value === wanted) return true
  if (typeof value !== 'object' || typeof wanted !== 'object' || value === null || wanted === null)
    return false
  return (
    'typeName' in value &&
    'typeName' in wanted &&
    value.typeName === wanted.typeName &&
    displayText(value) === displayText(wanted)
  )
}
