import { compareOrder, type XmlNode } from '../xml/xml-tree.ts'
import { axisWalks, reverseAxes, type AxisWalk, type NodeMatch } from './axes.ts'
import type { Compilation } from './compilation.ts'
import type { XPathContext } from './context.ts'
import { compileNodeTest } from './node-match.ts'
import type { NodesOperand, Operand } from './operand.ts'
import { compilePredicate, isPlain, type NodeFilter } from './predicates.ts'
import type { Axis, Expression, Step } from './syntax-tree.ts'
import { XPathFault } from './tokens.ts'

/** A path, compiled. https://www.w3.org/TR/xpath-10/#location-paths */
export function compilePath(
  path: Extract<Expression, { kind: 'path' }>,
  compilation: Compilation,
): NodesOperand {
  const steps = shortened(path.steps).map((step) => compileStep(step, compilation))
  const start = compileStart(path, compilation)
  const evaluate = (context: XPathContext): readonly XmlNode[] => {
    let nodes = start(context)
    for (const step of steps) {
      if (nodes.length === 0) return nodes
      nodes = takeStep(nodes, step, context)
    }
    return nodes
  }
  const isSimple = steps.every(({ axis, filters }) => filters.length === 0 && simpleAxes.has(axis))
  if (!isSimple || steps.length === 0)
    return { type: 'nodes', evaluate, first: (context) => evaluate(context)[0] }
  const first = (context: XPathContext): XmlNode | undefined => {
    for (const node of start(context)) {
      const found = firstBelow(node, steps, 0, context)
      if (found !== undefined) return found
    }
    return undefined
  }
  return { type: 'nodes', evaluate, first }
}

/** The nodes of several node-sets in document order, each once. */
export function inOrder(nodes: XmlNode[]): readonly XmlNode[] {
  let before: XmlNode | undefined
  let sorted = true
  for (const node of nodes) {
    if (before !== undefined && compareOrder(before, node) >= 0) {
      sorted = false
      break
    }
    before = node
  }
  if (sorted) return nodes
  return [...new Set(nodes)].toSorted(compareOrder)
}

interface CompiledStep {
  readonly axis: Axis
  readonly walk: AxisWalk
  readonly matches: NodeMatch
  readonly filters: readonly NodeFilter[]
  readonly isReverse: boolean
}

const simpleAxes: ReadonlySet<Axis> = new Set(['child', 'attribute', 'self'])

// `//x` looks through the tree once, unless a predicate asks for the place among the siblings.
function shortened(steps: readonly Step[]): Step[] {
  const kept: Step[] = []
  for (const step of steps) {
    const before = kept.at(-1)
    const isAnyDepth =
      before?.axis === 'descendant-or-self' &&
      before.test.kind === 'node' &&
      before.predicates.length === 0
    if (isAnyDepth && step.axis === 'child' && isPlain(step)) {
      kept[kept.length - 1] = { ...step, axis: 'descendant' }
    } else kept.push(step)
  }
  return kept.filter(
    ({ axis, test, predicates }, index) =>
      index === 0 || axis !== 'self' || test.kind !== 'node' || predicates.length > 0,
  )
}

function compileStep(step: Step, compilation: Compilation): CompiledStep {
  return {
    axis: step.axis,
    walk: axisWalks[step.axis],
    matches: compileNodeTest(step, compilation),
    filters: step.predicates.map((predicate) => compilePredicate(predicate, compilation)),
    isReverse: reverseAxes.has(step.axis),
  }
}

function compileStart(
  path: Extract<Expression, { kind: 'path' }>,
  compilation: Compilation,
): (context: XPathContext) => readonly XmlNode[] {
  if (path.start === 'root') return ({ node }) => [node.tree.root]
  if (path.start === 'context') return ({ node }) => [node]
  return nodeSetOf(compilation.compile(path.start), path.start.offset, compilation)
}

/** What an expression gives as a node-set: anything else is a fault at its place. */
export function nodeSetOf(
  operand: Operand,
  offset: number,
  compilation: Compilation,
): (context: XPathContext) => readonly XmlNode[] {
  if (operand.type === 'nodes') {
    if (operand.isFragment !== true) return operand.evaluate
    throw new XPathFault(
      'To use a result tree fragment in a path expression, first convert it to a node-set using the msxsl:node-set() function.',
      offset,
    )
  }
  if (operand.type !== 'any') throw new XPathFault('A node-set is expected.', offset)
  const { evaluate } = operand
  return (context) => {
    const value = evaluate(context)
    if (typeof value === 'object') return value
    throw compilation.fault('A node-set is expected.', offset)
  }
}

function takeStep(
  nodes: readonly XmlNode[],
  step: CompiledStep,
  context: XPathContext,
): readonly XmlNode[] {
  const { budget } = context.scope
  const [only] = nodes
  if (nodes.length === 1 && only !== undefined) {
    const found = selectFrom(only, step, context)
    return step.isReverse && found.length > 1 ? found.toReversed() : found
  }
  const all: XmlNode[] = []
  budget.spend(nodes.length)
  if (step.filters.length === 0) {
    for (const node of nodes) step.walk(node, step.matches, all, budget)
  } else {
    for (const node of nodes) {
      for (const found of selectFrom(node, step, context)) all.push(found)
    }
  }
  return inOrder(all)
}

function selectFrom(node: XmlNode, step: CompiledStep, context: XPathContext): readonly XmlNode[] {
  const walked: XmlNode[] = []
  step.walk(node, step.matches, walked, context.scope.budget)
  let found: readonly XmlNode[] = walked
  for (const filter of step.filters) {
    if (found.length === 0) return found
    found = filter(found, context)
  }
  return found
}

function firstBelow(
  node: XmlNode,
  steps: readonly CompiledStep[],
  index: number,
  context: XPathContext,
): XmlNode | undefined {
  const step = steps[index]
  if (step === undefined) return node
  if (step.axis === 'self')
    return step.matches(node) ? firstBelow(node, steps, index + 1, context) : undefined
  const candidates = step.axis === 'child' ? node.children : node.attributes
  let looked = 0
  for (const candidate of candidates) {
    looked += 1
    if (!step.matches(candidate)) continue
    const found = firstBelow(candidate, steps, index + 1, context)
    if (found !== undefined) {
      context.scope.budget.spend(looked)
      return found
    }
  }
  context.scope.budget.spend(looked)
  return undefined
}
