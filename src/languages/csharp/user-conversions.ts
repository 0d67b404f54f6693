import type { FoundMember } from './bound.ts'
import type { Conversion } from './conversions.ts'
import type { Type } from './type-model.ts'
import type { TypeWorld } from './type-world.ts'

type Standard = (world: TypeWorld, from: Type, to: Type) => Conversion | undefined

/** The conversion operator that leads from one type to another, the closest first. */
export function userConversion(
  world: TypeWorld,
  way: { readonly from: Type; readonly to: Type; readonly isExplicit: boolean },
  standard: Standard,
): Conversion | undefined {
  const { from, to } = way
  if (from.kind === 'special' || from.name === 'System.Object' || to.name === 'System.Object')
    return undefined
  if (from.kind === 'interface' || to.kind === 'interface') return undefined
  const applicable = operatorsOf(world, way).filter(({ member }) => {
    const parameter = member.parameters[0]?.type
    return parameter && standard(world, from, parameter) && standard(world, member.type, to)
  })
  const best = applicable.toSorted((left, right) => distance(left, way) - distance(right, way))[0]
  const run = best?.member.run
  const parameter = best?.member.parameters[0]?.type
  if (!best || !run || !parameter) return undefined
  const before = standard(world, from, parameter)?.apply
  const after = standard(world, best.member.type, to)?.apply
  const call = { types: [], owner: best.owner, world }
  if (!before && !after)
    return { isUser: true, apply: (value) => run(value, call), call: { run, last: call } }
  return {
    isUser: true,
    apply(value) {
      const result = run(before ? before(value) : value, call)
      return after ? after(result) : result
    },
  }
}

function operatorsOf(
  world: TypeWorld,
  way: { from: Type; to: Type; isExplicit: boolean },
): FoundMember[] {
  const sources = [way.from, world.underlying(way.from), way.to, world.underlying(way.to)]
  const found = sources.flatMap((type) => (type ? world.members(type, 'conversion') : []))
  return [...new Map(found.map((one) => [one.member, one])).values()].filter(
    ({ member }) => way.isExplicit || member.isImplicit,
  )
}

/** Smaller is closer: an exact parameter and an exact result win. */
function distance(found: FoundMember, way: { from: Type; to: Type }): number {
  const { member } = found
  const fromExact = member.parameters[0]?.type === way.from ? 0 : 2
  const reference = member.parameters[0]?.type.kind === 'class' ? 0 : 1
  const result = member.type === way.to ? 0 : 4
  return fromExact + result + reference
}
