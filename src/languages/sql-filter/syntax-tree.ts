import type { ArithmeticOperator, ComparisonOperator, SqlValue } from './values.ts'

/** `sys.Label`, `user.color`, `color`; the name in lower case, since names are case-insensitive. */
export interface PropertyName {
  readonly scope: 'sys' | 'user'
  readonly name: string
  /** As it was written. */
  readonly text: string
  readonly at: number
}

/** Gives a value. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: SqlValue; readonly at: number }
  | { readonly kind: 'parameter'; readonly name: string; readonly at: number }
  | { readonly kind: 'property'; readonly property: PropertyName; readonly at: number }
  | { readonly kind: 'newid'; readonly at: number }
  | { readonly kind: 'lookup'; readonly name: Expression; readonly at: number }
  | {
      readonly kind: 'sign'
      readonly sign: '+' | '-'
      readonly operand: Expression
      readonly at: number
    }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }

/** Is true, false or unknown. */
export type Predicate =
  | { readonly kind: 'not'; readonly operand: Predicate; readonly at: number }
  | {
      readonly kind: 'and' | 'or'
      readonly left: Predicate
      readonly right: Predicate
      readonly at: number
    }
  | {
      readonly kind: 'comparison'
      readonly operator: ComparisonOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | { readonly kind: 'isNull' | 'exists'; readonly property: PropertyName; readonly at: number }
  | {
      readonly kind: 'in'
      readonly left: Expression
      readonly items: readonly Expression[]
      readonly at: number
    }
  | {
      readonly kind: 'like'
      readonly left: Expression
      readonly pattern: Expression
      readonly escape: Expression | undefined
      readonly at: number
    }
