import type { XmlNode } from '../xml/xml-tree.ts'
import { axisWalks } from '../xpath/axes.ts'
import type { Compilation } from '../xpath/compilation.ts'
import type { XPathContext } from '../xpath/context.ts'
import { compileNodeTest } from '../xpath/node-match.ts'
import { compilePredicate, isPositional, predicateTest } from '../xpath/predicates.ts'
import type { Expression, Step } from '../xpath/syntax-tree.ts'
import { XPathFault } from '../xpath/tokens.ts'

/** Tells whether a node matches a pattern; the context says only whose variables and keys are meant. */
export type PatternMatch = (node: XmlNode, context: XPathContext) => boolean

/** One alternative of a pattern. https://www.w3.org/TR/xslt-10/#patterns */
export interface Pattern {
  readonly matches: PatternMatch
  readonly defaultPriority: number
  /** What its last step asks for, so that only rules that can match are tried. */
  readonly subject: PatternSubject
}

/** The kind of node, with its local name where only that can match. */
export interface PatternSubject {
  readonly kind: 'element' | 'attribute' | 'other' | 'any'
  readonly local: string | undefined
}

type Path = Extract<Expression, { kind: 'path' }>

/** The alternatives of a parsed pattern. */
export function compilePattern(pattern: Expression, compilation: Compilation): Pattern[] {
  if (pattern.kind === 'binary' && pattern.operator === '|') {
    return [
      ...compilePattern(pattern.left, compilation),
      ...compilePattern(pattern.right, compilation),
    ]
  }
  if (pattern.kind === 'call') return [compileCallPattern(pattern, [], compilation)]
  if (pattern.kind !== 'path') throw notPattern(pattern.offset)
  const { start, steps } = pattern
  if (typeof start !== 'string') {
    if (start.kind !== 'call') throw notPattern(start.offset)
    return [compileCallPattern(start, steps, compilation)]
  }
  return [compilePathPattern(pattern, compilation)]
}

function notPattern(offset: number): XPathFault {
  return new XPathFault('This is an expression, but no pattern.', offset)
}

function compilePathPattern({ start, steps, offset }: Path, compilation: Compilation): Pattern {
  const last = steps.at(-1)
  if (last === undefined) {
    if (start !== 'root') throw notPattern(offset)
    return {
      matches: (node) => node.kind === 'root',
      defaultPriority: 0.5,
      subject: { kind: 'other', local: undefined },
    }
  }
  const isRooted = start === 'root'
  const matches = compileSteps(
    steps,
    isRooted ? (node) => node.kind === 'root' : undefined,
    compilation,
  )
  return {
    matches,
    defaultPriority: steps.length === 1 && !isRooted ? priorityOf(last) : 0.5,
    subject: subjectOf(last),
  }
}

// `key()` and `id()` with literals may start a pattern.
function compileCallPattern(
  call: Extract<Expression, { kind: 'call' }>,
  steps: readonly Step[],
  compilation: Compilation,
): Pattern {
  const { name, operands } = call
  const isKey = name.prefix === '' && name.local === 'key' && operands.length === 2
  const isId = name.prefix === '' && name.local === 'id' && operands.length === 1
  if ((!isKey && !isId) || operands.some(({ kind }) => kind !== 'literal'))
    throw notPattern(call.offset)
  const operand = compilation.compile(call)
  const isIn: PatternMatch = (node, context) => {
    const inner = context.inner(node, 1)
    const nodes = operand.evaluate(inner)
    return typeof nodes === 'object' && nodes.includes(node)
  }
  const last = steps.at(-1)
  if (last === undefined)
    return { matches: isIn, defaultPriority: 0.5, subject: { kind: 'any', local: undefined } }
  return {
    matches: compileSteps(steps, isIn, compilation),
    defaultPriority: 0.5,
    subject: subjectOf(last),
  }
}

// From the last step to the first; what starts the pattern must hold for the parent of the first step's node.
function compileSteps(
  steps: readonly Step[],
  start: PatternMatch | undefined,
  compilation: Compilation,
): PatternMatch {
  let before: PatternMatch | undefined = start
  let isAnyDepth = false
  for (const step of steps) {
    if (isAnyDepthStep(step)) {
      isAnyDepth = true
      continue
    }
    const own = compileStep(step, compilation)
    before = before === undefined ? own : joined(own, before, isAnyDepth)
    isAnyDepth = false
  }
  if (before === undefined || isAnyDepth) throw notPattern(steps.at(-1)?.offset ?? 0)
  return before
}

function isAnyDepthStep({ axis, test, predicates }: Step): boolean {
  return axis === 'descendant-or-self' && test.kind === 'node' && predicates.length === 0
}

function joined(own: PatternMatch, before: PatternMatch, isAnyDepth: boolean): PatternMatch {
  if (!isAnyDepth) {
    return (node, context) =>
      own(node, context) && node.parent !== null && before(node.parent, context)
  }
  return (node, context) => {
    if (!own(node, context)) return false
    for (let outer = node.parent; outer !== null; outer = outer.parent) {
      if (before(outer, context)) return true
    }
    return false
  }
}

function compileStep(step: Step, compilation: Compilation): PatternMatch {
  const { axis, predicates, offset } = step
  if (axis !== 'child' && axis !== 'attribute') throw notPattern(offset)
  const isNode = compileNodeTest(step, compilation)
  const matches = (node: XmlNode): boolean =>
    axis === 'attribute'
      ? node.kind === 'attribute' && isNode(node)
      : node.parent !== null &&
        node.kind !== 'attribute' &&
        node.kind !== 'namespace' &&
        isNode(node)
  if (predicates.length === 0) return matches
  if (predicates.some(isPositional)) {
    const filters = predicates.map((predicate) => compilePredicate(predicate, compilation))
    const walk = axisWalks[axis]
    return (node, context) => {
      if (!matches(node) || node.parent === null) return false
      const siblings: XmlNode[] = []
      walk(node.parent, isNode, siblings, context.scope.budget)
      const inner = context.inner(node, siblings.length)
      inner.current = node
      let found: readonly XmlNode[] = siblings
      for (const filter of filters) found = filter(found, inner)
      return found.includes(node)
    }
  }
  const tests = predicates.map((predicate) => predicateTest(predicate, compilation))
  return (node, context) => {
    if (!matches(node)) return false
    const inner = context.inner(node, 1)
    inner.current = node
    return tests.every((test) => test(inner))
  }
}

/** https://www.w3.org/TR/xslt-10/#conflict */
function priorityOf({ test, predicates }: Step): number {
  if (predicates.length > 0) return 0.5
  switch (test.kind) {
    case 'name':
      return 0
    case 'instruction':
      return test.target === undefined ? -0.5 : 0
    case 'anyLocal':
      return -0.25
    case 'anyName':
    case 'node':
    case 'text':
    case 'comment':
      return -0.5
  }
}

function subjectOf({ axis, test }: Step): PatternSubject {
  const local = test.kind === 'name' ? test.local : undefined
  const isNamed = test.kind === 'name' || test.kind === 'anyName' || test.kind === 'anyLocal'
  if (axis === 'attribute') return { kind: 'attribute', local }
  if (isNamed) return { kind: 'element', local }
  return test.kind === 'node' ? { kind: 'any', local } : { kind: 'other', local }
}
