import { lengthOf } from './arrays.ts'
import type { Binder } from './binder.ts'
import type { FoundMember, Operand, Place, Run, Value } from './bound.ts'
import { receiverRun } from './call.ts'
import { constant, javascript } from './compile-to-javascript.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { placeOf, readLocal, type Local, type Scope } from './scope.ts'
import type { ExpressionSyntax, TypeSyntax } from './syntax.ts'
import type { Implementation, Member, Type } from './type-model.ts'
import { typeText } from './type-text.ts'

type NameSyntax = Extract<ExpressionSyntax, { kind: 'name' }>
type MemberSyntax = Extract<ExpressionSyntax, { kind: 'member' }>

/** What a simple name means: a variable, `context`, a local function, a type or a namespace. */
export function bindName(binder: Binder, syntax: NameSyntax, scope: Scope): Operand {
  const { name, at } = syntax
  const symbol = scope.find(name)
  if (symbol)
    return 'slot' in symbol
      ? localValue(symbol, scope, at)
      : {
          ...symbol,
          run: readLocal(symbol.holder, scope.owner),
          typeArguments: syntax.typeArguments.map((type) => binder.type(type, scope)),
          at,
        }
  const { world } = binder
  if (name === 'context' && syntax.typeArguments.length === 0) {
    return {
      kind: 'value',
      type: world.get('IExpressionContext'),
      run: javascript`frame.machine.context`,
      at,
    }
  }
  const typeSyntax: TypeSyntax = {
    kind: 'named',
    parts: [{ name, typeArguments: syntax.typeArguments }],
    at,
  }
  if (world.lookup(name, syntax.typeArguments.length))
    return { kind: 'type', type: binder.type(typeSyntax, scope), at }
  if (world.isNamespace(name)) return { kind: 'namespace', name, at }
  throw new FaultAtOffset('CS0103', `The name '${name}' does not exist in the current context.`, at)
}

/** The value of a variable; an error while it may be unassigned. */
export function localValue(local: Local, scope: Scope, at: number): Value {
  const run = readLocal(local, scope.owner)
  if (local.constant) return { kind: 'value', type: local.type, run, at, constant: local.constant }
  const readOnly = local.readOnly === undefined ? {} : { readOnly: local.readOnly }
  return {
    kind: 'value',
    type: local.type,
    run,
    at,
    local,
    place: placeOf(local, scope.owner),
    ...readOnly,
  }
}

/** What stands behind a dot. */
export function bindMember(
  binder: Binder,
  syntax: MemberSyntax,
  scope: Scope,
  use: { isInvoked?: boolean } = {},
): Operand {
  const target = binder.operand(syntax.target, scope)
  const typeArguments = syntax.typeArguments.map((type) => binder.type(type, scope))
  const { name, at } = syntax
  if (target.kind === 'namespace') {
    return namespaceMember(binder, { space: target.name, name, typeArguments, at })
  }
  if (target.kind === 'type') return staticMember(binder, target.type, { name, typeArguments, at })
  if (target.kind === 'value')
    return instanceMember(binder, target, { name, typeArguments, at, ...use })
  throw new FaultAtOffset('CS0119', 'This expression is not valid in the given context.', at)
}

interface MemberName {
  readonly name: string
  readonly typeArguments: readonly Type[]
  readonly at: number
  /** In front of `(`, where a property that is no delegate does not count. */
  readonly isInvoked?: boolean
}

function namespaceMember(binder: Binder, member: MemberName & { readonly space: string }): Operand {
  const full = `${member.space}.${member.name}`
  const definition = binder.world.definition(full, member.typeArguments.length)
  if (definition && !definition.isHidden) {
    return {
      kind: 'type',
      type: binder.world.close(definition, member.typeArguments),
      at: member.at,
    }
  }
  if (binder.world.isNamespace(full)) return { kind: 'namespace', name: full, at: member.at }
  throw new FaultAtOffset(
    'CS0234',
    `The type or namespace name '${full}' does not exist or is not allowed.`,
    member.at,
  )
}

function staticMember(binder: Binder, type: Type, member: MemberName): Operand {
  const { world } = binder
  const { name, at } = member
  const number = type.definition?.values?.get(name)
  if (number !== undefined && type.definition) {
    const value = world.enumValue(type.definition, number)
    return { kind: 'value', type, run: () => value, at, constant: { value } }
  }
  const nested = world.definition(`${type.definition?.fullName ?? ''}.${name}`)
  if (nested) return { kind: 'type', type: world.close(nested, []), at }
  const found = world.members(type, name).filter((one) => one.member.isStatic)
  const property = found.find((one) => one.member.kind === 'property')
  const read = property?.member.run
  if (property && read) return staticProperty(binder, property, { read, at })
  if (found.length > 0) {
    return {
      kind: 'methods',
      name,
      target: undefined,
      found,
      extensions: [],
      typeArguments: member.typeArguments,
      at,
    }
  }
  throw new FaultAtOffset(
    'CS0117',
    `'${typeText(type)}' does not contain a definition for '${name}', or it is not allowed.`,
    at,
  )
}

