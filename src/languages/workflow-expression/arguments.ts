/** Checks of arguments, with the host's messages. */
import { functionError, usage, type ExpressionError } from './expression-error.ts'
import { isArray, isInteger, isObject, kindOf, type Value, type ValueObject } from './value.ts'

const ordinals = ['first', 'second', 'third', 'fourth'] as const

/** The place of an argument in a call. */
export type ArgumentIndex = 0 | 1 | 2 | 3

/** The only argument, which must be a string. */
export function onlyString(name: string, value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw wrongOnly(name, 'be a string', value)
}

/** The fault of a function's only argument. */
export function wrongOnly(name: string, what: string, value: Value | undefined): ExpressionError {
  return functionError(
    name,
    `expects its parameter to ${what}. The provided value is of type '${kindOf(value ?? null)}'.${usage(name)}`,
  )
}

/** The fault of an argument by its place: `what` is such as `an array`. */
export function wrongArgument(
  name: string,
  index: ArgumentIndex,
  { what, value }: { what: string; value: Value | undefined },
): ExpressionError {
  return functionError(
    name,
    `expects its ${ordinals[index]} parameter to be ${what}. The provided value is of type '${kindOf(value ?? null)}'.${usage(name)}`,
  )
}

/** An argument that must be a string. */
export function stringArgument(name: string, args: readonly Value[], index: ArgumentIndex): string {
  const value = args[index]
  if (typeof value === 'string') return value
  throw wrongArgument(name, index, { what: 'of type string', value })
}

/** An argument that must be a whole number; one that no index could be is as large as numbers go. */
export function integerArgument(
  name: string,
  args: readonly Value[],
  index: ArgumentIndex,
): number {
  const value = args[index]
  if (value !== undefined && isInteger(value)) return Number(value)
  throw wrongArgument(name, index, { what: 'an integer', value })
}

/** An argument that must be an array. */
export function arrayArgument(
  name: string,
  args: readonly Value[],
  index: ArgumentIndex,
): readonly Value[] {
  const value = args[index] ?? null
  if (isArray(value)) return value
  throw wrongArgument(name, index, { what: 'of type array', value })
}

/** An argument that must be an object. */
export function objectArgument(
  name: string,
  args: readonly Value[],
  index: ArgumentIndex,
): ValueObject {
  const value = args[index] ?? null
  if (isObject(value)) return value
  throw wrongArgument(name, index, { what: 'of type object', value })
}

/** An argument that may be missing or null. */
export function optionalString(
  name: string,
  args: readonly Value[],
  index: ArgumentIndex,
): string | undefined {
  const value = args[index] ?? null
  return value === null ? undefined : stringArgument(name, args, index)
}
