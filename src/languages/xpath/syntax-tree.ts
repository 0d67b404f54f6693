/** The axes of XPath 1.0. https://www.w3.org/TR/xpath-10/#axes */
export type Axis =
  | 'ancestor'
  | 'ancestor-or-self'
  | 'attribute'
  | 'child'
  | 'descendant'
  | 'descendant-or-self'
  | 'following'
  | 'following-sibling'
  | 'namespace'
  | 'parent'
  | 'preceding'
  | 'preceding-sibling'
  | 'self'

/** Which nodes of an axis are meant. https://www.w3.org/TR/xpath-10/#node-tests */
export type NodeTest =
  | { readonly kind: 'name'; readonly prefix: string; readonly local: string }
  | { readonly kind: 'anyName' }
  | { readonly kind: 'anyLocal'; readonly prefix: string }
  | { readonly kind: 'node' | 'text' | 'comment' }
  | { readonly kind: 'instruction'; readonly target: string | undefined }

/** One step of a path. */
export interface Step {
  readonly axis: Axis
  readonly test: NodeTest
  readonly predicates: readonly Expression[]
  readonly offset: number
}

/** The operators with two sides. */
export type BinaryOperator =
  | 'or'
  | 'and'
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | 'div'
  | 'mod'
  | '|'

/** The name of a function or variable, as written. */
export interface WrittenName {
  readonly prefix: string
  readonly local: string
}

/** An expression with its place in the text. */
export type Expression = { readonly offset: number } & (
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'negation'; readonly operand: Expression }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: WrittenName }
  | { readonly kind: 'call'; readonly name: WrittenName; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'filter'
      readonly primary: Expression
      readonly predicates: readonly Expression[]
    }
  | {
      readonly kind: 'path'
      /** Where it starts: the root, the context node, or what an expression gives. */
      readonly start: 'root' | 'context' | Expression
      readonly steps: readonly Step[]
    }
)
