import type { Value } from '../values.ts'

/** What a function may ask of the query it stands in. */
export interface FunctionContext {
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** A system function: how many arguments it takes, and what it gives for their values. */
export interface FunctionDefinition {
  readonly minimum: number
  readonly maximum: number
  readonly evaluate: (...values: Value[]) => Value
  /** Makes the function for one query, when it needs the clock or keeps something between rows. */
  readonly bind?: (context: FunctionContext) => (...values: Value[]) => Value
}

/** System functions by their name in upper case. */
export type FunctionTable = Readonly<Record<string, FunctionDefinition>>
