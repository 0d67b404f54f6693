import { hashCode } from '../../dotnet/comparison.ts'
import { compareDocumentOrder } from '../../dotnet/document-order.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import type { DotnetObject } from '../../dotnet/value.ts'
import { isXNode, type XNode } from '../../dotnet/xml-node.ts'
import { xmlDeepEquals } from '../../dotnet/xml-query.ts'
import { declareType, type Implementation, type TypeDeclaration } from '../type-model.ts'

const space = 'System.Xml.Linq'

/** `XNodeEqualityComparer`: nodes of the same content are equal. */
class NodeEquality implements DotnetObject {
  readonly typeName = `${space}.XNodeEqualityComparer`

  readonly equals = (left: unknown, right: unknown): boolean =>
    xmlDeepEquals(nodeOrNull(left), nodeOrNull(right))

  readonly keyOf = (value: unknown): unknown => String(value)

  readonly compare = (left: unknown, right: unknown): number =>
    compareDocumentOrder(nodeOrNull(left), nodeOrNull(right))
}

/** `XNodeDocumentOrderComparer`. */
class NodeOrder implements DotnetObject {
  readonly typeName = `${space}.XNodeDocumentOrderComparer`
  readonly equals = (left: unknown, right: unknown): boolean => left === right
  readonly keyOf = (value: unknown): unknown => value
  readonly compare = compareNodes
}

function nodeOrNull(value: unknown): XNode | null {
  return isXNode(value) ? value : null
}

function compareNodes(left: unknown, right: unknown): number {
  return compareDocumentOrder(nodeOrNull(left), nodeOrNull(right))
}

/** The comparers of XML nodes. */
export const xmlOrderTypes: readonly TypeDeclaration[] = [
  declareType(`class ${space}.XNodeEqualityComparer : IEqualityComparer<XNode>`, {
    'new()': () => new NodeEquality(),
    'bool Equals(XNode x, XNode y)': (_, left, right) =>
      xmlDeepEquals(nodeOrNull(left), nodeOrNull(right)),
    'int GetHashCode(XNode obj)': (_, value) => hashCode(String(value)),
  }),
  declareType(`class ${space}.XNodeDocumentOrderComparer : IComparer<XNode>`, {
    'new()': () => new NodeOrder(),
    'int Compare(XNode x, XNode y)': (_, left, right) => compareNodes(left, right),
  }),
]

/** What XNode has of them. */
export function nodeOrderMembers(): Record<string, Implementation> {
  return {
    'static XNodeEqualityComparer EqualityComparer': () => new NodeEquality(),
    'static XNodeDocumentOrderComparer DocumentOrderComparer': () => new NodeOrder(),
    'static int CompareDocumentOrder(XNode n1, XNode n2)': compareNodes,
    'bool IsAfter(XNode node)': (self, other) => compareNodes(self, other) > 0,
    'bool IsBefore(XNode node)': (self, other) => compareNodes(self, other) < 0,
  }
}

/** `InDocumentOrder()` of a sequence of nodes. */
export function inDocumentOrder(source: unknown): Sequence {
  return new Sequence(
    () => enumerate([...enumerate(source)].toSorted(compareNodes))[Symbol.iterator](),
    `${space}.XNode`,
  )
}
