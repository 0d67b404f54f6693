import type { Binder, BoundArgument } from './binder.ts'
import type { FoundMember, Run } from './bound.ts'
import { implicitConversion } from './conversions.ts'
import { delegateOf } from './delegates.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { inferTypes, type Pairing } from './inference.ts'
import type { Parameter, Type } from './type-model.ts'

/** The member that the arguments of a call chose, with code for each of its parameters. */
export interface Choice {
  readonly found: FoundMember
  readonly typeArguments: readonly Type[]
  readonly parameters: readonly Parameter[]
  readonly result: Type
  /** One for each parameter, in order; `out` and `ref` arguments have none. */
  readonly slots: readonly Slot[]
}

/** What goes to a parameter: code, a variable, or the elements of a `params` array. */
export type Slot =
  | { readonly kind: 'value'; readonly run: Run; readonly argument: BoundArgument | undefined }
  | { readonly kind: 'variable'; readonly argument: BoundArgument; readonly type: Type }
  | {
      readonly kind: 'array'
      readonly runs: readonly Run[]
      readonly element: Type
      readonly arguments: readonly BoundArgument[]
    }

/** What a call asks for. */
export interface CallShape {
  readonly name: string
  readonly arguments: readonly BoundArgument[]
  readonly typeArguments: readonly Type[]
  readonly at: number
}

/**
 * Chooses a member by its arguments.
 * https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions#1264-overload-resolution
 */
export function chooseOverload(
  binder: Binder,
  candidates: readonly FoundMember[],
  shape: CallShape,
): Choice {
  const choice = tryChoose(binder, candidates, shape)
  if (choice) return choice
  const count = shape.arguments.length
  const sameCount = candidates.some(({ member }) => member.parameters.length === count)
  const [code, text] = sameCount
    ? ['CS1503', `The arguments do not fit any overload of '${shape.name}'.`]
    : ['CS1501', `No overload for '${shape.name}' takes ${count} arguments.`]
  throw new FaultAtOffset(code, text, shape.at)
}

/** Chooses a member, or undefined when none can be called so. */
export function tryChoose(
  binder: Binder,
  candidates: readonly FoundMember[],
  shape: CallShape,
): Choice | undefined {
  const ready = candidates.flatMap((found) => applicableForms(binder, found, shape))
  let best = ready[0]
  for (const candidate of ready.slice(1)) {
    if (best && compareForms(binder, candidate, best) > 0) best = candidate
  }
  return best
}

interface Form extends Choice {
  readonly isExpanded: boolean
}

function applicableForms(binder: Binder, found: FoundMember, shape: CallShape): Form[] {
  const forms = [formOf(binder, found, { ...shape, isExpanded: false })]
  if (found.member.parameters.at(-1)?.passing === 'params') {
    forms.push(formOf(binder, found, { ...shape, isExpanded: true }))
  }
  return forms.filter((form) => form !== undefined)
}

function formOf(
  binder: Binder,
  found: FoundMember,
  shape: CallShape & { isExpanded: boolean },
): Form | undefined {
  const { member, owner } = found
  const { world } = binder
  const groups = groupArguments(member.parameters, shape)
  if (!groups) return undefined
  const open = new Map(world.replacementOf(owner))
  const typeArguments = typeArgumentsOf(binder, found, { shape, groups })
  if (!typeArguments) return undefined
  for (const [index, parameter] of member.typeParameters.entries()) {
    const type = typeArguments[index]
    if (type) open.set(parameter, type)
  }
  const parameters = member.parameters.map((parameter) => ({
    ...parameter,
    type: world.substitute(parameter.type, open),
  }))
  const slots = parameters.map((parameter, index) =>
    slotOf(binder, parameter, {
      given: groups[index] ?? [],
      isExpanded: shape.isExpanded && index === parameters.length - 1,
    }),
  )
  const filled = slots.filter((slot) => slot !== undefined)
  if (filled.length < slots.length) return undefined
  return {
    found,
    typeArguments,
    parameters,
    result: world.substitute(member.type, open),
    slots: filled,
    isExpanded: shape.isExpanded,
  }
}

function typeArgumentsOf(
  binder: Binder,
  found: FoundMember,
  call: {
    shape: CallShape & { isExpanded: boolean }
    groups: readonly (readonly BoundArgument[])[]
  },
): readonly Type[] | undefined {
  const { member, owner } = found
  const { shape, groups } = call
  if (member.typeParameters.length === 0) return shape.typeArguments.length === 0 ? [] : undefined
  if (shape.typeArguments.length > 0) {
    return shape.typeArguments.length === member.typeParameters.length
      ? shape.typeArguments
      : undefined
  }
  const outer = binder.world.replacementOf(owner)
  const pairings = member.parameters.flatMap((parameter, index): Pairing[] => {
    const isRest = shape.isExpanded && index === member.parameters.length - 1
    const type = binder.world.substitute(
      isRest ? (parameter.type.element ?? parameter.type) : parameter.type,
      outer,
    )
    return (groups[index] ?? []).map((argument) => ({ argument, type }))
  })
  return inferTypes(binder, member, pairings)
}

