import { emptySlots, Frame, type Run } from './bound.ts'
import { compiledRun } from './compile-to-javascript.ts'
import { CSharpBinder } from './csharp-binder.ts'
import { CSharpError, errorAt, FaultAtOffset } from './csharp-error.ts'
import { evaluationMsMax, expressionLengthMax, memoryBytesMax } from './limits.ts'
import { Machine } from './machine.ts'
import { parseBlockText, parseExpressionText } from './parse-statement.ts'
import type { PolicyContext } from './policy-context.ts'
import { FunctionScope, Scope } from './scope.ts'
import { typeNameOf } from '../dotnet/types.ts'
import { LimitError, runWithin } from '../dotnet/work-limit.ts'
import type { TypeWorld } from './type-world.ts'
import { policyWorld } from './types/policy-world.ts'

/** The result of an expression: a value as `dotnet/value.ts` holds it, with the name of its type. */
export interface BoxedValue {
  readonly type: string
  readonly value: unknown
}

/** An expression that is ready to run; one may run for many requests. */
export interface CompiledExpression {
  /** Throws `DotnetException` for an exception that leaves the expression, `LimitError` at a limit. */
  evaluate(context: PolicyContext): BoxedValue
}

/** Where and what a text is: `expression` is the content of `@( ... )`, `block` that of `@{ ... }`. */
export interface CompileOptions {
  readonly kind: 'expression' | 'block'
  /** Of the first character of the text, counted from 1. */
  readonly position?: { readonly line: number; readonly column: number }
}

/**
 * Compiles a policy expression; throws `CSharpError` for one that Azure refuses when the policy is saved.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions
 */
export function compileExpression(
  text: string,
  options: CompileOptions,
  world: TypeWorld = policyWorld,
): CompiledExpression {
  try {
    if (text.length > expressionLengthMax) {
      throw new FaultAtOffset(
        'CS8078',
        `An expression has at most ${expressionLengthMax} characters.`,
        0,
      )
    }
    const compiled =
      options.kind === 'block' ? compileBlock(text, world) : compileValue(text, world)
    let ready: Compiled | undefined
    return {
      evaluate(context) {
        ready ??= { owner: compiled.owner, run: compiledRun(compiled.run) }
        const value = runBounded(ready, context)
        return { type: typeNameOf(value), value }
      },
    }
  } catch (error) {
    const start = options.position ?? { line: 1, column: 1 }
    if (error instanceof FaultAtOffset) throw errorAt(error, text, start)
    if (!(error instanceof RangeError)) throw error
    throw new CSharpError('CS8078', 'An expression is too long or complex to compile.', start)
  }
}

const evaluationBounds = { milliseconds: evaluationMsMax, memoryBytes: memoryBytesMax }

/** Runs compiled code; a full stack is a limit like the others. */
function runBounded(compiled: Compiled, context: PolicyContext): unknown {
  try {
    const slots = emptySlots(compiled.owner.slotCount)
    return runWithin(
      evaluationBounds,
      compiled.run,
      new Frame(slots, undefined, new Machine(context)),
    )
  } catch (error) {
    if (error instanceof RangeError)
      throw new LimitError(`The expression was stopped: ${error.message}.`)
    throw error
  }
}

interface Compiled {
  readonly owner: FunctionScope
  readonly run: Run
}

function compileValue(text: string, world: TypeWorld): Compiled {
  const owner = new FunctionScope(undefined, world.get('System.Object'))
  const binder = new CSharpBinder(world)
  return {
    owner,
    run: binder.valueAs(
      parseExpressionText(text),
      world.get('System.Object'),
      new Scope(undefined, owner),
    ),
  }
}

function compileBlock(text: string, world: TypeWorld): Compiled {
  const owner = new FunctionScope(undefined, world.get('System.Object'))
  const binder = new CSharpBinder(world)
  const block = binder.block(parseBlockText(text), new Scope(undefined, owner))
  if (!block.ends)
    throw new FaultAtOffset(
      'CS0161',
      'Not all code paths return a value.',
      Math.max(0, text.length - 1),
    )
  const { run } = block
  return {
    owner,
    run(frame) {
      run(frame)
      return frame.result
    },
  }
}