const constants = new Set([
  'MaxValue',
  'MinValue',
  'PI',
  'E',
  'NaN',
  'Epsilon',
  'PositiveInfinity',
  'NegativeInfinity',
])

function staticProperty(
  binder: Binder,
  found: FoundMember,
  use: { read: Implementation; at: number },
): Value {
  const type = binder.world.substitute(found.member.type, binder.world.replacementOf(found.owner))
  const call = { types: [], owner: found.owner, world: binder.world }
  const { read, at } = use
  const isNumber =
    type === found.owner && type.kind === 'struct' && constants.has(found.member.name)
  if (isNumber && type.definition?.namespace === 'System' && type.name !== 'System.DateTime') {
    const value = read(call)
    return { kind: 'value', type, run: () => value, at, constant: { value } }
  }
  if (!found.member.isTimed) return { kind: 'value', type, run: () => read(call), at }
  const run: Run = (frame) => read({ ...call, clock: frame.machine.context.clock })
  return { kind: 'value', type, run, at }
}

/** A property, method or extension method of a value. */
export function instanceMember(binder: Binder, target: Value, member: MemberName): Operand {
  const { world } = binder
  const { name, at } = member
  if (target.type.name === 'void')
    throw new FaultAtOffset(
      'CS0023',
      "Operator '.' cannot be applied to operand of type 'void'.",
      at,
    )
  if (target.type.kind === 'anonymous') {
    const found = anonymousMember(target, member)
    if (found) return found
  }
  if (name === 'Length' && target.type.element) {
    const run = receiverRun(world, target)
    return {
      kind: 'value',
      type: world.get('System.Int32'),
      run: (frame) => lengthOf(run(frame)),
      at,
    }
  }
  const found = world
    .members(target.type, name)
    .filter((one) => !one.member.isStatic && isVisible(target.type, one.owner))
  const property = found.find(
    (one) =>
      one.member.kind === 'property' && (!member.isInvoked || one.member.type.kind === 'delegate'),
  )
  if (property && member.typeArguments.length === 0)
    return propertyValue(binder, { target, property, at })
  const extensions = world
    .extensions(name)
    .map((one) => ({ member: one, owner: world.close(one.owner, []) }))
  const methods = found.filter((one) => one.member.kind === 'method')
  if (methods.length > 0 || extensions.length > 0) {
    return {
      kind: 'methods',
      name,
      target,
      found: methods,
      extensions,
      typeArguments: member.typeArguments,
      at,
    }
  }
  throw new FaultAtOffset(
    'CS1061',
    `'${typeText(target.type)}' does not contain a definition for '${name}', or it is not allowed.`,
    at,
  )
}

// What an array has of its interfaces is only there for one who holds it as such.
function isVisible(type: Type, owner: Type): boolean {
  return !type.element || owner.kind !== 'interface'
}

function anonymousMember(target: Value, member: MemberName): Value | undefined {
  const found = target.type.anonymous?.find((one) => one.name === member.name)
  if (!found) return undefined
  const { run } = target
  const { name } = found
  const read: Run = (frame) => {
    const value = run(frame)
    return isAnonymous(value) ? value.members.get(name) : null
  }
  return {
    kind: 'value',
    type: found.type,
    run: read,
    at: member.at,
    readOnly: 'a property of an anonymous type',
  }
}

function isAnonymous(value: unknown): value is { readonly members: ReadonlyMap<string, unknown> } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'members' in value &&
    value.members instanceof Map
  )
}

function propertyValue(
  binder: Binder,
  use: { target: Value; property: FoundMember; at: number },
): Value {
  const { world } = binder
  const { target, at } = use
  const { member, owner } = use.property
  const type = world.substitute(member.type, world.replacementOf(owner))
  const call = { types: [], owner, world: binder.world }
  const receiver = receiverRun(world, target)
  const read = member.run
  const run: Run = read ? javascript`${constant(read)}(${receiver}, ${constant(call)})` : () => null
  const place = member.set && propertyPlace({ member, receiver, call, set: member.set })
  return { kind: 'value', type, run, at, ...(place ? { place } : {}) }
}

function propertyPlace(use: {
  member: Member
  receiver: Run
  call: unknown
  set: Implementation
}): Place {
  const { receiver, call, set } = use
  const read = use.member.run
  return {
    assign: (value) => (frame) => {
      const self = receiver(frame)
      const assigned = value(frame)
      set(self, assigned, call)
      return assigned
    },
    open(frame) {
      const self = receiver(frame)
      return { get: () => read?.(self, call), set: (value) => void set(self, value, call) }
    },
  }
}
