import type { Clock } from '../../base/clock.ts'
import type { TypeWorld } from './type-world.ts'

/** What runs behind a member: the receiver (unless static), the arguments, and last the `Call`. */
export type Implementation = (...values: readonly unknown[]) => unknown

/** What generic code knows of the call it runs in. */
export interface Call {
  /** The type arguments of the method. */
  readonly types: readonly Type[]
  /** The type that declares the member, with its type arguments. */
  readonly owner: Type
  readonly world: TypeWorld
  /** Only where the member is timed. */
  readonly clock?: Clock
}

/** The sorts of types; `null` and `void` are the compiler's own. */
export type TypeKind =
  | 'class'
  | 'struct'
  | 'interface'
  | 'enum'
  | 'delegate'
  | 'static'
  | 'parameter'
  | 'anonymous'
  | 'special'

/** A type with its arguments; there is one instance for each full name, so types compare by identity. */
export interface Type {
  readonly name: string
  readonly kind: TypeKind
  readonly definition: TypeDefinition | undefined
  readonly arguments: readonly Type[]
  readonly element: Type | undefined
  readonly rank: number
  /** The members of an anonymous type. */
  readonly anonymous: readonly { readonly name: string; readonly type: Type }[] | undefined
}

/** One type of the allow-list, not yet closed over type arguments. */
export interface TypeDefinition {
  readonly fullName: string
  readonly namespace: string
  readonly shortName: string
  readonly kind: TypeKind
  readonly typeParameters: readonly string[]
  /** A type that a value may have but an expression may not name. */
  readonly isHidden: boolean
  readonly supertypes: () => readonly Type[]
  readonly members: () => ReadonlyMap<string, readonly Member[]>
  /** The values of an enum. */
  readonly values: ReadonlyMap<string, number> | undefined
}

/** The parameter of a member. */
export interface Parameter {
  readonly name: string
  readonly type: Type
  readonly passing: 'value' | 'ref' | 'out' | 'params' | 'this'
  readonly fallback: { readonly value: unknown } | undefined
}

/** A member of a type, from one line of a table. */
export interface Member {
  readonly kind: 'method' | 'property' | 'indexer' | 'constructor' | 'operator' | 'conversion'
  readonly name: string
  readonly isStatic: boolean
  readonly isExtension: boolean
  readonly isImplicit: boolean
  /** A property that tells the time: its call carries the clock of the context. */
  readonly isTimed: boolean
  readonly typeParameters: readonly Type[]
  readonly parameters: readonly Parameter[]
  readonly type: Type
  readonly owner: TypeDefinition
  readonly run: Implementation | undefined
  readonly set: Implementation | undefined
}

/** A type as a table declares it: a head in C#, and each member's declaration with what runs behind it. */
export interface TypeDeclaration {
  readonly head: string
  readonly members: Readonly<Record<string, Implementation>>
  readonly values?: Readonly<Record<string, number>>
}

/** Declares a type: `declareType('class System.Text.StringBuilder', { 'int Length': ... })`. */
export function declareType(
  head: string,
  members: Readonly<Record<string, Implementation>> = {},
): TypeDeclaration {
  return { head, members }
}

/** Declares an enum with the numbers of its names. */
export function declareEnum(
  name: string,
  values: Readonly<Record<string, number>>,
): TypeDeclaration {
  return { head: `enum ${name}`, members: {}, values }
}

/** True for what a member gets last. */
export function isCall(value: unknown): value is Call {
  return typeof value === 'object' && value !== null && 'types' in value && 'owner' in value
}
