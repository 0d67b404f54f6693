import type { SourcePosition } from '../../base/errors.ts'

/** An expression of Bicep or of an ARM template: both languages read into this tree. */
export type Expression =
  | Literal
  | Interpolation
  | ArrayLiteral
  | ObjectLiteral
  | SymbolAccess
  | Call
  | MethodCall
  | PropertyAccess
  | IndexAccess
  | NestedAccess
  | Unary
  | Binary
  | Ternary
  | NonNull
  | LambdaLiteral
  | Loop

export interface Literal {
  readonly kind: 'literal'
  readonly value: string | number | boolean | null
  readonly at: SourcePosition
}

export interface Interpolation {
  readonly kind: 'interpolation'
  readonly parts: readonly (string | Expression)[]
  readonly at: SourcePosition
}

export interface Spread {
  readonly kind: 'spread'
  readonly value: Expression
  readonly at: SourcePosition
}

export interface ArrayLiteral {
  readonly kind: 'array'
  readonly items: readonly (Expression | Spread)[]
  readonly at: SourcePosition
}

export interface ObjectMember {
  readonly kind: 'member'
  readonly name: Expression
  readonly value: Expression
  readonly at: SourcePosition
}

export interface ObjectLiteral {
  readonly kind: 'object'
  readonly members: readonly (ObjectMember | Spread)[]
  readonly at: SourcePosition
}

export interface SymbolAccess {
  readonly kind: 'symbol'
  readonly name: string
  readonly at: SourcePosition
}

export interface Call {
  readonly kind: 'call'
  readonly name: string
  readonly namespace?: string
  readonly operands: readonly Expression[]
  readonly at: SourcePosition
}

/** `storage.listKeys()` and `imported.f()`: the target decides which. */
export interface MethodCall {
  readonly kind: 'method'
  readonly target: Expression
  readonly name: string
  readonly operands: readonly Expression[]
  readonly safe: boolean
  readonly at: SourcePosition
}

export interface PropertyAccess {
  readonly kind: 'property'
  readonly target: Expression
  readonly name: string
  readonly safe: boolean
  readonly at: SourcePosition
}

export interface IndexAccess {
  readonly kind: 'index'
  readonly target: Expression
  readonly index: Expression
  readonly safe: boolean
  readonly fromEnd: boolean
  readonly at: SourcePosition
}

/** `parent::child` */
export interface NestedAccess {
  readonly kind: 'nested'
  readonly target: Expression
  readonly name: string
  readonly at: SourcePosition
}

export interface Unary {
  readonly kind: 'unary'
  readonly operator: '!' | '-'
  readonly operand: Expression
  readonly at: SourcePosition
}

export type BinaryOperator =
  | '||'
  | '&&'
  | '??'
  | '=='
  | '!='
  | '=~'
  | '!~'
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly at: SourcePosition
}

export interface Ternary {
  readonly kind: 'ternary'
  readonly condition: Expression
  readonly yes: Expression
  readonly no: Expression
  readonly at: SourcePosition
}

export interface NonNull {
  readonly kind: 'nonNull'
  readonly target: Expression
  readonly at: SourcePosition
}

export interface LambdaLiteral {
  readonly kind: 'lambda'
  readonly parameters: readonly string[]
  readonly body: Expression
  readonly at: SourcePosition
}

export interface LoopHeader {
  readonly item?: string
  readonly index?: string
  /** The name of a loop of an ARM template, for `copyIndex`. */
  readonly copy?: string
  readonly items: Expression
  readonly at: SourcePosition
}

export interface Loop extends LoopHeader {
  readonly kind: 'loop'
  readonly filter?: Expression
  readonly body: Expression
}

/** A type as parameters, outputs and `type` declarations write it. */
export type TypeSyntax =
  | { readonly kind: 'named'; readonly name: string; readonly at: SourcePosition }
  | {
      readonly kind: 'literal'
      readonly value: string | number | boolean | null
      readonly at: SourcePosition
    }
  | { readonly kind: 'array'; readonly item: TypeSyntax; readonly at: SourcePosition }
  | { readonly kind: 'tuple'; readonly items: readonly TypeSyntax[]; readonly at: SourcePosition }
  | ObjectTypeSyntax
  | {
      readonly kind: 'union'
      readonly members: readonly TypeSyntax[]
      readonly at: SourcePosition
    }
  | { readonly kind: 'nullable'; readonly type: TypeSyntax; readonly at: SourcePosition }
  /** `types.site`, and `site.tags` with `'*'` for `site[*]`. */
  | {
      readonly kind: 'member'
      readonly type: TypeSyntax
      readonly name: string
      readonly at: SourcePosition
    }
  /** `resourceInput<'...'>`: the platform has no resource schemas, so any value of it passes. */
  | { readonly kind: 'unchecked'; readonly at: SourcePosition }

