import { xmlNamespace } from '../xml/xml-name.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import type { Compilation, CompileOptions, ExpandedName, FunctionCall } from './compilation.ts'
import { compileComparison } from './comparison.ts'
import type { XPathContext } from './context.ts'
import { coreFunctions } from './functions/core-functions.ts'
import { toBoolean, toNumber, type NodesOperand, type Operand } from './operand.ts'
import { compilePath, inOrder, nodeSetOf } from './path.ts'
import { compilePredicate } from './predicates.ts'
import type { Expression, WrittenName } from './syntax-tree.ts'
import { XPathFault } from './tokens.ts'

type Binary = Extract<Expression, { kind: 'binary' }>

/** Compiles parsed expressions to closures; what cannot be compiled is thrown as `XPathFault`. */
export class ExpressionCompiler implements Compilation {
  readonly options: CompileOptions
  readonly fault: (message: string, offset: number) => Error

  constructor(options: CompileOptions, fault: (message: string, offset: number) => Error) {
    this.options = options
    this.fault = fault
  }

  compile(expression: Expression): Operand {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression
        return { type: 'string', evaluate: () => value }
      }
      case 'number': {
        const { value } = expression
        return { type: 'number', evaluate: () => value }
      }
      case 'negation': {
        const number = toNumber(this.compile(expression.operand))
        return { type: 'number', evaluate: (context) => -number(context) }
      }
      case 'variable':
        return this.#variable(expression.name, expression.offset)
      case 'call':
        return this.#call(expression)
      case 'path':
        return compilePath(expression, this)
      case 'filter':
        return this.#filter(expression)
      case 'binary':
        return this.#binary(expression)
    }
  }

  expand({ prefix, local }: WrittenName, offset: number): ExpandedName {
    if (prefix === '') return { uri: '', local }
    const uri = prefix === 'xml' ? xmlNamespace : this.options.namespaceOf?.(prefix)
    if (uri === undefined) throw new XPathFault(`The prefix '${prefix}' is not declared.`, offset)
    return { uri, local }
  }

  #variable(written: WrittenName, offset: number): Operand {
    const name = this.expand(written, offset)
    const { variable } = this.options
    if (variable) {
      const operand = variable(name)
      if (operand === undefined)
        throw new XPathFault(`The variable '$${written.local}' is not declared.`, offset)
      return operand
    }
    const key = name.uri === '' ? name.local : `{${name.uri}}${name.local}`
    const evaluate: Extract<Operand, { type: 'any' }>['evaluate'] = ({ scope }) => {
      const value = scope.variables.get(key)
      if (value === undefined) throw this.fault(`The variable '$${key}' has no value.`, offset)
      return value
    }
    return { type: 'any', evaluate }
  }

  #call(expression: Extract<Expression, { kind: 'call' }>): Operand {
    const { name, operands: expressions, offset } = expression
    const operands = expressions.map((operand) => this.compile(operand))
    const call: FunctionCall = { name, operands, expressions, offset, compilation: this }
    const core = name.prefix === '' ? coreFunctions.get(name.local) : undefined
    if (core) {
      if (operands.length < core.least || operands.length > core.most)
        throw new XPathFault(`Wrong number of arguments of '${name.local}'.`, offset)
      return core.compile(call)
    }
    const found = this.options.extension?.(this.expand(name, offset), call)
    if (found === undefined) {
      const written = name.prefix === '' ? name.local : `${name.prefix}:${name.local}`
      throw new XPathFault(`There is no function '${written}'.`, offset)
    }
    return found
  }

  #filter({ primary, predicates }: Extract<Expression, { kind: 'filter' }>): NodesOperand {
    const nodes = nodeSetOf(this.compile(primary), primary.offset, this)
    const filters = predicates.map((predicate) => compilePredicate(predicate, this))
    const evaluate = (context: XPathContext): readonly XmlNode[] => {
      let found = nodes(context)
      for (const filter of filters) found = filter(found, context)
      return found
    }
    return { type: 'nodes', evaluate, first: (context) => evaluate(context)[0] }
  }

  #binary(expression: Binary): Operand {
    const left = this.compile(expression.left)
    const right = this.compile(expression.right)
    const { operator } = expression
    switch (operator) {
      case 'or':
      case 'and': {
        const [leftTruth, rightTruth] = [toBoolean(left), toBoolean(right)]
        return {
          type: 'boolean',
          evaluate:
            operator === 'or'
              ? (context) => leftTruth(context) || rightTruth(context)
              : (context) => leftTruth(context) && rightTruth(context),
        }
      }
      case '|':
        return this.#union(expression, left, right)
      case '+':
      case '-':
      case '*':
      case 'div':
      case 'mod':
        return arithmetic(operator, toNumber(left), toNumber(right))
      case '=':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return { type: 'boolean', evaluate: compileComparison(operator, left, right) }
    }
  }

  #union(expression: Binary, left: Operand, right: Operand): NodesOperand {
    const leftNodes = nodeSetOf(left, expression.left.offset, this)
    const rightNodes = nodeSetOf(right, expression.right.offset, this)
    const evaluate = (context: XPathContext): readonly XmlNode[] => {
      const [first, second] = [leftNodes(context), rightNodes(context)]
      if (second.length === 0) return first
      if (first.length === 0) return second
      context.scope.budget.spend(first.length + second.length)
      return inOrder([...first, ...second])
    }
    return { type: 'nodes', evaluate, first: (context) => evaluate(context)[0] }
  }
}

type NumberClosure = (context: XPathContext) => number

function arithmetic(
  operator: '+' | '-' | '*' | 'div' | 'mod',
  left: NumberClosure,
  right: NumberClosure,
): Operand {
  return { type: 'number', evaluate: arithmeticClosure(operator, left, right) }
}

function arithmeticClosure(
  operator: '+' | '-' | '*' | 'div' | 'mod',
  left: NumberClosure,
  right: NumberClosure,
): NumberClosure {
  switch (operator) {
    case '+':
      return (context) => left(context) + right(context)
    case '-':
      return (context) => left(context) - right(context)
    case '*':
      return (context) => left(context) * right(context)
    case 'div':
      return (context) => left(context) / right(context)
    case 'mod':
      return (context) => left(context) % right(context)
  }
}
