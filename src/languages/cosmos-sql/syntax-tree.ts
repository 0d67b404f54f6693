import type { SourceRange } from './cosmos-sql-error.ts'
import type { JsonValue } from '../../base/json.ts'

/** A whole SELECT, at the top or in parentheses. */
export interface Query extends SourceRange {
  readonly distinct: boolean
  readonly top?: Count
  readonly selection: Selection
  /** Empty when the query has no FROM. */
  readonly sources: readonly Source[]
  readonly where?: Expression
  readonly groupBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly offset?: Count
  readonly limit?: Count
}

export type Selection =
  | ({ readonly kind: 'star' } & SourceRange)
  | { readonly kind: 'value'; readonly value: Expression }
  | { readonly kind: 'list'; readonly items: readonly SelectItem[] }

export interface SelectItem {
  readonly value: Expression
  /** The name after AS. */
  readonly alias?: Name
}

export interface Name extends SourceRange {
  readonly name: string
}

/** A number of TOP, OFFSET or LIMIT. */
export interface Count extends SourceRange {
  readonly value: number | { readonly parameter: string }
}

/** One member of FROM: an alias for what a path or a subquery gives, or (`iterate`) for each of its elements. */
export interface Source extends SourceRange {
  readonly alias?: Name
  readonly iterate: boolean
  readonly from: Path | { readonly kind: 'query'; readonly query: Query }
}

export interface Path extends SourceRange {
  readonly kind: 'path'
  readonly root: Name
  readonly keys: readonly (string | number)[]
}

export interface OrderItem {
  readonly value: Expression
  readonly descending: boolean
}

export type UnaryOperator = '-' | '+' | '~' | 'NOT'
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '>>>'
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | '||' | 'AND' | 'OR' | '??'
export type SubqueryKind = 'scalar' | 'EXISTS' | 'ARRAY' | 'ALL' | 'FIRST' | 'LAST'

export type Expression = SourceRange &
  (
    | { readonly kind: 'literal'; readonly value: JsonValue | undefined }
    | { readonly kind: 'parameter'; readonly name: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly target: Expression; readonly key: Expression }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | { readonly kind: 'object'; readonly properties: readonly ObjectProperty[] }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
    | BinaryExpression
    | BetweenExpression
    | InExpression
    | LikeExpression
    | ConditionalExpression
    | CallExpression
    | { readonly kind: 'subquery'; readonly form: SubqueryKind; readonly query: Query }
  )

export interface ObjectProperty {
  readonly name: Name
  readonly value: Expression
}

interface BinaryExpression extends SourceRange {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export interface BetweenExpression extends SourceRange {
  readonly kind: 'between'
  readonly value: Expression
  readonly low: Expression
  readonly high: Expression
  readonly negated: boolean
}

export interface InExpression extends SourceRange {
  readonly kind: 'in'
  readonly value: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
}

export interface LikeExpression extends SourceRange {
  readonly kind: 'like'
  readonly value: Expression
  readonly pattern: Expression
  readonly escape?: string
  readonly negated: boolean
}

interface ConditionalExpression extends SourceRange {
  readonly kind: 'conditional'
  readonly condition: Expression
  readonly consequent: Expression
  readonly otherwise: Expression
}

export interface CallExpression extends SourceRange {
  readonly kind: 'call'
  /** As written; system functions ignore case, user-defined ones do not. */
  readonly name: string
  readonly userDefined: boolean
  readonly arguments: readonly Expression[]
}
