import { systemException } from '../dotnet/exceptions.ts'
import type { BoundArgument, Delegate } from './binder.ts'
import type { Frame, Run } from './bound.ts'
import type { Implementation, Type } from './type-model.ts'
import type { TypeWorld } from './type-world.ts'

/** The parameters and result of a delegate type; undefined for any other type. */
export function delegateOf(
  world: TypeWorld,
  type: Type,
): (Delegate & { readonly result: Type }) | undefined {
  const invoke =
    type.kind === 'delegate' ? type.definition?.members().get('Invoke')?.[0] : undefined
  if (!invoke) return undefined
  const replacement = world.replacementOf(type)
  return {
    parameters: invoke.parameters.map((parameter) => world.substitute(parameter.type, replacement)),
    result: world.substitute(invoke.type, replacement),
  }
}

/** An argument of which only the type is known. */
export function typedArgument(type: Type, run: Run = () => null): BoundArgument {
  return { name: undefined, passing: 'value', operand: { kind: 'value', type, run, at: 0 }, at: 0 }
}

/** True for what a delegate holds. */
function isDelegate(value: unknown): value is Implementation {
  return typeof value === 'function'
}

/** Code that calls a delegate. */
export function invokeRun(target: Run, list: readonly Run[]): Run {
  return (frame: Frame) => {
    const called = target(frame)
    const values = list.map((run) => run(frame))
    if (!isDelegate(called)) throw systemException('NullReferenceException')
    return called(...values)
  }
}
