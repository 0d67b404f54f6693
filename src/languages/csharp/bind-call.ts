import { arrayOf, DotnetGrid, elementAt, filledArray, setElement } from './arrays.ts'
import { int32 } from './arithmetic.ts'
import type { Binder, BoundArgument } from './binder.ts'
import type { FoundMember, Methods, Operand, OpenPlace, Place, Run, Value } from './bound.ts'
import { bindMember } from './bind-names.ts'
import { bindVariables, callRun, receiverRun } from './call.ts'
import { defaultValue } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { delegateOf, invokeRun } from './delegates.ts'
import { bestCommonType } from './inference.ts'
import { chooseOverload, tryChoose, type Choice } from './overload.ts'
import type { Local, Scope } from './scope.ts'
import type { ArgumentSyntax, ExpressionSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'

type CallSyntax = Extract<ExpressionSyntax, { kind: 'call' | 'index' }>
type NewArraySyntax = Extract<ExpressionSyntax, { kind: 'new-array' }>

/** Binds the arguments of a call, before a member is chosen. */
export function bindArguments(
  binder: Binder,
  list: readonly ArgumentSyntax[],
  scope: Scope,
): BoundArgument[] {
  return list.map((argument): BoundArgument => {
    const { name, passing, value } = argument
    const at = value.at
    if (value.kind === 'declaration') {
      const declared = value
      const type = declared.type && binder.type(declared.type, scope)
      let local: Local | undefined
      const declare = (found: Type): Value => {
        local ??= scope.declare(declared.name, type ?? found, { at })
        return binder.local(local, scope, at)
      }
      const unknown: Operand = {
        kind: 'value',
        type: type ?? binder.world.special('null'),
        run: () => null,
        at,
      }
      return { name, passing, operand: type ? unknown : unknown, declare, at }
    }
    const operand = passing === 'value' ? binder.operand(value, scope) : binder.target(value, scope)
    return { name, passing, operand, at }
  })
}

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
      typeArguments: [],
      at,
    })
    finish(binder, choice, scope)
    return {
      kind: 'value',
      type: choice.result,
      run: callRun(binder.world, choice, functionReceiver(binder, target)),
      at,
    }
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
      typeParameters: [],
      parameters: target.parameters,
      type: target.type,
      owner: owner.definition,
      run: (self, ...values) => (typeof self === 'function' ? self(...values.slice(0, -1)) : null),
      set: undefined,
    },
  }
}

function functionReceiver(binder: Binder, target: Extract<Operand, { kind: 'function' }>): Value {
  return { kind: 'value', type: binder.world.get('System.Object'), run: target.run, at: target.at }
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
    finish(binder, own, scope)
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
    finish(binder, choice, scope)
    return {
      kind: 'value',
      type: choice.result,
      run: callRun(binder.world, choice, choice.found.member.isStatic ? undefined : target),
      at,
    }
  }
  const choice = chooseOverload(binder, methods.found, shape)
  finish(binder, choice, scope)
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

function finish(binder: Binder, choice: Choice, scope: Scope): void {
  bindVariables(choice, (value) => binder.markAssigned(value, scope))
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
  finish(binder, choice, scope)
  return { kind: 'value', type, run: callRun(binder.world, choice, undefined), at }
}

/** `a[i]`: an element of an array, or an indexer. */
export function bindIndex(binder: Binder, syntax: CallSyntax, scope: Scope): Value {
  const target = binder.value(syntax.target, scope)
  const list = bindArguments(binder, syntax.arguments, scope)
  return indexValue(binder, target, { list, scope, at: syntax.target.at })
}

/** The element or indexer of a target that is bound already. */
export function indexValue(
  binder: Binder,
  target: Value,
  use: { list: readonly BoundArgument[]; scope: Scope; at: number },
): Value {
  const { list, at } = use
  if (target.type.element)
    return elementValue(binder, target, { list, at, element: target.type.element })
  const indexers = binder.world
    .members(target.type, 'this')
    .filter((one) => one.member.kind === 'indexer')
  if (indexers.length === 0) {
    throw new FaultAtOffset(
      'CS0021',
      `Cannot apply indexing with [] to an expression of type '${typeText(target.type)}'.`,
      at,
    )
  }
  const shape = { name: 'this[]', arguments: list, typeArguments: [], at }
  const choice = chooseOverload(binder, indexers, shape)
  const { member } = choice.found
  const readable = member.run
    ? choice
    : tryChoose(
        binder,
        indexers.filter((one) => one.member.run),
        shape,
      )
  const run = readable ? callRun(binder.world, readable, target) : () => null
  const place = indexerPlace(binder, { target, choice })
  return { kind: 'value', type: choice.result, run, at, ...(place ? { place } : {}) }
}

