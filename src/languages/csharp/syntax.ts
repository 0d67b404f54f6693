import type { NumberLiteral } from './number-literal.ts'

/** A type as it is written: `List<int>[]`, `int?`, `System.Text.Encoding`. */
export type TypeSyntax =
  | { readonly kind: 'named'; readonly parts: readonly NamePart[]; readonly at: number }
  | {
      readonly kind: 'array'
      readonly element: TypeSyntax
      readonly rank: number
      readonly at: number
    }
  | { readonly kind: 'nullable'; readonly of: TypeSyntax; readonly at: number }

/** One name of a dotted name, with its type arguments. */
export interface NamePart {
  readonly name: string
  readonly typeArguments: readonly TypeSyntax[]
}

/** An argument of a call: its name and `ref` or `out` where given. */
export interface ArgumentSyntax {
  readonly name?: string
  readonly passing: 'value' | 'ref' | 'out'
  readonly value: ExpressionSyntax
}

/** A member or element of an object, collection or array initializer. */
export type InitializerItem =
  | {
      readonly kind: 'member'
      readonly name: string
      readonly value: InitializerValue
      readonly at: number
    }
  | {
      readonly kind: 'index'
      readonly arguments: readonly ArgumentSyntax[]
      readonly value: InitializerValue
      readonly at: number
    }
  | { readonly kind: 'element'; readonly values: readonly ExpressionSyntax[]; readonly at: number }
  | { readonly kind: 'row'; readonly row: Initializer; readonly at: number }

/** What an initializer assigns: an expression, or again an initializer. */
export type InitializerValue = ExpressionSyntax | Initializer

/** `{ ... }` behind `new`. */
export interface Initializer {
  readonly kind: 'initializer'
  readonly items: readonly InitializerItem[]
  readonly at: number
}

/** A parameter of a lambda or local function. */
export interface ParameterSyntax {
  readonly name: string
  readonly type: TypeSyntax | undefined
  readonly passing: 'value' | 'ref' | 'out' | 'params' | 'this'
  readonly fallback: ExpressionSyntax | undefined
  readonly at: number
}

/** A pattern behind `is` or `case`. */
export type PatternSyntax =
  | { readonly kind: 'constant'; readonly value: ExpressionSyntax; readonly at: number }
  | {
      readonly kind: 'declaration'
      readonly type: TypeSyntax
      readonly name: string | undefined
      readonly at: number
    }

/** A name, a member behind a dot, or a call: what an expression names. */
export type ExpressionSyntax =
  | { readonly kind: 'number'; readonly number: NumberLiteral; readonly at: number }
  | { readonly kind: 'string' | 'char'; readonly value: string; readonly at: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at: number }
  | { readonly kind: 'null'; readonly at: number }
  | { readonly kind: 'receiver'; readonly at: number }
  | {
      readonly kind: 'interpolated'
      readonly parts: readonly InterpolatedPart[]
      readonly at: number
    }
  | {
      readonly kind: 'name'
      readonly name: string
      readonly typeArguments: readonly TypeSyntax[]
      readonly at: number
    }
  | { readonly kind: 'type'; readonly type: TypeSyntax; readonly at: number }
  | {
      readonly kind: 'member'
      readonly target: ExpressionSyntax
      readonly name: string
      readonly typeArguments: readonly TypeSyntax[]
      readonly at: number
    }
  | {
      readonly kind: 'when-not-null'
      readonly target: ExpressionSyntax
      readonly access: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'call' | 'index'
      readonly target: ExpressionSyntax
      readonly arguments: readonly ArgumentSyntax[]
      readonly at: number
    }
  | {
      readonly kind: 'new'
      readonly type: TypeSyntax
      readonly arguments: readonly ArgumentSyntax[]
      readonly initializer: Initializer | undefined
      readonly at: number
    }
  | {
      readonly kind: 'new-array'
      /** The element type; absent for `new[] { ... }`. */
      readonly element: TypeSyntax | undefined
      readonly sizes: readonly ExpressionSyntax[]
      readonly rank: number
      readonly initializer: Initializer | undefined
      readonly at: number
    }
  | {
      readonly kind: 'anonymous'
      readonly members: readonly AnonymousMember[]
      readonly at: number
    }
  | {
      readonly kind: 'unary'
      readonly operator: string
      readonly operand: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'step'
      readonly operator: '++' | '--'
      readonly isPrefix: boolean
      readonly operand: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: ExpressionSyntax
      readonly right: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'assign'
      /** `''` for a plain assignment, else the operator in front of `=`. */
      readonly operator: string
      readonly left: ExpressionSyntax
      readonly right: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'conditional'
      readonly condition: ExpressionSyntax
      readonly whenTrue: ExpressionSyntax
      readonly whenFalse: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'cast'
      readonly type: TypeSyntax
      readonly operand: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'as'
      readonly type: TypeSyntax
      readonly operand: ExpressionSyntax
      readonly at: number
    }
  | {
      readonly kind: 'is'
      readonly operand: ExpressionSyntax
      readonly pattern: PatternSyntax
      readonly at: number
    }
  | { readonly kind: 'typeof'; readonly type: TypeSyntax; readonly at: number }
  | { readonly kind: 'default'; readonly type: TypeSyntax | undefined; readonly at: number }
  | { readonly kind: 'lambda'; readonly lambda: LambdaSyntax; readonly at: number }
  | {
      readonly kind: 'checked'
      readonly isChecked: boolean
      readonly operand: ExpressionSyntax
      readonly at: number
    }
  | { readonly kind: 'throw'; readonly operand: ExpressionSyntax; readonly at: number }
  | {
      readonly kind: 'declaration'
      /** Absent for `out var x`. */
      readonly type: TypeSyntax | undefined
      readonly name: string
      readonly at: number
    }

