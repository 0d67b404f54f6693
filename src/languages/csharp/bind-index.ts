import type { Binder, BoundArgument } from './binder.ts'
import type { OpenPlace, Place, Value } from './bound.ts'
import { bindArguments } from './bind-arguments.ts'
import { elementValue } from './bind-array.ts'
import { callRun, receiverRun } from './call.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { chooseOverload, tryChoose, type Choice } from './overload.ts'
import type { Scope } from './scope.ts'
import type { ExpressionSyntax } from './syntax.ts'
import { typeText } from './type-text.ts'

type IndexSyntax = Extract<ExpressionSyntax, { kind: 'call' | 'index' }>

/** `a[i]`: an element of an array, or an indexer. */
export function bindIndex(binder: Binder, syntax: IndexSyntax, scope: Scope): Value {
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