function indexerPlace(binder: Binder, use: { target: Value; choice: Choice }): Place | undefined {
  const { choice } = use
  const { set, run } = choice.found.member
  if (!set) return undefined
  const receiver = receiverRun(binder.world, use.target)
  const call = { types: [], owner: choice.found.owner, world: binder.world }
  const runs = choice.slots.map((slot) => (slot.kind === 'value' ? slot.run : () => null))
  return {
    assign: (value) => (frame) => {
      const self = receiver(frame)
      const keys = runs.map((key) => key(frame))
      const assigned = value(frame)
      set(self, ...keys, assigned, call)
      return assigned
    },
    open(frame): OpenPlace {
      const self = receiver(frame)
      const keys = runs.map((key) => key(frame))
      return {
        get: () => run?.(self, ...keys, call),
        set: (value) => void set(self, ...keys, value, call),
      }
    },
  }
}

function elementValue(
  binder: Binder,
  target: Value,
  use: { list: readonly BoundArgument[]; at: number; element: Type },
): Value {
  const { list, at, element } = use
  if (list.length !== target.type.rank) {
    throw new FaultAtOffset(
      'CS0022',
      `Wrong number of indices inside []; expected ${target.type.rank}.`,
      at,
    )
  }
  const indexType = binder.world.get('System.Int32')
  const indexes = list.map(
    (argument) => binder.tryConvert(argument.operand, indexType) ?? longIndex(binder, argument),
  )
  const array = target.run
  const [index] = indexes
  if (!index) throw new FaultAtOffset('CS0443', 'Syntax error; value expected.', at)
  if (indexes.length > 1) return gridValue({ array, indexes, element, at })
  const place: Place = {
    assign: (value) => (frame) => {
      const owner = array(frame)
      const position = int32(index(frame))
      const assigned = value(frame)
      setElement(owner, position, assigned)
      return assigned
    },
    open(frame) {
      const owner = array(frame)
      const position = int32(index(frame))
      return {
        get: () => elementAt(owner, position),
        set: (value) => setElement(owner, position, value),
      }
    },
  }
  return {
    kind: 'value',
    type: element,
    run: (frame) => elementAt(array(frame), int32(index(frame))),
    at,
    place,
  }
}

function longIndex(binder: Binder, argument: BoundArgument): Run {
  const run = binder.convert(argument.operand, binder.world.get('System.Int64'))
  return (frame) => Number(run(frame))
}

function gridValue(use: { array: Run; indexes: readonly Run[]; element: Type; at: number }): Value {
  const { array, indexes, element, at } = use
  const locate: (frame: Parameters<Run>[0]) => OpenPlace = (frame) => {
    const grid = array(frame)
    if (!(grid instanceof DotnetGrid))
      return { get: () => elementAt(grid, 0), set: (value) => setElement(grid, 0, value) }
    const offset = grid.offset(indexes.map((index) => int32(index(frame))))
    return { get: () => grid.items[offset], set: (value) => void (grid.items[offset] = value) }
  }
  const place: Place = {
    assign: (value) => (frame) => {
      const open = locate(frame)
      const assigned = value(frame)
      open.set(assigned)
      return assigned
    },
    open: locate,
  }
  return { kind: 'value', type: element, run: (frame) => locate(frame).get(), at, place }
}

/** `new int[3]`, `new[] { 1, 2 }`, `new int[2, 3]`. */
export function bindNewArray(binder: Binder, syntax: NewArraySyntax, scope: Scope): Value {
  const { at, initializer } = syntax
  if (!syntax.element) return implicitArray(binder, syntax, scope)
  const element = binder.type(syntax.element, scope)
  const type = binder.world.array(element, syntax.rank)
  if (initializer)
    return { kind: 'value', type, run: binder.arrayInitializer(initializer, type, scope), at }
  const indexType = binder.world.get('System.Int32')
  const sizes = syntax.sizes.map((size) => binder.valueAs(size, indexType, scope))
  const fill = defaultValue(binder.world, element)
  const [size] = sizes
  if (!size)
    throw new FaultAtOffset(
      'CS1586',
      'Array creation must have array size or array initializer.',
      at,
    )
  if (sizes.length === 1) {
    return {
      kind: 'value',
      type,
      run: (frame) => filledArray(element.name, int32(size(frame)), fill),
      at,
    }
  }
  const run: Run = (frame) => {
    const lengths = sizes.map((one) => int32(one(frame)))
    const total = lengths.reduce((product, length) => product * length, 1)
    const items = filledArray('System.Object', total, fill)
    return new DotnetGrid(element.name, lengths, 'items' in items ? items.items : [])
  }
  return { kind: 'value', type, run, at }
}

function implicitArray(binder: Binder, syntax: NewArraySyntax, scope: Scope): Value {
  const values = (syntax.initializer?.items ?? []).flatMap((item) =>
    item.kind === 'element' ? item.values.map((value) => binder.value(value, scope)) : [],
  )
  const element = bestCommonType(
    binder,
    values.map((value) => value.type),
  )
  if (!element)
    throw new FaultAtOffset('CS0826', 'No best type found for implicitly-typed array.', syntax.at)
  const runs = values.map((value) => binder.convert(value, element))
  const run: Run = (frame) =>
    arrayOf(
      element.name,
      runs.map((one) => one(frame)),
    )
  return { kind: 'value', type: binder.world.array(element), run, at: syntax.at }
}
