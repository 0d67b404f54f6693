import type { Frame, LocalFunction, Place, Run, Value } from './bound.ts'
import { constant, javascript } from './compile-to-javascript.ts'
import { FaultAtOffset } from './csharp-error.ts'
import type { Type } from './type-model.ts'

/** A local variable or parameter. */
export interface Local {
  readonly name: string
  readonly type: Type
  readonly slot: number
  readonly owner: FunctionScope
  readonly readOnly?: string
  readonly constant?: { readonly value: unknown }
}

/** A body with a frame of its own: the expression, a lambda or a local function. */
export class FunctionScope {
  readonly parent: FunctionScope | undefined
  /** The declared result, or undefined while it is being inferred. */
  readonly returnType: Type | undefined
  /** The results seen, where the type is inferred. */
  readonly returned: (Value | undefined)[]
  /** The function that a turn of a loop belongs to; its variables are new in each turn. */
  readonly turnOf: FunctionScope | undefined
  slotCount = 0
  /** True when code within has frames of its own, which may keep the variables of this one. */
  hasInner = false

  constructor(
    parent: FunctionScope | undefined,
    returnType: Type | undefined,
    turnOf?: FunctionScope,
  ) {
    this.parent = parent
    if (parent) parent.hasInner = true
    this.returnType = returnType
    this.turnOf = turnOf
    this.returned = turnOf?.returned ?? []
  }
}

/** What a scope tells those within. */
export interface ScopeMarks {
  readonly isChecked: boolean
  readonly isUnchecked: boolean
  readonly inLoop: boolean
  readonly inSwitch: boolean
  /** The exception that a bare `throw` throws again. */
  readonly caught: Value | undefined
  readonly receiver: Value | undefined
}

const noMarks: ScopeMarks = {
  isChecked: false,
  isUnchecked: false,
  inLoop: false,
  inSwitch: false,
  caught: undefined,
  receiver: undefined,
}

/** The names of a block; blocks nest, functions start over with their own frame. */
export class Scope {
  readonly parent: Scope | undefined
  readonly owner: FunctionScope
  readonly marks: ScopeMarks
  /** What names mean that a generic function gives to types. */
  readonly typeNames: ReadonlyMap<string, Type>
  /** Variables that are not yet assigned where the binder stands. */
  readonly flow: Flow
  readonly #names = new Map<string, Local | LocalFunction>()

  constructor(
    parent: Scope | undefined,
    owner: FunctionScope,
    marks: Partial<ScopeMarks> = {},
    typeNames = parent?.typeNames ?? new Map<string, Type>(),
  ) {
    this.parent = parent
    this.owner = owner
    this.marks = { ...(parent?.marks ?? noMarks), ...marks }
    this.typeNames = typeNames
    const isSame = parent && (parent.owner === owner || parent.owner === owner.turnOf)
    this.flow = isSame ? parent.flow : new Flow(parent?.flow)
  }

  find(name: string): Local | LocalFunction | undefined {
    return this.#names.get(name) ?? this.parent?.find(name)
  }

  declare(
    name: string,
    type: Type,
    more: {
      readonly at: number
      readonly readOnly?: string
      readonly constant?: { value: unknown }
    },
  ): Local {
    this.#checkNew(name, more.at)
    const { at: _, ...rest } = more
    const local = { name, type, slot: this.owner.slotCount, owner: this.owner, ...rest }
    this.owner.slotCount += 1
    this.#names.set(name, local)
    return local
  }

  declareFunction(symbol: LocalFunction): void {
    this.#checkNew(symbol.name, symbol.at)
    this.#names.set(symbol.name, symbol)
  }

  /** A slot without a name. */
  hidden(): number {
    this.owner.slotCount += 1
    return this.owner.slotCount - 1
  }

  #checkNew(name: string, at: number): void {
    if (this.#names.has(name)) {
      throw new FaultAtOffset(
        'CS0128',
        `A local variable named '${name}' is already defined in this scope.`,
        at,
      )
    }
    const outer = name === 'context' ? { kind: 'function' } : this.parent?.find(name)
    if (outer) {
      throw new FaultAtOffset(
        'CS0136',
        `A local named '${name}' cannot be declared in this scope because it is already used in an enclosing scope.`,
        at,
      )
    }
  }
}

/** The scope of one turn of a loop in `scope`, with a frame of its own. */
export function turnScope(scope: Scope): Scope {
  const { owner, marks } = scope
  const turn = new FunctionScope(owner, owner.returnType, owner)
  const { caught } = marks
  if (!caught) return new Scope(scope, turn)
  const run: Run = (frame) => caught.run(frame.parent ?? frame)
  return new Scope(scope, turn, { caught: { ...caught, run } })
}

/** Definite assignment: the variables that may still be unassigned at the place being bound. */
export class Flow {
  #unassigned = new Set<Local>()
  readonly #outer: Flow | undefined

  constructor(outer: Flow | undefined) {
    this.#outer = outer
  }

  markUnassigned(local: Local): void {
    this.#unassigned.add(local)
  }

  markAssigned(local: Local): void {
    this.#unassigned.delete(local)
    this.#outer?.markAssigned(local)
  }

  isUnassigned(local: Local): boolean {
    return this.#unassigned.has(local)
  }

  save(): ReadonlySet<Local> {
    return new Set(this.#unassigned)
  }

  restore(state: ReadonlySet<Local>): void {
    this.#unassigned = new Set(state)
  }

  /** After a fork: unassigned is what any branch that goes on left unassigned. */
  join(branches: readonly { readonly state: ReadonlySet<Local>; readonly ends: boolean }[]): void {
    const going = branches.filter((branch) => !branch.ends)
    this.#unassigned = new Set(going.flatMap((branch) => [...branch.state]))
  }
}

/** Code that reads a local variable from a scope of the function `from`. */
export function readLocal(local: Local, from: FunctionScope): Run {
  const { slot } = local
  switch (hops(local, from)) {
    case 0:
      return javascript`frame.slots[${constant(slot)}]`
    case 1:
      return javascript`frame.parent.slots[${constant(slot)}]`
    default: {
      const find = frameOf(local, from)
      return (frame) => find(frame).slots[slot]
    }
  }
}

/** A local variable as something to assign to. */
export function placeOf(local: Local, from: FunctionScope): Place {
  const { slot } = local
  const find = frameOf(local, from)
  const isOwn = hops(local, from) === 0
  return {
    assign: (value) =>
      isOwn
        ? (frame) => (frame.slots[slot] = value(frame))
        : (frame) => (find(frame).slots[slot] = value(frame)),
    open(frame) {
      const { slots } = find(frame)
      return { get: () => slots[slot], set: (value) => void (slots[slot] = value) }
    },
  }
}

function hops(local: Local, from: FunctionScope): number {
  let count = 0
  for (let at: FunctionScope | undefined = from; at && at !== local.owner; at = at.parent)
    count += 1
  return count
}

function frameOf(local: Local, from: FunctionScope): (frame: Frame) => Frame {
  const count = hops(local, from)
  return (frame) => {
    let found = frame
    for (let left = count; left > 0; left -= 1) found = found.parent ?? found
    return found
  }
}
