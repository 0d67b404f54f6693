import type { Machine } from './machine.ts'
import type { Local } from './scope.ts'
import type { LambdaSyntax } from './syntax.ts'
import type { Member, Parameter, Type } from './type-model.ts'

/** The variables of one call of a function; a lambda's frame hangs on the frame it was made in. */
export class Frame {
  readonly slots: unknown[]
  readonly parent: Frame | undefined
  readonly machine: Machine
  /** What `return` gave. */
  result: unknown = null
  /** While a call runs in the one frame that a lambda has for all its calls. */
  isInUse = false

  /** `first` are the values of the first slots; the others begin as null. */
  constructor(first: unknown[], parent: Frame | undefined, machine: Machine) {
    this.slots = first
    this.parent = parent
    this.machine = machine
  }
}

/** The slots of a frame without values. */
export function emptySlots(count: number): unknown[] {
  return count === 0 ? [] : fillSlots(oneSlot(null), count)
}

// Adding to an empty list would make room for more than most have, and a literal of constants be copied when one changes.
function oneSlot(value: unknown): unknown[] {
  return [value]
}

/** The slots of a frame, its first values given. */
export function fillSlots(slots: unknown[], count: number): unknown[] {
  for (let slot = slots.length; slot < count; slot += 1) slots.push(null)
  return slots
}

/** Compiled code: gives a value in a frame. */
export type Run = (frame: Frame) => unknown

/** An open variable: its target is evaluated already. */
export interface OpenPlace {
  get(): unknown
  set(value: unknown): void
}

/** What can be assigned to. */
export interface Place {
  /** Code that evaluates the target, then the value, and stores it. */
  assign(value: Run): Run
  open(frame: Frame): OpenPlace
}

/** An expression with a type and a value. */
export interface Value {
  readonly kind: 'value'
  readonly type: Type
  readonly run: Run
  readonly at: number
  readonly constant?: { readonly value: unknown }
  readonly place?: Place
  /** The variable that the expression is. */
  readonly local?: Local
  /** A name that is read only gives the reason here. */
  readonly readOnly?: string
}

/** A member with the type that it was found in. */
export interface FoundMember {
  readonly member: Member
  readonly owner: Type
}

/** Methods of one name, before the arguments choose one. */
export interface Methods {
  readonly kind: 'methods'
  readonly name: string
  /** The receiver; absent for static members. */
  readonly target: Value | undefined
  readonly found: readonly FoundMember[]
  readonly extensions: readonly FoundMember[]
  readonly typeArguments: readonly Type[]
  readonly at: number
}

/** What a generic local function is beside its signature. */
export interface GenericFunction {
  readonly typeParameters: readonly Type[]
  /** The variable that holds the function for types, which is compiled when it is first asked for. */
  holderFor(types: readonly Type[]): Local
}

/** A local function. */
export interface LocalFunction {
  readonly kind: 'function'
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly type: Type
  readonly run: Run
  /** The variable that holds it; of a generic function each choice of types has its own. */
  readonly holder: Local
  readonly generic?: GenericFunction
  /** The types that its name was given: `F<int>`. */
  readonly typeArguments?: readonly Type[]
  readonly at: number
}

/** A lambda that waits for a delegate type. */
export interface Lambda {
  readonly kind: 'lambda'
  readonly lambda: LambdaSyntax
  readonly scope: unknown
  readonly at: number
}

/** What a name or expression can turn out to be. */
export type Operand =
  | Value
  | Methods
  | LocalFunction
  | Lambda
  | { readonly kind: 'type'; readonly type: Type; readonly at: number }
  | { readonly kind: 'generic'; readonly name: string; readonly at: number }
  | { readonly kind: 'namespace'; readonly name: string; readonly at: number }
