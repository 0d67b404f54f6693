import { systemException } from '../dotnet/exceptions.ts'
import { castNumber, integerMax, integerMin, integerOf, isIntegerKind } from '../dotnet/numbers.ts'
import type { NumericKind } from '../dotnet/types.ts'
import { typeNameOf } from '../dotnet/types.ts'
import type { Run } from './bound.ts'
import { constant, javascript, temporary } from './compile-to-javascript.ts'
import type { Type } from './type-model.ts'
import { isValueType, type TypeWorld } from './type-world.ts'
import { userConversion } from './user-conversions.ts'

/** A way from one type to another; `apply` is absent when the value stays as it is. */
export interface Conversion {
  readonly apply?: (value: unknown) => unknown
  readonly isUser?: boolean
  /** The name of the type whose values stay as they are. */
  readonly stays?: string
  /** The call that `apply` makes, where it does nothing else. */
  readonly call?: { readonly run: (...values: unknown[]) => unknown; readonly last: unknown }
}

/** Code that converts a value. */
export function conversionRun({ apply, call, stays }: Conversion, value: Run): Run {
  if (stays !== undefined) {
    const kept = temporary()
    return javascript`(${kept} = ${value}, typeof ${kept} === 'object' && ${kept} !== null
      && ${kept}.typeName === ${constant(stays)} ? ${kept} : ${constant(apply)}(${kept}))`
  }
  if (call) return javascript`${constant(call.run)}(${value}, ${constant(call.last)})`
  return apply ? javascript`${constant(apply)}(${value})` : value
}

const identity: Conversion = {}

const widening: Readonly<Record<string, string>> = {
  SByte: 'Int16 Int32 Int64 Single Double Decimal',
  Byte: 'Int16 UInt16 Int32 UInt32 Int64 UInt64 Single Double Decimal',
  Int16: 'Int32 Int64 Single Double Decimal',
  UInt16: 'Int32 UInt32 Int64 UInt64 Single Double Decimal',
  Int32: 'Int64 Single Double Decimal',
  UInt32: 'Int64 UInt64 Single Double Decimal',
  Int64: 'Single Double Decimal',
  UInt64: 'Single Double Decimal',
  Char: 'UInt16 Int32 UInt32 Int64 UInt64 Single Double Decimal',
  Single: 'Double',
  Double: '',
  Decimal: '',
}

/** The short name of a numeric type or Char; undefined for any other type. */
export function numericName(type: Type): NumericKind | 'Char' | undefined {
  if (type.kind !== 'struct' || !type.name.startsWith('System.')) return undefined
  const name = type.name.slice('System.'.length)
  return isNumericName(name) ? name : undefined
}

function isNumericName(name: string): name is NumericKind | 'Char' {
  return Object.hasOwn(widening, name)
}

/**
 * The implicit conversion between two types, or undefined; a constant may go where its value fits.
 * https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/conversions
 */
export function implicitConversion(
  world: TypeWorld,
  from: Type,
  to: Type,
  constant?: { readonly value: unknown },
): Conversion | undefined {
  const known = world.implicitConversions.find(from, to, () => {
    return (
      standardImplicit(world, from, to) ??
      userConversion(world, { from, to, isExplicit: false }, standardImplicit)
    )
  })
  if (!constant || (known && !known.isUser)) return known
  return standardImplicit(world, from, to, constant) ?? known
}

/** The implicit conversions that the language itself has. */
export function standardImplicit(
  world: TypeWorld,
  from: Type,
  to: Type,
  constant?: { readonly value: unknown },
): Conversion | undefined {
  if (from === to) return identity
  if (from.kind === 'special') return specialConversion(world, from, to)
  const underlying = world.underlying(to)
  if (underlying) return liftedConversion(world, { from, to: underlying, constant })
  const fromName = numericName(from)
  const toName = numericName(to)
  if (fromName && toName) return numericImplicit(fromName, toName, constant)
  if (constant && to.kind === 'enum' && constant.value === 0 && to.definition) {
    const zero = world.enumValue(to.definition, 0)
    return { apply: () => zero }
  }
  const source = world.underlying(from) ?? from
  return world.isSubtype(source, to) && !isValueType(to) ? identity : undefined
}