export interface ObjectTypeSyntax {
  readonly kind: 'object'
  readonly properties: readonly TypePropertySyntax[]
  readonly additional?: TypeSyntax
  readonly sealed: boolean
  readonly at: SourcePosition
}

export interface TypePropertySyntax {
  readonly name: string
  readonly type: TypeSyntax
  readonly decorators: readonly Decorator[]
}

export interface Decorator {
  readonly name: string
  readonly operands: readonly Expression[]
  readonly at: SourcePosition
}

interface Declaration {
  readonly name: string
  readonly decorators: readonly Decorator[]
  readonly at: SourcePosition
}

export interface ParameterDeclaration extends Declaration {
  readonly kind: 'parameter'
  readonly type: TypeSyntax
  readonly fallback?: Expression
}

export interface VariableDeclaration extends Declaration {
  readonly kind: 'variable'
  readonly value: Expression
}

export interface TypeDeclaration extends Declaration {
  readonly kind: 'type'
  readonly type: TypeSyntax
}

export interface FunctionDeclaration extends Declaration {
  readonly kind: 'function'
  readonly parameters: readonly { readonly name: string; readonly type: TypeSyntax }[]
  readonly result: TypeSyntax
  readonly body: Expression
}

export interface OutputDeclaration extends Declaration {
  readonly kind: 'output'
  readonly type: TypeSyntax
  readonly value: Expression
  readonly condition?: Expression
}

export interface ResourceDeclaration extends Declaration {
  readonly kind: 'resource'
  readonly type: string
  readonly apiVersion: string
  readonly existing: boolean
  readonly loop?: LoopHeader
  readonly condition?: Expression
  readonly body: ObjectLiteral
  /** The resource this one is written inside of, and what is written inside this one. */
  readonly within?: ResourceDeclaration
  readonly nested: ResourceDeclaration[]
  /** Dependencies of an ARM template, whose names are computed; Bicep writes symbols. */
  readonly style: 'bicep' | 'arm'
}

export interface ModuleDeclaration extends Declaration {
  readonly kind: 'module'
  /** The path as written, or empty for a template written inside another. */
  readonly path: string
  readonly loop?: LoopHeader
  readonly condition?: Expression
  readonly body: ObjectLiteral
  readonly style: 'bicep' | 'arm'
  /** Its expressions read the parameters and variables of the template around it. */
  readonly sharesNames?: boolean
  template?: Template
}

export interface ImportDeclaration {
  readonly kind: 'import'
  readonly path: string
  /** Names taken one by one, or everything under one name. */
  readonly names: readonly { readonly name: string; readonly as: string }[]
  readonly wildcard?: string
  readonly at: SourcePosition
  template?: Template
}

/** `extension microsoftGraphV1`, or the address that it stands for. */
export interface ExtensionDeclaration {
  readonly kind: 'extension'
  readonly name: string
  readonly at: SourcePosition
}

export type NamedDeclaration =
  | ParameterDeclaration
  | VariableDeclaration
  | TypeDeclaration
  | FunctionDeclaration
  | ResourceDeclaration
  | ModuleDeclaration

export type TargetScope = 'resourceGroup' | 'subscription' | 'managementGroup' | 'tenant'

/** One file: a Bicep file or an ARM JSON template. */
export interface Template {
  readonly file: string
  readonly language: 'bicep' | 'arm'
  readonly targetScope: TargetScope
  readonly parameters: readonly ParameterDeclaration[]
  readonly variables: readonly VariableDeclaration[]
  readonly types: readonly TypeDeclaration[]
  readonly functions: readonly FunctionDeclaration[]
  /** Nested resources are in the list too, after the one they are written in. */
  readonly resources: readonly ResourceDeclaration[]
  readonly modules: readonly ModuleDeclaration[]
  readonly outputs: readonly OutputDeclaration[]
  readonly imports: readonly ImportDeclaration[]
  readonly extensions: readonly ExtensionDeclaration[]
}
