import type { XmlNode } from '../xml/xml-tree.ts'
import type { Budget } from './budget.ts'
import type { Axis } from './syntax-tree.ts'

/** Tells whether a node is meant. */
export type NodeMatch = (node: XmlNode) => boolean

/** Appends the nodes of an axis that match, in the order of the axis. */
export type AxisWalk = (node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget) => void

/** How each axis is walked. https://www.w3.org/TR/xpath-10/#axes */
export const axisWalks: Readonly<Record<Axis, AxisWalk>> = {
  self: (node, matches, found) => {
    if (matches(node)) found.push(node)
  },
  child: ({ children }, matches, found, budget) => {
    budget.spend(children.length)
    for (const child of children) if (matches(child)) found.push(child)
  },
  attribute: ({ attributes }, matches, found) => {
    for (const attribute of attributes) if (matches(attribute)) found.push(attribute)
  },
  namespace: (node, matches, found, budget) => {
    budget.spend(node.namespaceNodes.length)
    for (const namespace of node.namespaceNodes) if (matches(namespace)) found.push(namespace)
  },
  parent: ({ parent }, matches, found) => {
    if (parent !== null && matches(parent)) found.push(parent)
  },
  ancestor,
  'ancestor-or-self': (node, matches, found, budget) => {
    if (matches(node)) found.push(node)
    ancestor(node, matches, found, budget)
  },
  descendant,
  'descendant-or-self': (node, matches, found, budget) => {
    if (matches(node)) found.push(node)
    descendant(node, matches, found, budget)
  },
  following,
  'following-sibling': (node, matches, found, budget) => {
    const { siblings, index } = siblingsOf(node)
    budget.spend(siblings.length - index)
    for (let place = index + 1; place < siblings.length; place++) {
      const sibling = siblings[place]
      if (sibling !== undefined && matches(sibling)) found.push(sibling)
    }
  },
  preceding,
  'preceding-sibling': (node, matches, found, budget) => {
    const { siblings, index } = siblingsOf(node)
    budget.spend(index)
    for (let place = index - 1; place >= 0; place--) {
      const sibling = siblings[place]
      if (sibling !== undefined && matches(sibling)) found.push(sibling)
    }
  },
}

/** The axes whose order is from the context node backwards. */
export const reverseAxes: ReadonlySet<Axis> = new Set([
  'ancestor',
  'ancestor-or-self',
  'preceding',
  'preceding-sibling',
])

function ancestor(node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget): void {
  for (let outer = node.parent; outer !== null; outer = outer.parent) {
    budget.spend(1)
    if (matches(outer)) found.push(outer)
  }
}

function descendant(node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget): void {
  const { children } = node
  budget.spend(children.length)
  for (const child of children) {
    if (matches(child)) found.push(child)
    if (child.children.length > 0) descendant(child, matches, found, budget)
  }
}

const noSiblings: { readonly siblings: readonly XmlNode[]; readonly index: number } = {
  siblings: [],
  index: 0,
}

function siblingsOf(node: XmlNode): {
  readonly siblings: readonly XmlNode[]
  readonly index: number
} {
  if (node.parent === null || isOwned(node)) return noSiblings
  return { siblings: node.parent.children, index: node.index }
}

function isOwned({ kind }: XmlNode): boolean {
  return kind === 'attribute' || kind === 'namespace'
}

// What follows an attribute starts with the children of its element.
function following(node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget): void {
  let from = node
  if (isOwned(node) && node.parent !== null) {
    descendant(node.parent, matches, found, budget)
    from = node.parent
  }
  for (let outer: XmlNode | null = from; outer !== null; outer = outer.parent) {
    const { siblings, index } = siblingsOf(outer)
    budget.spend(1)
    for (let place = index + 1; place < siblings.length; place++) {
      const sibling = siblings[place]
      if (sibling !== undefined) axisWalks['descendant-or-self'](sibling, matches, found, budget)
    }
  }
}

function preceding(node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget): void {
  const from = isOwned(node) && node.parent !== null ? node.parent : node
  for (let outer: XmlNode | null = from; outer !== null; outer = outer.parent) {
    const { siblings, index } = siblingsOf(outer)
    budget.spend(1)
    for (let place = index - 1; place >= 0; place--) {
      const sibling = siblings[place]
      if (sibling !== undefined) backwards(sibling, matches, found, budget)
    }
  }
}

function backwards(node: XmlNode, matches: NodeMatch, found: XmlNode[], budget: Budget): void {
  const { children } = node
  budget.spend(children.length)
  for (let place = children.length - 1; place >= 0; place--) {
    const child = children[place]
    if (child !== undefined) backwards(child, matches, found, budget)
  }
  if (matches(node)) found.push(node)
}