function specialConversion(world: TypeWorld, from: Type, to: Type): Conversion | undefined {
  if (from.name === 'throw') return identity
  if (from.name === 'default') {
    const value = defaultValue(world, to)
    return { apply: () => value }
  }
  const takesNull =
    from.name === 'null' &&
    to.name !== 'void' &&
    (!isValueType(to) || world.underlying(to) !== undefined)
  return takesNull ? identity : undefined
}

function liftedConversion(
  world: TypeWorld,
  way: { from: Type; to: Type; constant: { readonly value: unknown } | undefined },
): Conversion | undefined {
  const source = world.underlying(way.from) ?? way.from
  const inner = standardImplicit(world, source, way.to, way.constant)
  if (!inner || inner.isUser) return undefined
  const { apply } = inner
  return apply ? { apply: (value) => (value === null ? null : apply(value)) } : identity
}

function numericImplicit(
  from: NumericKind | 'Char',
  to: NumericKind | 'Char',
  constant: { readonly value: unknown } | undefined,
): Conversion | undefined {
  const isWide = widening[from]?.split(' ').includes(to) ?? false
  const fits = !isWide && constant !== undefined && constantFits(from, to, constant.value)
  return isWide || fits ? { apply: numericCast(to, false) } : undefined
}

function constantFits(from: string, to: string, value: unknown): boolean {
  if (!isIntegerKind(to) || (from !== 'Int32' && !(from === 'Int64' && to === 'UInt64')))
    return false
  const whole = integerOf(value)
  return whole !== undefined && whole >= integerMin(to) && whole <= integerMax(to)
}

/** Code that casts any number to a type. */
function numericCast(to: NumericKind | 'Char', isChecked: boolean): (value: unknown) => unknown {
  const options = { checked: isChecked }
  if (to === 'Int64') {
    return (value) => (typeof value === 'number' ? BigInt(value) : castNumber(value, to, options))
  }
  return (value) => castNumber(value, to, options)
}

/** The conversion that a cast makes, or undefined when C# has none. */
export function explicitConversion(
  world: TypeWorld,
  way: {
    readonly from: Type
    readonly to: Type
    readonly isChecked: boolean
    readonly constant?: { readonly value: unknown }
  },
): Conversion | undefined {
  const { from, to, constant, isChecked } = way
  const fitting = constant && standardImplicit(world, from, to, constant)
  if (fitting) return fitting
  const known = isChecked ? world.checkedConversions : world.explicitConversions
  return known.find(from, to, () => findExplicit(world, { from, to, isChecked }))
}

function findExplicit(
  world: TypeWorld,
  way: { readonly from: Type; readonly to: Type; readonly isChecked: boolean },
): Conversion | undefined {
  const { from, to, isChecked } = way
  return (
    standardImplicit(world, from, to) ??
    standardExplicit(world, way) ??
    userConversion(
      world,
      { from, to, isExplicit: true },
      (_, source, target) =>
        standardImplicit(world, source, target) ??
        standardExplicit(world, { from: source, to: target, isChecked }),
    )
  )
}

function standardExplicit(
  world: TypeWorld,
  way: { readonly from: Type; readonly to: Type; readonly isChecked: boolean },
): Conversion | undefined {
  const { from, to } = way
  if (from === to) return identity
  if (from.kind === 'special') return undefined
  const source = world.underlying(from)
  const target = world.underlying(to)
  if (source || target)
    return nullableExplicit(world, { ...way, source: source ?? from, target: target ?? to })
  return numberOrEnumExplicit(world, way) ?? referenceExplicit(world, from, to)
}

