import { positionAt, SourceError, type SourcePosition } from '../../base/errors.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import { Budget } from './budget.ts'
import { ExpressionCompiler } from './compile-expression.ts'
import type { Compilation, CompileOptions } from './compilation.ts'
import { XPathContext, type XPathValue } from './context.ts'
import type { Operand } from './operand.ts'
import { parseXPath } from './parse.ts'
import type { Expression } from './syntax-tree.ts'
import { XPathFault } from './tokens.ts'

/** An expression of XPath 1.0, compiled once. https://www.w3.org/TR/xpath-10/ */
export interface XPath {
  /** The value at a node: text, number, truth, or nodes in document order. */
  evaluate(node: XmlNode, options?: EvaluateOptions): XPathValue
}

/** What an expression may use. */
export interface XPathOptions {
  /** Namespaces by prefix. */
  readonly namespaces?: Readonly<Record<string, string>>
  readonly extension?: CompileOptions['extension']
}

/** What an evaluation is given. */
export interface EvaluateOptions {
  /** Values by `local` or `{uri}local`. */
  readonly variables?: ReadonlyMap<string, XPathValue>
  /** How many nodes it may look at. */
  readonly stepsMax?: number
}

/** Compiles an expression; throws `SourceError` with the place of what is wrong. */
export function compileXPath(text: string, options: XPathOptions = {}): XPath {
  const { namespaces = {}, extension } = options
  const operand = compileOperand(text, (offset) => positionAt(text, offset), {
    namespaceOf: (prefix) => (Object.hasOwn(namespaces, prefix) ? namespaces[prefix] : undefined),
    ...(extension ? { extension } : {}),
  })
  return {
    evaluate: (node, { variables = new Map(), stepsMax } = {}) =>
      operand.evaluate(new XPathContext(node, { budget: new Budget(stepsMax), variables })),
  }
}

/** Compiles an expression that stands in another language: `position` says where its offsets are. */
export function compileOperand(
  text: string,
  position: (offset: number) => SourcePosition,
  options: CompileOptions,
): Operand {
  return compileParsed(text, position, {
    options,
    compile: (expression, compilation) => compilation.compile(expression),
  })
}

/** Parses a text as an expression and makes something of it: an operand, or a pattern. */
export function compileParsed<Result>(
  text: string,
  position: (offset: number) => SourcePosition,
  how: {
    readonly options: CompileOptions
    readonly compile: (expression: Expression, compilation: Compilation) => Result
  },
): Result {
  const fault = (message: string, offset: number): Error =>
    new SourceError('XPathFailed', message, position(offset))
  try {
    return how.compile(parseXPath(text), new ExpressionCompiler(how.options, fault))
  } catch (error) {
    if (!(error instanceof XPathFault)) throw error
    throw new SourceError('InvalidXPath', error.message, position(error.offset))
  }
}
