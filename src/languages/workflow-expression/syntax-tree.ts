import type { Value } from './value.ts'

/** An expression as it is written; `start` and `end` are offsets in its text. */
export type Expression = LiteralExpression | CallExpression | MemberExpression

export interface LiteralExpression {
  readonly type: 'literal'
  readonly value: Value
  readonly start: number
  readonly end: number
}

export interface CallExpression {
  readonly type: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly start: number
  readonly end: number
}

/** `target.name`, `target[key]`; after `?` a missing property is null. */
export interface MemberExpression {
  readonly type: 'member'
  readonly target: Expression
  readonly key: Expression
  readonly isSafe: boolean
  readonly start: number
  readonly end: number
}
