import assert from 'node:assert/strict'
import type { ExpressionEnvironment } from './environment.ts'
import { ExpressionError } from './expression-error.ts'
import type { Evaluator, FunctionBody, LazyFunctionBody } from './function-body.ts'
import { eagerFunctions, lazyFunctions } from './function-table.ts'
import { compiledExpressionsMax } from './limits.ts'
import { compileMember } from './member.ts'
import { parseExpression } from './parse-expression.ts'
import { callProblem, callsOf, type CallReference } from './references.ts'
import type { CallExpression, Expression } from './syntax-tree.ts'
import { signatures } from './signatures.ts'
import type { Value } from './value.ts'

/** An expression that can be evaluated any number of times. */
export interface CompiledExpression {
  readonly calls: readonly CallReference[]
  /** Throws `ExpressionError`. */
  readonly evaluate: Evaluator
}

const known = new Map<string, CompiledExpression>()

/**
 * Compiles an expression without its leading `@`; throws `ExpressionSyntaxError`. Functions that nobody has are no fault
 * here: the host of the language refuses them where it knows its own (`findProblems`), evaluation refuses them when
 * it comes to them.
 */
export function compileExpression(text: string): CompiledExpression {
  const found = known.get(text)
  if (found) return found
  const { expression } = parseExpression(text, 0, 'EndOfData')
  const compiled = { calls: callsOf(expression), evaluate: guarded(compile(expression, text)) }
  if (known.size >= compiledExpressionsMax) known.clear()
  known.set(text, compiled)
  return compiled
}

/** Turns what JavaScript says of a value that is too large or too deep into a fault of the expression. */
export function guarded(evaluate: Evaluator): Evaluator {
  return (environment) => {
    try {
      return evaluate(environment)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new ExpressionError(
        'The result of the template language expression is too large or too deep.',
      )
    }
  }
}

/** The evaluator of a parsed expression; `source` is the text that its offsets count in. */
export function compile(expression: Expression, source: string): Evaluator {
  switch (expression.type) {
    case 'literal':
      return literal(expression.value)
    case 'member':
      return compileMember(expression, source, compile)
    case 'call':
      return compileCall(expression, source)
  }
}

function literal(value: Value): Evaluator {
  return () => value
}

function compileCall(call: CallExpression, source: string): Evaluator {
  const lower = call.name.toLowerCase()
  const signature = signatures.get(lower)
  const args = call.args.map((arg) => compile(arg, source))
  if (!signature) return rootCall(call, lower, args)
  const count = args.length
  if (count < signature.argumentsMin || count > signature.argumentsMax) return refusal(call)
  const lazy = lazyFunctions.get(lower)
  return lazy ? lazyCall(lazy, args) : eagerCall(eagerFunctions.get(lower), args)
}

function refusal({ name, args }: CallExpression): Evaluator {
  return ({ roots }) => {
    throw new ExpressionError(callProblem(name, args.length, roots) ?? name)
  }
}

function lazyCall(body: LazyFunctionBody, args: readonly Evaluator[]): Evaluator {
  return (environment) => body(args, environment)
}

function eagerCall(body: FunctionBody | undefined, args: readonly Evaluator[]): Evaluator {
  assert(body, 'a signature has no function')
  const [first, second] = args
  if (first && args.length === 1) return (environment) => body([first(environment)], environment)
  if (first && second && args.length === 2) {
    return (environment) => body([first(environment), second(environment)], environment)
  }
  return (environment) => body(valuesOf(args, environment), environment)
}

function valuesOf(args: readonly Evaluator[], environment: ExpressionEnvironment): Value[] {
  return args.map((arg) => arg(environment))
}

function rootCall(call: CallExpression, lower: string, args: readonly Evaluator[]): Evaluator {
  const { name } = call
  const count = args.length
  return (environment) => {
    const root = environment.roots.get(lower)
    if (!root || count < root.argumentsMin || count > root.argumentsMax) {
      throw new ExpressionError(callProblem(name, count, environment.roots) ?? name)
    }
    return environment.callRoot(root.name, valuesOf(args, environment))
  }
}
