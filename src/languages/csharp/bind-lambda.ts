import type { Binder, BoundLambda, Delegate } from './binder.ts'
import { emptySlots, fillSlots, Frame, type Operand, type Run, type Value } from './bound.ts'
import { constant, functionOf, javascript, temporary } from './compile-to-javascript.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { delegateOf, typedArgument } from './delegates.ts'
import { bestCommonType } from './inference.ts'
import { tryChoose } from './overload.ts'
import { callRun } from './call.ts'
import { FunctionScope, Scope } from './scope.ts'
import type { BlockSyntax, LambdaSyntax } from './syntax.ts'
import type { Implementation, Type } from './type-model.ts'

/** Compiles a lambda for the types of its parameters; its result is inferred where the delegate leaves it open. */
export function bindLambda(
  binder: Binder,
  lambda: LambdaSyntax,
  scope: Scope,
  delegate: Delegate,
): BoundLambda {
  if (lambda.body) return bindExpressionLambda(binder, { lambda, scope, delegate })
  const { block } = lambda
  if (!block) throw new FaultAtOffset('CS1525', 'Invalid expression term.', 0)
  const result = delegate.result ?? inferResult(binder, { lambda, scope, delegate, block })
  const inner = functionScope(binder, { lambda, scope, delegate, result })
  const body = binder.block(block, inner)
  if (result.name !== 'void' && !body.ends) {
    throw new FaultAtOffset(
      'CS1643',
      'Not all code paths return a value in lambda expression.',
      block.at,
    )
  }
  const run: Run = (frame) => {
    body.run(frame)
    return frame.result
  }
  return { run: closure(inner.owner, run, delegate.parameters.length), result }
}

function bindExpressionLambda(
  binder: Binder,
  use: { lambda: LambdaSyntax; scope: Scope; delegate: Delegate },
): BoundLambda {
  const { lambda, scope, delegate } = use
  const { body } = lambda
  if (!body) throw new FaultAtOffset('CS1525', 'Invalid expression term.', 0)
  const inner = functionScope(binder, { lambda, scope, delegate, result: delegate.result })
  const value = binder.value(body, inner)
  const { result } = delegate
  const isVoid = result?.name === 'void'
  if (isVoid && !['call', 'assign', 'step', 'new', 'when-not-null'].includes(body.kind)) {
    throw new FaultAtOffset(
      'CS0201',
      'Only assignment, call, increment, decrement, and new object expressions can be used as a statement.',
      body.at,
    )
  }
  const run = result && !isVoid ? binder.convert(value, result) : value.run
  return {
    run: closure(inner.owner, run, delegate.parameters.length),
    result: result ?? value.type,
  }
}

function inferResult(
  binder: Binder,
  use: { lambda: LambdaSyntax; scope: Scope; delegate: Delegate; block: BlockSyntax },
): Type {
  const inner = functionScope(binder, { ...use, result: undefined })
  binder.block(use.block, inner)
  const returned = inner.owner.returned.filter((value) => value !== undefined)
  if (returned.length === 0) return binder.world.special('void')
  const best = bestCommonType(
    binder,
    returned.map((value) => value.type),
  )
  if (!best)
    throw new FaultAtOffset(
      'CS1662',
      'Cannot infer the type of the lambda expression.',
      use.block.at,
    )
  return best
}

function functionScope(
  binder: Binder,
  use: { lambda: LambdaSyntax; scope: Scope; delegate: Delegate; result: Type | undefined },
): Scope {
  const { lambda, scope, delegate } = use
  if (lambda.parameters.length !== delegate.parameters.length) {
    throw new FaultAtOffset(
      'CS1593',
      `Delegate does not take ${lambda.parameters.length} arguments.`,
      lambda.parameters[0]?.at ?? 0,
    )
  }
  const owner = new FunctionScope(scope.owner, use.result)
  const inner = new Scope(scope, owner, { inLoop: false, inSwitch: false, caught: undefined })
  for (const [index, parameter] of lambda.parameters.entries()) {
    const given = delegate.parameters[index]
    const type = parameter.type ? binder.type(parameter.type, scope) : given
    if (!type || (given && type !== given)) {
      throw new FaultAtOffset(
        'CS1661',
        'The parameter types do not match the delegate parameter types.',
        parameter.at,
      )
    }
    inner.declare(parameter.name, type, { at: parameter.at })
  }
  return inner
}

/** Code that makes a delegate in a frame; its calls get frames of their own. */
export function closure(owner: FunctionScope, body: Run, parameterCount: number): Run {
  // Most lambdas have one parameter, and are called once for each element.
  if (parameterCount === 1)
    return owner.hasInner ? withOwnFrames(owner, body) : withOneFrame(owner, body)
  return (outer): Implementation =>
    (...values) =>
      callBody(outer, body, fillSlots(values.slice(0, parameterCount), owner.slotCount))
}