function nullableExplicit(
  world: TypeWorld,
  way: { from: Type; to: Type; source: Type; target: Type; isChecked: boolean },
): Conversion | undefined {
  const { from, to, source, target, isChecked } = way
  if (!isValueType(source)) return referenceExplicit(world, from, to)
  const inner =
    standardImplicit(world, source, target) ??
    standardExplicit(world, { from: source, to: target, isChecked })
  if (!inner || inner.isUser) return undefined
  const toNullable = world.underlying(to) !== undefined
  const apply = inner.apply ?? ((value: unknown) => value)
  return {
    apply(value) {
      if (value !== null) return apply(value)
      if (toNullable) return null
      throw systemException('InvalidOperationException', 'Nullable object must have a value.')
    },
  }
}

function numberOrEnumExplicit(
  world: TypeWorld,
  way: { readonly from: Type; readonly to: Type; readonly isChecked: boolean },
): Conversion | undefined {
  const from = way.from.kind === 'enum' ? 'Int32' : numericName(way.from)
  const definition = way.to.kind === 'enum' ? way.to.definition : undefined
  const to = definition ? 'Int32' : numericName(way.to)
  if (!from || !to) return undefined
  const cast = numericCast(to, way.isChecked)
  return definition
    ? { apply: (value) => world.enumValue(definition, Number(cast(value))) }
    : { apply: cast }
}

function referenceExplicit(world: TypeWorld, from: Type, to: Type): Conversion | undefined {
  const isDown = world.isSubtype(world.underlying(to) ?? to, from)
  const isAcross =
    isOpen(from) && isOpen(to) && (from.kind === 'interface' || to.kind === 'interface')
  const isArray =
    from.element !== undefined &&
    to.element !== undefined &&
    world.isSubtype(to.element, from.element)
  if (!isDown && !isAcross && !isArray) return undefined
  // The usual cast is to exactly the type that the value has.
  const stays = to.kind === 'class' && to.name !== 'System.String' ? { stays: to.name } : {}
  return { apply: castTo(world, to), ...stays }
}

function isOpen(type: Type): boolean {
  return !isValueType(type) && type.name !== 'System.String' && type.kind !== 'anonymous'
}

/** Code that unboxes or casts down: InvalidCastException for another type, NullReferenceException for a null struct. */
function castTo(world: TypeWorld, to: Type): (value: unknown) => unknown {
  const cast = castToAny(world, to)
  switch (to.name) {
    case 'System.String':
      return (value) => (typeof value === 'string' ? value : cast(value))
    case 'System.Int32':
      return (value) => (typeof value === 'number' ? value : cast(value))
    case 'System.Boolean':
      return (value) => (typeof value === 'boolean' ? value : cast(value))
    default:
      return cast
  }
}

function castToAny(world: TypeWorld, to: Type): (value: unknown) => unknown {
  const isStruct = isValueType(to) && !world.underlying(to)
  return (value) => {
    if (value === null || value === undefined) {
      if (isStruct) throw systemException('NullReferenceException')
      return null
    }
    if (isInstance(world, value, to)) return value
    const names = `Unable to cast object of type '${typeNameOf(value)}' to type '${to.name}'.`
    throw systemException('InvalidCastException', names)
  }
}

/** True when a value that is not null is of a type. */
export function isInstance(world: TypeWorld, value: unknown, type: Type): boolean {
  if (type.name === 'System.Object') return true
  const name = typeNameOf(value)
  if (name === type.name) return true
  const target = world.underlying(type) ?? type
  const actual = world.find(name)
  return (
    actual !== undefined &&
    world.isSubtype(actual, target) &&
    (!isValueType(target) || actual === target)
  )
}

/** `default(T)`. */
export function defaultValue(world: TypeWorld, type: Type): unknown {
  if (!isValueType(type) || world.underlying(type)) return null
  if (type.name === 'System.Boolean') return false
  const number = numericName(type)
  if (number) return castNumber(0, number)
  if (type.kind === 'enum' && type.definition) return world.enumValue(type.definition, 0)
  const maker = type.definition?.members().get('default')?.[0]?.run
  return maker ? maker() : null
}
