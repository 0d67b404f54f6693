import type { Binder, BoundArgument } from './binder.ts'
import type { FoundMember, Methods, Operand, Value } from './bound.ts'
import { bindArguments, bindChosen } from './bind-arguments.ts'
import { bindMember } from './bind-names.ts'
import { callRun } from './call.ts'
import { defaultValue } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { delegateOf, invokeRun } from './delegates.ts'
import { chooseOverload, tryChoose, type Choice } from './overload.ts'
import { readLocal, type Scope } from './scope.ts'
import type { ExpressionSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'

type CallSyntax = Extract<ExpressionSyntax, { kind: 'call' | 'index' }>

/** `f(x)`: a method, a local function or a delegate. */
export function bindCall(binder: Binder, syntax: CallSyntax, scope: Scope): Value {
  if (syntax.target.kind === 'name' && syntax.target.name === 'nameof' && !scope.find('nameof')) {
    return nameOf(binder, syntax, scope)
  }
  const target =
    syntax.target.kind === 'member'
      ? bindMember(binder, syntax.target, scope, { isInvoked: true })
      : binder.operand(syntax.target, scope)
  const list = bindArguments(binder, syntax.arguments, scope)
  const at = syntax.target.at
  if (target.kind === 'methods') return callMethods(binder, target, { list, scope, at })
  if (target.kind === 'function') {
    const choice = chooseOverload(binder, [functionMember(binder, target)], {
      name: target.name,
      arguments: list,
      typeArguments: target.typeArguments ?? [],
      at,
    })
    bindChosen(binder, choice, scope)
    const receiver = functionReceiver(binder, target, { choice, scope })
    return { kind: 'value', type: choice.result, run: callRun(binder.world, choice, receiver), at }
  }
  const delegate = target.kind === 'value' ? delegateOf(binder.world, target.type) : undefined
  if (target.kind !== 'value' || !delegate)
    throw new FaultAtOffset('CS0149', 'Method name expected.', at)
  if (list.length !== delegate.parameters.length) {
    throw new FaultAtOffset('CS1593', `The delegate does not take ${list.length} arguments.`, at)
  }
  const runs = list.map((argument, index) =>
    binder.convert(argument.operand, delegate.parameters[index] ?? delegate.result),
  )
  return { kind: 'value', type: delegate.result, run: invokeRun(target.run, runs), at }
}

/** A local function as a member: its receiver is the delegate that runs it. */
function functionMember(
  binder: Binder,
  target: Extract<Operand, { kind: 'function' }>,
): FoundMember {
  const owner = binder.world.get('System.Object')
  if (!owner.definition) throw new FaultAtOffset('CS0149', 'Method name expected.', target.at)
  return {
    owner,
    member: {
      kind: 'method',
      name: target.name,
      isStatic: false,
      isExtension: false,
      isImplicit: false,
      isTimed: false,
      typeParameters: target.generic?.typeParameters ?? [],
      parameters: target.parameters,
      type: target.type,
      owner: owner.definition,
      run: (self, ...values) => (typeof self === 'function' ? self(...values.slice(0, -1)) : null),
      set: undefined,
    },
  }
}

function functionReceiver(
  binder: Binder,
  target: Extract<Operand, { kind: 'function' }>,
  call: { choice: Choice; scope: Scope },
): Value {
  const holder = target.generic?.holderFor(call.choice.typeArguments)
  const run = holder ? readLocal(holder, call.scope.owner) : target.run
  return { kind: 'value', type: binder.world.get('System.Object'), run, at: target.at }
}

function nameOf(binder: Binder, syntax: CallSyntax, scope: Scope): Value {
  const named = syntax.arguments[0]?.value
  if (named?.kind !== 'name' && named?.kind !== 'member') {
    throw new FaultAtOffset('CS8081', 'Expression does not have a name.', syntax.at)
  }
  binder.operand(named, scope)
  const { name } = named
  return {
    kind: 'value',
    type: binder.world.get('System.String'),
    run: () => name,
    at: syntax.at,
    constant: { value: name },
  }
}

function callMethods(
  binder: Binder,
  methods: Methods,
  use: { list: readonly BoundArgument[]; scope: Scope; at: number },
): Value {
  const { list, scope, at } = use
  const shape = {
    name: methods.name,
    arguments: list,
    typeArguments: methods.typeArguments,
    at: methods.at,
  }
  const own = methods.found.length > 0 ? tryChoose(binder, methods.found, shape) : undefined
  if (own) {
    bindChosen(binder, own, scope)
    return { kind: 'value', type: own.result, run: callRun(binder.world, own, methods.target), at }
  }
  const { target } = methods
  if (target && methods.extensions.length > 0) {
    const receiver: BoundArgument = {
      name: undefined,
      passing: 'value',
      operand: target,
      at: target.at,
    }
    const extended = { ...shape, arguments: [receiver, ...list] }
    const choice =
      methods.found.length > 0
        ? (tryChoose(binder, methods.extensions, extended) ??
          chooseOverload(binder, methods.found, shape))
        : chooseExtension(binder, methods, extended)
    bindChosen(binder, choice, scope)
    return {
      kind: 'value',
      type: choice.result,
      run: callRun(binder.world, choice, choice.found.member.isStatic ? undefined : target),
      at,
    }
  }
  const choice = chooseOverload(binder, methods.found, shape)
  bindChosen(binder, choice, scope)
  return { kind: 'value', type: choice.result, run: callRun(binder.world, choice, target), at }
}

function chooseExtension(
  binder: Binder,
  methods: Methods,
  shape: Parameters<typeof chooseOverload>[2],
): Choice {
  const choice = tryChoose(binder, methods.extensions, shape)
  if (choice) return choice
  const type = methods.target ? typeText(methods.target.type) : ''
  throw new FaultAtOffset(
    'CS1061',
    `'${type}' does not contain a definition for '${methods.name}' that takes these arguments.`,
    methods.at,
  )
}

/** `new T(x)`, without its initializer. */
export function bindConstruction(
  binder: Binder,
  type: Type,
  use: { list: readonly BoundArgument[]; scope: Scope; at: number },
): Value {
  const { list, scope, at } = use
  const delegate = delegateOf(binder.world, type)
  if (delegate && list[0])
    return { kind: 'value', type, run: binder.convert(list[0].operand, type), at }
  const constructors = type.definition?.members().get('new') ?? []
  if (constructors.length === 0 && type.kind === 'struct' && list.length === 0) {
    const value = defaultValue(binder.world, type)
    return { kind: 'value', type, run: () => value, at }
  }
  if (constructors.length === 0) {
    throw new FaultAtOffset(
      'CS0143',
      `The type '${typeText(type)}' has no constructors defined, or it is not allowed.`,
      at,
    )
  }
  const candidates = constructors.map((member) => ({ member, owner: type }))
  const choice = chooseOverload(binder, candidates, {
    name: typeText(type),
    arguments: list,
    typeArguments: [],
    at,
  })
  bindChosen(binder, choice, scope)
  return { kind: 'value', type, run: callRun(binder.world, choice, undefined), at }
}
