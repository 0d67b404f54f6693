import type { Clock } from '../../base/clock.ts'
import type { Value } from './value.ts'

/** A function of the host: what it reads lives outside of expressions. */
export interface RootFunction {
  readonly name: string
  readonly argumentsMin: number
  readonly argumentsMax: number
}

/** The host's functions by their names in lower case. */
export type RootTable = ReadonlyMap<string, RootFunction>

/** What an evaluation may ask of its host. */
export interface ExpressionEnvironment {
  readonly clock: Clock
  readonly roots: RootTable
  /** A random UUID with dashes, in lower case. */
  newGuid(): string
  /** A random number from 0 up to, not including, 1. */
  random(): number
  /** Calls a function of `roots`, by its name as declared there; throws `ExpressionError` for a caller's fault. */
  callRoot(name: string, args: readonly Value[]): Value
  /** What `concat()`, `base64()` and `string()` may give. */
  readonly evaluatedCharactersMax?: number
}

/** A table of functions of a host. */
export function makeRootTable(roots: readonly RootFunction[]): RootTable {
  return new Map(roots.map((root) => [root.name.toLowerCase(), root]))
}