/** The arguments of each parameter; undefined when their number or names do not fit. */
function groupArguments(
  parameters: readonly Parameter[],
  shape: CallShape & { readonly isExpanded: boolean },
): BoundArgument[][] | undefined {
  const groups: BoundArgument[][] = parameters.map(() => [])
  for (const [index, argument] of shape.arguments.entries()) {
    const last = parameters.length - 1
    const position =
      argument.name === undefined
        ? shape.isExpanded
          ? Math.min(index, last)
          : index
        : parameters.findIndex((parameter) => parameter.name === argument.name)
    const group = groups[position]
    if (!group || (group.length > 0 && !(shape.isExpanded && position === last))) return undefined
    group.push(argument)
  }
  const isComplete = parameters.every(
    (parameter, index) =>
      groups[index]?.length !== 0 ||
      parameter.fallback ||
      (shape.isExpanded && index === parameters.length - 1),
  )
  return isComplete ? groups : undefined
}

function slotOf(
  binder: Binder,
  parameter: Parameter,
  use: { given: readonly BoundArgument[]; isExpanded: boolean },
): Slot | undefined {
  if (use.isExpanded) {
    const element = parameter.type.element ?? parameter.type
    const runs = use.given.map((argument) =>
      argument.passing === 'value' ? binder.tryConvert(argument.operand, element) : undefined,
    )
    const found = runs.filter((run) => run !== undefined)
    return found.length === runs.length
      ? { kind: 'array', runs: found, element, arguments: use.given }
      : undefined
  }
  const [argument] = use.given
  if (!argument) {
    const value = parameter.fallback?.value ?? null
    return { kind: 'value', run: () => value, argument: undefined }
  }
  const wanted =
    parameter.passing === 'out' || parameter.passing === 'ref' ? parameter.passing : 'value'
  if (argument.passing !== wanted) return undefined
  if (wanted !== 'value') {
    const isFit =
      argument.declare ||
      (argument.operand.kind === 'value' && argument.operand.type === parameter.type)
    return isFit ? { kind: 'variable', argument, type: parameter.type } : undefined
  }
  const run = binder.tryConvert(argument.operand, parameter.type)
  return run && { kind: 'value', run, argument }
}

/** Above zero when `left` is the better form. */
function compareForms(binder: Binder, left: Form, right: Form): number {
  const leftTypes = targetTypes(left)
  const rightTypes = targetTypes(right)
  let better = 0
  let worse = 0
  for (const [argument, type] of leftTypes) {
    const other = rightTypes.get(argument)
    if (!other) continue
    const order = compareTargets(binder, argument, { left: type, right: other })
    if (order > 0) better += 1
    if (order < 0) worse += 1
  }
  if (better > 0 && worse === 0) return 1
  if (worse > 0 && better === 0) return -1
  if (better > 0) return 0
  return tieBreak(binder, left, right)
}

function tieBreak(binder: Binder, left: Form, right: Form): number {
  const leftGeneric = left.found.member.typeParameters.length > 0 ? 1 : 0
  const rightGeneric = right.found.member.typeParameters.length > 0 ? 1 : 0
  if (leftGeneric !== rightGeneric) return rightGeneric - leftGeneric
  if (left.isExpanded !== right.isExpanded) return left.isExpanded ? -1 : 1
  const byCount = left.isExpanded
    ? left.parameters.length - right.parameters.length
    : right.parameters.length - left.parameters.length
  if (byCount !== 0) return byCount
  // Members of a derived type are found first and hide those of its bases.
  return binder.world.isSubtype(right.found.owner, left.found.owner) ? 0 : -1
}

function targetTypes(form: Form): Map<BoundArgument, Type> {
  const types = new Map<BoundArgument, Type>()
  for (const [index, slot] of form.slots.entries()) {
    const parameter = form.parameters[index]
    if (slot.kind === 'array')
      for (const argument of slot.arguments) types.set(argument, slot.element)
    else if (slot.argument && parameter) types.set(slot.argument, parameter.type)
  }
  return types
}

function compareTargets(
  binder: Binder,
  argument: BoundArgument,
  to: { left: Type; right: Type },
): number {
  const { left, right } = to
  if (left === right) return 0
  const { operand } = argument
  if (operand.kind === 'value') {
    if (operand.type === left) return 1
    if (operand.type === right) return -1
  } else {
    const order = compareDelegates(binder, argument, to)
    if (order !== 0) return order
  }
  const { world } = binder
  const toRight = implicitConversion(world, left, right) !== undefined
  const toLeft = implicitConversion(world, right, left) !== undefined
  if (toRight !== toLeft) return toRight ? 1 : -1
  return signedRank(left) - signedRank(right)
}

/** Among delegates the one whose result is the lambda's own type is better. */
function compareDelegates(
  binder: Binder,
  argument: BoundArgument,
  to: { left: Type; right: Type },
): number {
  const left = delegateOf(binder.world, to.left)
  const right = delegateOf(binder.world, to.right)
  if (!left || !right || left.result === right.result) return 0
  const result = binder.functionResult(argument.operand, left.parameters)
  if (result === left.result) return 1
  if (result === right.result) return -1
  const toRight = implicitConversion(binder.world, left.result, right.result) !== undefined
  const toLeft = implicitConversion(binder.world, right.result, left.result) !== undefined
  return toRight === toLeft ? 0 : toRight ? 1 : -1
}

function signedRank(type: Type): number {
  return ['System.SByte', 'System.Int16', 'System.Int32', 'System.Int64'].includes(type.name)
    ? 1
    : 0
}
