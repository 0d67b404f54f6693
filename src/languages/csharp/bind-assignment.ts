import type { Binder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import { explicitConversion, implicitConversion } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { binaryOperation } from './operators.ts'
import type { Scope } from './scope.ts'
import type { ExpressionSyntax } from './syntax.ts'
import { typeText } from './type-text.ts'

type AssignSyntax = Extract<ExpressionSyntax, { kind: 'assign' }>
type StepSyntax = Extract<ExpressionSyntax, { kind: 'step' }>

/** `a = b` and `a += b`. */
export function bindAssign(binder: Binder, syntax: AssignSyntax, scope: Scope): Value {
  const { operator, at } = syntax
  if (operator !== '') return bindCompound(binder, syntax, scope)
  const target = assignable(binder.target(syntax.left, scope), at)
  const value = binder.valueAs(syntax.right, target.type, scope)
  binder.markAssigned(target, scope)
  return { kind: 'value', type: target.type, run: target.place.assign(value), at }
}

function assignable(
  target: Value,
  at: number,
): Value & { readonly place: NonNullable<Value['place']> } {
  const { place } = target
  if (target.readOnly !== undefined)
    throw new FaultAtOffset('CS1656', `Cannot assign to ${target.readOnly}.`, at)
  if (!place)
    throw new FaultAtOffset(
      'CS0200',
      'The left-hand side of an assignment must be a variable, property or indexer that can be set.',
      at,
    )
  return { ...target, place }
}

function bindCompound(binder: Binder, syntax: AssignSyntax, scope: Scope): Value {
  const { operator, at } = syntax
  const target = assignable(binder.value(syntax.left, scope), at)
  const right = binder.value(syntax.right, scope)
  return update(binder, target, { operator, right, scope, at, gives: 'new' })
}

/** `a++` and `--a`. */
export function bindStep(binder: Binder, syntax: StepSyntax, scope: Scope): Value {
  const target = assignable(binder.value(syntax.operand, scope), syntax.at)
  const one = 1
  const type = binder.world.get('System.Int32')
  const right: Value = {
    kind: 'value',
    type,
    run: () => one,
    at: syntax.at,
    constant: { value: one },
  }
  const fast = fastStep(target, { syntax, scope })
  if (fast) return fast
  const operator = syntax.operator === '++' ? '+' : '-'
  return update(binder, target, {
    operator,
    right,
    scope,
    at: syntax.at,
    gives: syntax.isPrefix ? 'new' : 'old',
  })
}

/** The usual `i++` of a loop, on a variable of the same function. */
function fastStep(target: Value, use: { syntax: StepSyntax; scope: Scope }): Value | undefined {
  const { syntax, scope } = use
  const { local } = target
  if (
    !local ||
    local.owner !== scope.owner ||
    scope.marks.isChecked ||
    local.type.name !== 'System.Int32'
  )
    return undefined
  const { slot } = local
  const change = syntax.operator === '++' ? 1 : -1
  const { isPrefix } = syntax
  const run: Run = (frame) => {
    const before = frame.slots[slot]
    const after = (typeof before === 'number' ? before + change : 0) | 0
    frame.slots[slot] = after
    return isPrefix ? after : before
  }
  return { kind: 'value', type: local.type, run, at: syntax.at }
}

function update(
  binder: Binder,
  target: Value & { readonly place: NonNullable<Value['place']> },
  use: { operator: string; right: Value; scope: Scope; at: number; gives: 'new' | 'old' },
): Value {
  const { operator, right, scope, at } = use
  const slot = scope.hidden()
  const current: Value = {
    kind: 'value',
    type: target.type,
    run: (frame) => frame.slots[slot],
    at: target.at,
  }
  const result = binaryOperation(binder, operator, {
    left: current,
    right,
    isChecked: scope.marks.isChecked,
    at,
  })
  const toTarget = backConversion(binder, target, {
    result,
    right,
    isChecked: scope.marks.isChecked,
    at,
    operator,
  })
  const compute = result.run
  const { place, local } = target
  if (local?.owner === scope.owner) {
    const run = localUpdate({ from: local.slot, copy: slot, compute, toTarget, gives: use.gives })
    return { kind: 'value', type: target.type, run, at }
  }
  const run: Run = (frame) => {
    const open = place.open(frame)
    const before = open.get()
    frame.slots[slot] = before
    const after = toTarget(compute(frame))
    open.set(after)
    return use.gives === 'new' ? after : before
  }
  return { kind: 'value', type: target.type, run, at }
}

/** An update of a variable of the same function, which needs no open place. */
function localUpdate(plan: {
  from: number
  copy: number
  compute: Run
  toTarget: (value: unknown) => unknown
  gives: 'new' | 'old'
}): Run {
  const { from, copy, compute, toTarget } = plan
  const givesNew = plan.gives === 'new'
  return (frame) => {
    const before = frame.slots[from]
    frame.slots[copy] = before
    const after = toTarget(compute(frame))
    frame.slots[from] = after
    return givesNew ? after : before
  }
}

/** `b += 10` on a byte casts the sum back, as long as the right side itself fits the byte. */
function backConversion(
  binder: Binder,
  target: Value,
  use: { result: Value; right: Value; isChecked: boolean; at: number; operator: string },
): (value: unknown) => unknown {
  const { world } = binder
  const { result, right, isChecked, at } = use
  const implicit = implicitConversion(world, result.type, target.type)
  if (implicit) return implicit.apply ?? ((value) => value)
  const isFit =
    use.operator === '<<' ||
    use.operator === '>>' ||
    implicitConversion(world, right.type, target.type, right.constant)
  const explicit = isFit
    ? explicitConversion(world, { from: result.type, to: target.type, isChecked })
    : undefined
  // A step counts by 1, which fits every numeric type even where the constant rule does not say so.
  const isStep = right.constant?.value === 1
  const found =
    explicit ??
    (isStep
      ? explicitConversion(world, { from: result.type, to: target.type, isChecked })
      : undefined)
  if (!found)
    throw new FaultAtOffset(
      'CS0266',
      `Cannot implicitly convert type '${typeText(result.type)}' to '${typeText(target.type)}'.`,
      at,
    )
  return found.apply ?? ((value) => value)
}
