import type { ExpressionEnvironment } from './environment.ts'
import type { Value } from './value.ts'

/** An expression that can be evaluated. */
export type Evaluator = (environment: ExpressionEnvironment) => Value

/** What a function does with the values of its arguments; their count has been checked. */
export type FunctionBody = (args: readonly Value[], environment: ExpressionEnvironment) => Value

/** A function that evaluates only the arguments it needs. */
export type LazyFunctionBody = (
  args: readonly Evaluator[],
  environment: ExpressionEnvironment,
) => Value

/** The functions of a family, by their documented names. */
export type FunctionFamily = Readonly<Record<string, FunctionBody>>
