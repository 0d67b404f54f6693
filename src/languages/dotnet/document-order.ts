import { invalidOperation } from './exceptions.ts'
import type { XNode } from './xml-node.ts'

/** `XNode.CompareDocumentOrder`: a parent comes before what is in it; InvalidOperationException across trees. */
export function compareDocumentOrder(left: XNode | null, right: XNode | null): number {
  if (left === right) return 0
  if (left === null || right === null) return left === null ? -1 : 1
  const [first, second] = [pathTo(left), pathTo(right)]
  if (first[0] !== second[0]) throw invalidOperation('A common ancestor is missing.')
  for (const [depth, node] of first.entries()) {
    const other = second[depth]
    if (other === undefined) return 1
    if (other !== node) return order(node, other)
  }
  return -1
}

function pathTo(node: XNode): XNode[] {
  const path: XNode[] = []
  for (let at: XNode | null = node; at !== null; at = at.parent) path.unshift(at)
  return path
}

// Two children of one parent.
function order(left: XNode, right: XNode): number {
  const siblings: readonly XNode[] = left.parent?.nodes ?? []
  return siblings.indexOf(left) < siblings.indexOf(right) ? -1 : 1
}
