import type { Binder } from './binder.ts'
import type { FoundMember, Run, Value } from './bound.ts'
import { standardImplicit, implicitConversion } from './conversions.ts'
import type { Type } from './type-model.ts'

interface Sides {
  readonly left: Value
  readonly right: Value
  readonly isChecked: boolean
  readonly at: number
  readonly isUnary?: boolean
}

/** The operator that the types of the operands declare, lifted over null where they are nullable. */
export function userOperator(binder: Binder, operator: string, sides: Sides): Value | undefined {
  const { world } = binder
  const values = sides.isUnary ? [sides.left] : [sides.left, sides.right]
  const types = values.map((value) => world.underlying(value.type) ?? value.type)
  const found = types.flatMap((type) =>
    type.kind === 'special' ? [] : world.members(type, `operator ${operator}`),
  )
  const candidates = [...new Map(found.map((one) => [one.member, one])).values()].filter(
    ({ member }) => member.parameters.length === values.length,
  )
  const ranked = candidates
    .map((one) => ({ one, cost: costOf(binder, one, { values, types }) }))
    .filter(({ cost }) => cost < Infinity)
    .toSorted((left, right) => left.cost - right.cost)
  const best = ranked[0]?.one
  return best && operation(binder, best, { values, operator, at: sides.at })
}

function costOf(
  binder: Binder,
  found: FoundMember,
  sides: { values: readonly Value[]; types: readonly Type[] },
): number {
  const { world } = binder
  return found.member.parameters.reduce((sum, parameter, index) => {
    const value = sides.values[index]
    const type = value?.type.kind === 'special' ? value.type : sides.types[index]
    if (!value || !type) return Infinity
    if (type === parameter.type) return sum
    if (standardImplicit(world, type, parameter.type, value.constant)) return sum + 1
    return implicitConversion(world, type, parameter.type) ? sum + 2 : Infinity
  }, 0)
}

function operation(
  binder: Binder,
  found: FoundMember,
  sides: { values: readonly Value[]; operator: string; at: number },
): Value | undefined {
  const { world } = binder
  const { member, owner } = found
  const { run } = member
  if (!run) return undefined
  const call = { types: [], owner, world }
  const isLifted = sides.values.some((value) => world.underlying(value.type))
  const runs = sides.values.map((value, index): Run => {
    const type = member.parameters[index]?.type
    if (!type) return value.run
    return isLifted && type.kind === 'struct'
      ? binder.convert(value, world.nullable(type))
      : binder.convert(value, type)
  })
  const at = sides.values[0]?.at ?? sides.at
  const [first, second] = runs
  if (!first) return undefined
  const plain: Run = second
    ? (frame) => run(first(frame), second(frame), call)
    : (frame) => run(first(frame), call)
  if (!isLifted) return { kind: 'value', type: member.type, run: plain, at }
  const isTest = member.type.name === 'System.Boolean'
  const { operator } = sides
  const lifted: Run = (frame) => {
    const left = first(frame)
    const right = second ? second(frame) : left
    if (left !== null && right !== null) return second ? run(left, right, call) : run(left, call)
    if (operator === '==') return left === right
    if (operator === '!=') return left !== right
    return isTest ? false : null
  }
  return {
    kind: 'value',
    type: isTest ? member.type : world.nullable(member.type),
    run: lifted,
    at,
  }
}
