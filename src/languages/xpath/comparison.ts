import { stringValue, type XmlNode } from '../xml/xml-tree.ts'
import type { XPathContext, XPathValue } from './context.ts'
import { chargedText, toBoolean, toNumber, type Operand } from './operand.ts'
import { booleanOf, numberOf, stringOf, textNumber } from './values.ts'

/** The operators that compare. */
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** A comparison, compiled. https://www.w3.org/TR/xpath-10/#booleans */
export function compileComparison(
  operator: ComparisonOperator,
  left: Operand,
  right: Operand,
): (context: XPathContext) => boolean {
  if (left.type === 'nodes' && right.type === 'string') return nodesAndText(operator, left, right)
  if (left.type === 'string' && right.type === 'nodes')
    return nodesAndText(mirrored[operator], right, left)
  if (left.type === 'number' && right.type === 'number') {
    const compare = numberComparisons[operator]
    const [leftNumber, rightNumber] = [toNumber(left), toNumber(right)]
    return (context) => compare(leftNumber(context), rightNumber(context))
  }
  if (left.type === 'boolean' && right.type === 'boolean' && isEquality(operator)) {
    const wanted = operator === '='
    const [leftTruth, rightTruth] = [toBoolean(left), toBoolean(right)]
    return (context) => (leftTruth(context) === rightTruth(context)) === wanted
  }
  const { evaluate: evaluateLeft } = left
  const { evaluate: evaluateRight } = right
  return (context) =>
    compareValues(operator, evaluateLeft(context), evaluateRight(context), context)
}

const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const numberComparisons: Readonly<
  Record<ComparisonOperator, (left: number, right: number) => boolean>
> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

function isEquality(operator: ComparisonOperator): operator is '=' | '!=' {
  return operator === '=' || operator === '!='
}

function nodesAndText(
  operator: ComparisonOperator,
  nodes: Extract<Operand, { type: 'nodes' }>,
  text: Extract<Operand, { type: 'string' }>,
): (context: XPathContext) => boolean {
  const { evaluate: evaluateNodes } = nodes
  const { evaluate: evaluateText } = text
  return (context) =>
    nodesWithText(operator, evaluateNodes(context), evaluateText(context), context)
}

function nodesWithText(
  operator: ComparisonOperator,
  nodes: readonly XmlNode[],
  text: string,
  context: XPathContext,
): boolean {
  context.scope.budget.spend(nodes.length)
  if (isEquality(operator)) {
    const wanted = operator === '='
    for (const node of nodes) {
      if ((chargedText(stringValue(node), context) === text) === wanted) return true
    }
    return false
  }
  return nodesWithNumber(operator, nodes, textNumber(text))
}

function nodesWithNumber(
  operator: ComparisonOperator,
  nodes: readonly XmlNode[],
  number: number,
): boolean {
  const compare = numberComparisons[operator]
  for (const node of nodes) if (compare(textNumber(stringValue(node)), number)) return true
  return false
}

/** Compares two values of any types. https://www.w3.org/TR/xpath-10/#booleans */
function compareValues(
  operator: ComparisonOperator,
  left: XPathValue,
  right: XPathValue,
  context: XPathContext,
): boolean {
  if (typeof left === 'object') {
    return typeof right === 'object'
      ? compareNodeSets(operator, left, right, context)
      : nodesWithValue(operator, left, right, context)
  }
  if (typeof right === 'object') return nodesWithValue(mirrored[operator], right, left, context)
  if (!isEquality(operator)) return numberComparisons[operator](numberOf(left), numberOf(right))
  return areEqual(left, right) === (operator === '=')
}

function areEqual(left: XPathValue, right: XPathValue): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean')
    return booleanOf(left) === booleanOf(right)
  if (typeof left === 'number' || typeof right === 'number')
    return numberOf(left) === numberOf(right)
  return stringOf(left) === stringOf(right)
}

function nodesWithValue(
  operator: ComparisonOperator,
  nodes: readonly XmlNode[],
  value: string | number | boolean,
  context: XPathContext,
): boolean {
  if (typeof value === 'boolean') {
    return isEquality(operator)
      ? (nodes.length > 0 === value) === (operator === '=')
      : numberComparisons[operator](nodes.length > 0 ? 1 : 0, numberOf(value))
  }
  if (typeof value === 'string') return nodesWithText(operator, nodes, value, context)
  context.scope.budget.spend(nodes.length)
  return nodesWithNumber(operator, nodes, value)
}

function compareNodeSets(
  operator: ComparisonOperator,
  left: readonly XmlNode[],
  right: readonly XmlNode[],
  context: XPathContext,
): boolean {
  context.scope.budget.spend(left.length + right.length)
  if (left.length === 0 || right.length === 0) return false
  if (!isEquality(operator)) return compareExtremes(operator, left, right)
  const text = (node: XmlNode): string => chargedText(stringValue(node), context)
  const texts = new Set(left.map(text))
  if (operator === '=') return right.some((node) => texts.has(text(node)))
  // They differ somewhere unless both sides are one and the same text.
  if (texts.size > 1) return true
  return right.some((node) => !texts.has(text(node)))
}

// Some pair is in order exactly when the most favourable pair is.
function compareExtremes(
  operator: '<' | '<=' | '>' | '>=',
  left: readonly XmlNode[],
  right: readonly XmlNode[],
): boolean {
  const [leftRange, rightRange] = [rangeOf(left), rangeOf(right)]
  if (leftRange === undefined || rightRange === undefined) return false
  const compare = numberComparisons[operator]
  return operator === '<' || operator === '<='
    ? compare(leftRange.least, rightRange.greatest)
    : compare(leftRange.greatest, rightRange.least)
}

function rangeOf(nodes: readonly XmlNode[]): { least: number; greatest: number } | undefined {
  let range: { least: number; greatest: number } | undefined
  for (const node of nodes) {
    const number = textNumber(stringValue(node))
    if (Number.isNaN(number)) continue
    range = {
      least: Math.min(range?.least ?? number, number),
      greatest: Math.max(range?.greatest ?? number, number),
    }
  }
  return range
}
