import { defaultComparer, type ValueComparer } from '../../dotnet/comparison.ts'
import type { Type } from '../type-model.ts'
import { callback, callOf, int } from './guards.ts'

/** The type argument at a position of the declaring type, as values carry it. */
export function argumentName(call: unknown, index = 0): string {
  return callOf(call).owner.arguments[index]?.name ?? 'System.Object'
}

/** The type argument at a position of the declaring type. */
export function argumentType(call: unknown, index = 0): Type | undefined {
  return callOf(call).owner.arguments[index]
}

/** A comparer of a call, or the default one. */
export function comparerOf(value: unknown): ValueComparer {
  return isComparer(value) ? value : defaultComparer
}

/** True for an IEqualityComparer or IComparer. */
export function isComparer(value: unknown): value is ValueComparer {
  return typeof value === 'object' && value !== null && 'keyOf' in value && 'equals' in value
}

/** The order that a `Comparison` gives. */
export function order(compare: unknown): (left: unknown, right: unknown) => number {
  const run = callback(compare)
  return (left, right) => int(run(left, right))
}