/** Text or a hole of an interpolated string. */
export type InterpolatedPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'hole'
      readonly value: ExpressionSyntax
      readonly alignment: ExpressionSyntax | undefined
      readonly format: string | undefined
    }

/** A member of `new { ... }`. */
export interface AnonymousMember {
  readonly name: string
  readonly value: ExpressionSyntax
}

/** `x => x + 1` or `(x, y) => { ... }`. */
export interface LambdaSyntax {
  readonly parameters: readonly ParameterSyntax[]
  readonly body: ExpressionSyntax | undefined
  readonly block: BlockSyntax | undefined
}

/** `{ ... }`. */
export interface BlockSyntax {
  readonly kind: 'block'
  readonly statements: readonly StatementSyntax[]
  readonly at: number
  readonly end: number
}

/** A local variable of a declaration. */
export interface DeclaratorSyntax {
  readonly name: string
  readonly value: InitializerValue | undefined
  readonly at: number
}

/** `int a = 1, b;` */
export interface LocalSyntax {
  readonly kind: 'local'
  /** Absent for `var`. */
  readonly type: TypeSyntax | undefined
  readonly isConst: boolean
  readonly declarators: readonly DeclaratorSyntax[]
  readonly at: number
}

/** One `case` group of a `switch`. */
export interface SwitchSection {
  readonly labels: readonly SwitchLabel[]
  readonly statements: readonly StatementSyntax[]
  readonly at: number
}

/** `case pattern when condition:` or `default:`. */
export type SwitchLabel =
  | { readonly kind: 'default'; readonly at: number }
  | {
      readonly kind: 'case'
      readonly pattern: PatternSyntax
      readonly when: ExpressionSyntax | undefined
      readonly at: number
    }

/** `catch (Type name) when (filter) { ... }`. */
export interface CatchSyntax {
  readonly type: TypeSyntax | undefined
  readonly name: string | undefined
  readonly filter: ExpressionSyntax | undefined
  readonly block: BlockSyntax
  readonly at: number
}

/** `break;` or `continue;` */
export interface JumpSyntax {
  readonly kind: 'break' | 'continue'
  readonly at: number
}

/** A statement. */
export type StatementSyntax =
  | BlockSyntax
  | LocalSyntax
  | { readonly kind: 'empty'; readonly at: number }
  | JumpSyntax
  | { readonly kind: 'expression'; readonly value: ExpressionSyntax; readonly at: number }
  | {
      readonly kind: 'if'
      readonly condition: ExpressionSyntax
      readonly whenTrue: StatementSyntax
      readonly otherwise: StatementSyntax | undefined
      readonly at: number
    }
  | {
      readonly kind: 'while' | 'do'
      readonly condition: ExpressionSyntax
      readonly body: StatementSyntax
      readonly at: number
    }
  | {
      readonly kind: 'for'
      readonly start: readonly StatementSyntax[]
      readonly condition: ExpressionSyntax | undefined
      readonly step: readonly ExpressionSyntax[]
      readonly body: StatementSyntax
      readonly at: number
    }
  | {
      readonly kind: 'foreach'
      readonly type: TypeSyntax | undefined
      readonly name: string
      readonly source: ExpressionSyntax
      readonly body: StatementSyntax
      readonly at: number
    }
  | {
      readonly kind: 'switch'
      readonly value: ExpressionSyntax
      readonly sections: readonly SwitchSection[]
      readonly at: number
    }
  | {
      readonly kind: 'try'
      readonly block: BlockSyntax
      readonly catches: readonly CatchSyntax[]
      readonly finally: BlockSyntax | undefined
      readonly at: number
    }
  | { readonly kind: 'throw'; readonly value: ExpressionSyntax | undefined; readonly at: number }
  | { readonly kind: 'return'; readonly value: ExpressionSyntax | undefined; readonly at: number }
  | {
      readonly kind: 'using'
      readonly resource: LocalSyntax | ExpressionSyntax
      readonly body: StatementSyntax
      readonly at: number
    }
  | {
      readonly kind: 'checked'
      readonly isChecked: boolean
      readonly block: BlockSyntax
      readonly at: number
    }
  | {
      readonly kind: 'function'
      readonly name: string
      /** Absent for `void`. */
      readonly type: TypeSyntax | undefined
      readonly typeParameters: readonly string[]
      readonly parameters: readonly ParameterSyntax[]
      readonly body: ExpressionSyntax | undefined
      readonly block: BlockSyntax | undefined
      readonly at: number
    }
