import type { Operand } from './operand.ts'
import type { Expression, WrittenName } from './syntax-tree.ts'

/** A name with its namespace. */
export interface ExpandedName {
  readonly uri: string
  readonly local: string
}

/** A call of a function at its place. */
export interface FunctionCall {
  readonly name: WrittenName
  readonly operands: readonly Operand[]
  /** The expressions of the operands. */
  readonly expressions: readonly Expression[]
  readonly offset: number
  readonly compilation: Compilation
}

/** What an expression is compiled against. */
export interface CompileOptions {
  /** The namespace of a prefix; undefined for an unknown one. */
  readonly namespaceOf?: (prefix: string) => string | undefined
  /** Compiles a variable; undefined for an unknown one. Without it variables come from the scope. */
  readonly variable?: (name: ExpandedName) => Operand | undefined
  /** Compiles a call of a function that is not of XPath; undefined for an unknown one. */
  readonly extension?: (name: ExpandedName, call: FunctionCall) => Operand | undefined
}

/** The compilation of one expression, passed down to its parts. */
export interface Compilation {
  readonly options: CompileOptions
  compile(expression: Expression): Operand
  /** The namespace of a name's prefix; throws for an unknown prefix. */
  expand(name: WrittenName, offset: number): ExpandedName
  /** The error of a fault at an offset of the text, thrown while the expression runs. */
  fault(message: string, offset: number): Error
}