function withOwnFrames(owner: FunctionScope, body: Run): Run {
  return (outer): Implementation =>
    (value) =>
      callBody(outer, body, fillSlots([value], owner.slotCount))
}

// Nothing within keeps the frame, so that the next call can have it, but not one in the middle of another: those alone
// can go deep. An exception leaves it in use for good.
function withOneFrame(owner: FunctionScope, body: Run): Run {
  const frameIn = (outer: Frame): Frame =>
    new Frame(emptySlots(owner.slotCount), outer, outer.machine)
  const again = (frame: Frame, value: unknown): unknown =>
    callBody(frame.parent ?? frame, body, fillSlots([value], owner.slotCount))
  const result = temporary()
  const call = javascript`frame.isInUse ? ${constant(again)}(frame, value) : (
    frame.machine.step(), frame.isInUse = true, frame.slots[0] = value,
    ${result} = ${body}, frame.isInUse = false, ${result})`
  return javascript`((frame) => ${functionOf(call)})(${constant(frameIn)}(frame))`
}

function callBody(outer: Frame, body: Run, slots: unknown[]): unknown {
  const { machine } = outer
  machine.enter()
  const result = body(new Frame(slots, outer, machine))
  machine.leave()
  return result
}

/** Code that makes a delegate of a method, local function or lambda; undefined when it does not fit the type. */
export function delegateRun(binder: Binder, operand: Operand, type: Type): Run | undefined {
  const delegate = delegateOf(binder.world, type)
  if (!delegate) return undefined
  if (operand.kind === 'lambda') {
    if (!(operand.scope instanceof Scope)) return undefined
    return binder.lambda(operand.lambda, operand.scope, delegate).run
  }
  if (operand.kind === 'function') return functionRun(binder, operand, delegate)
  return operand.kind === 'methods' ? groupRun(binder, operand, delegate) : undefined
}

function functionRun(
  binder: Binder,
  operand: Extract<Operand, { kind: 'function' }>,
  delegate: { readonly parameters: readonly Type[]; readonly result: Type },
): Run | undefined {
  const isFit =
    !operand.generic &&
    operand.parameters.length === delegate.parameters.length &&
    operand.parameters.every((parameter, index) => parameter.type === delegate.parameters[index]) &&
    (delegate.result.name === 'void' || binder.world.isSubtype(operand.type, delegate.result))
  return isFit ? operand.run : undefined
}

function groupRun(
  binder: Binder,
  operand: Extract<Operand, { kind: 'methods' }>,
  delegate: { readonly parameters: readonly Type[]; readonly result: Type },
): Run | undefined {
  const values: unknown[] = []
  const list = delegate.parameters.map((type, index) => typedArgument(type, () => values[index]))
  const choice = tryChoose(binder, operand.found, {
    name: operand.name,
    arguments: list,
    typeArguments: operand.typeArguments,
    at: operand.at,
  })
  if (!choice) return undefined
  const { target } = operand
  const made: { self: unknown } = { self: null }
  const receiver = target && { ...target, run: () => made.self }
  const result: Value = {
    kind: 'value',
    type: choice.result,
    run: callRun(binder.world, choice, receiver),
    at: operand.at,
  }
  const run =
    delegate.result.name === 'void' ? result.run : binder.tryConvert(result, delegate.result)
  if (!run) return undefined
  return (frame) => {
    const { machine } = frame
    // The receiver is that of the moment in which the delegate is made.
    const self = target?.run(frame)
    const call: Implementation = (...given) => {
      machine.step()
      made.self = self
      for (const index of list.keys()) values[index] = given[index]
      return run(frame)
    }
    return call
  }
}

/** The result of a method, local function or lambda for parameter types. */
export function resultOfFunction(
  binder: Binder,
  operand: Operand,
  parameters: readonly Type[],
): Type | undefined {
  if (operand.kind === 'function') return operand.generic ? undefined : operand.type
  if (operand.kind === 'lambda' && operand.scope instanceof Scope) {
    if (operand.lambda.parameters.length !== parameters.length) return undefined
    return binder.lambda(operand.lambda, operand.scope, { parameters, result: undefined }).result
  }
  if (operand.kind !== 'methods') return undefined
  const list = parameters.map((type) => typedArgument(type))
  return tryChoose(binder, operand.found, {
    name: operand.name,
    arguments: list,
    typeArguments: operand.typeArguments,
    at: operand.at,
  })?.result
}
