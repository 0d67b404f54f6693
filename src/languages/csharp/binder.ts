import type { Frame, Operand, Run, Value } from './bound.ts'
import type { Local, Scope } from './scope.ts'
import type {
  BlockSyntax,
  ExpressionSyntax,
  Initializer,
  LambdaSyntax,
  StatementSyntax,
  TypeSyntax,
} from './syntax.ts'
import type { Type } from './type-model.ts'
import type { TypeWorld } from './type-world.ts'

/** Compiled statements: `ends` when control never reaches what follows. */
export interface BoundBlock {
  readonly run: RunStatement
  readonly ends: boolean
}

/** How a statement ends: on to the next (undefined), or out of a loop, switch or function. */
export type Completion = 'break' | 'continue' | 'return' | undefined

/** Compiled statements. */
export type RunStatement = (frame: Frame) => Completion

/** The rules that call each other across files. */
export interface Binder {
  readonly world: TypeWorld
  /** Whatever an expression names. */
  operand(syntax: ExpressionSyntax, scope: Scope): Operand
  /** An expression that has a value. */
  value(syntax: ExpressionSyntax, scope: Scope): Value
  /** An expression converted to a type. */
  valueAs(syntax: ExpressionSyntax, type: Type, scope: Scope): Run
  type(syntax: TypeSyntax, scope: Scope): Type
  /** The value converted, or an error at its place. */
  convert(operand: Operand, type: Type): Run
  tryConvert(operand: Operand, type: Type): Run | undefined
  block(syntax: BlockSyntax, scope: Scope): BoundBlock
  lambda(lambda: LambdaSyntax, scope: Scope, delegate: Delegate): BoundLambda
  arrayInitializer(initializer: Initializer, type: Type, scope: Scope): Run
  /** The result of a lambda or method for parameter types, or undefined when it does not fit. */
  functionResult(operand: Operand, parameters: readonly Type[]): Type | undefined
  /** A variable as a value, and one that is about to be set. */
  local(local: Local, scope: Scope, at: number): Value
  target(syntax: ExpressionSyntax, scope: Scope): Value
  markAssigned(value: Value, scope: Scope): void
}

/** The parameters and result of a delegate; `result` is undefined while it is being inferred. */
export interface Delegate {
  readonly parameters: readonly Type[]
  readonly result: Type | undefined
}

/** A lambda compiled for parameter types. */
export interface BoundLambda {
  readonly run: Run
  readonly result: Type
}

/** An argument in front of overload resolution. */
export interface BoundArgument {
  readonly name: string | undefined
  readonly passing: 'value' | 'ref' | 'out'
  readonly operand: Operand
  /** `out var x`: declares the variable once its type is known. */
  readonly declare?: (type: Type) => Value
  readonly at: number
}

/** The rules of statements, beside those of expressions. */
export interface StatementBinder extends Binder {
  statement(syntax: StatementSyntax, scope: Scope): BoundBlock
  /** Statements in a scope that exists already. */
  statements(list: readonly StatementSyntax[], scope: Scope): BoundBlock
}
