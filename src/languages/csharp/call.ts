import { systemException } from '../dotnet/exceptions.ts'
import type { Frame, OpenPlace, Run, Value } from './bound.ts'
import { constant, javascript, temporary } from './compile-to-javascript.ts'
import { FaultAtOffset } from './csharp-error.ts'
import type { Reference } from './reference.ts'
import type { Choice, Slot } from './overload.ts'
import type { Implementation } from './type-model.ts'
import { isValueType, type TypeWorld } from './type-world.ts'
import { arrayOf } from './arrays.ts'

/** Code that calls the chosen member on a receiver, or without one. */
export function callRun(world: TypeWorld, choice: Choice, target: Value | undefined): Run {
  const { member, owner } = choice.found
  const run = member.run
  if (!run) throw new FaultAtOffset('CS0154', `'${member.name}' cannot be read.`, target?.at ?? 0)
  const call = {
    types: choice.typeArguments,
    owner: member.kind === 'constructor' ? choice.result : owner,
    world,
  }
  const variables = choice.slots.filter((slot) => slot.kind === 'variable')
  const list = choice.slots.map((slot) => slotRun(slot))
  const self = target && !member.isStatic ? target : undefined
  if (variables.length > 0) {
    const receiver = self && receiverRun(world, self)
    return callWithReferences(run, { choice, receiver, list, call })
  }
  const step = member.kind === 'indexer' ? javascript`undefined` : callStep
  if (self && mayBeNull(world, self))
    return callOnObject(run, { receiver: self.run, list, call, step })
  return plainCall(run, { receiver: self?.run, list, call, step })
}

function mayBeNull(world: TypeWorld, { type }: Value): boolean {
  return !isValueType(type) && !world.underlying(type)
}

// A receiver must be there.
function notNull(value: unknown): unknown {
  if (value === null || value === undefined) throw systemException('NullReferenceException')
  return value
}

// The arguments are computed before anybody looks whether there is a receiver.
function callOnObject(
  run: Implementation,
  plan: Plan & { readonly receiver: Run; readonly step: Run },
): Run {
  const { receiver, list, step } = plan
  const [called, last, checked] = [constant(run), constant(plan.call), constant(notNull)]
  const [first, second] = list
  if (!first) return javascript`(${step}, ${called}(${checked}(${receiver}), ${last}))`
  const [self, value] = [temporary(), temporary()]
  if (!second) {
    return javascript`(${step}, ${self} = ${receiver}, ${value} = ${first}, ${called}(${checked}(${self}), ${value}, ${last}))`
  }
  const values = valuesRun(list)
  return javascript`(${step}, ${self} = ${receiver}, ${value} = ${values}, ${called}(${checked}(${self}), ...${value}, ${last}))`
}

// A call may take long, and an expression may be a long row of calls: each is a step, but that of an indexer.
const callStep = javascript`frame.machine.step()`

function valuesRun(list: readonly Run[]): Run {
  return (frame) => list.map((one) => one(frame))
}

/** Code for the receiver that throws when it is null. */
export function receiverRun(world: TypeWorld, target: Value): Run {
  const { run } = target
  return mayBeNull(world, target) ? javascript`${constant(notNull)}(${run})` : run
}

interface Plan {
  readonly receiver: Run | undefined
  readonly list: readonly Run[]
  readonly call: unknown
}

function plainCall(run: Implementation, plan: Plan & { readonly step: Run }): Run {
  const { step } = plan
  const list = plan.receiver ? [plan.receiver, ...plan.list] : plan.list
  const [called, last] = [constant(run), constant(plan.call)]
  const [first, second, third] = list
  if (!first) return javascript`(${step}, ${called}(${last}))`
  if (!second) return javascript`(${step}, ${called}(${first}, ${last}))`
  if (!third) return javascript`(${step}, ${called}(${first}, ${second}, ${last}))`
  if (list.length === 3)
    return javascript`(${step}, ${called}(${first}, ${second}, ${third}, ${last}))`
  return javascript`(${step}, ${called}(...${valuesRun(list)}, ${last}))`
}

function callWithReferences(run: Implementation, plan: Plan & { readonly choice: Choice }): Run {
  const { choice, receiver, list, call } = plan
  return (frame) => {
    const values: unknown[] = receiver ? [receiver(frame)] : []
    const after: { place: OpenPlace; reference: Reference }[] = []
    for (const [index, slot] of choice.slots.entries()) {
      if (slot.kind === 'variable') {
        const place = openPlace(slot, frame)
        const reference: Reference = { value: place.get() }
        after.push({ place, reference })
        values.push(reference)
      } else values.push(list[index]?.(frame))
    }
    frame.machine.step()
    const result = run(...values, call)
    for (const { place, reference } of after) place.set(reference.value)
    return result
  }
}

const places = new WeakMap<Slot, Value>()

function openPlace(slot: Slot & { readonly kind: 'variable' }, frame: Frame): OpenPlace {
  const known = places.get(slot)
  if (known?.place) return known.place.open(frame)
  throw new FaultAtOffset(
    'CS1510',
    'A ref or out argument must be an assignable variable.',
    slot.argument.at,
  )
}

/** Binds the variables of a call: declares those of `out var` and checks that the others can be set. */
export function bindVariables(choice: Choice, assigned: (value: Value) => void): void {
  for (const slot of choice.slots) {
    if (slot.kind !== 'variable') continue
    const { argument, type } = slot
    const value =
      argument.declare?.(type) ?? (argument.operand.kind === 'value' ? argument.operand : undefined)
    if (!value?.place)
      throw new FaultAtOffset(
        'CS1510',
        'A ref or out argument must be an assignable variable.',
        argument.at,
      )
    places.set(slot, value)
    assigned(value)
  }
}

function slotRun(slot: Slot): Run {
  if (slot.kind === 'value') return slot.run
  if (slot.kind === 'variable') return () => null
  const { runs, element } = slot
  return (frame) =>
    arrayOf(
      element.name,
      runs.map((run) => run(frame)),
    )
}
