import {
  XCData,
  XDocument,
  XElement,
  XText,
  XComment,
  XProcessingInstruction,
  XAttribute,
  type XContainer,
  type XNode,
} from './xml-node.ts'
import { xmlNamespace, xmlnsNamespace, XNamespace, type XName } from './xml-name.ts'

function named(element: XElement, name: XName | null): boolean {
  return name === null || element.name.equals(name)
}

/** `Element(name)`. */
export function childElement(container: XContainer, name: XName): XElement | null {
  for (const node of container.nodes) if (node instanceof XElement && named(node, name)) return node
  return null
}

/** `Elements(name)`; null for all. */
export function* childElements(
  container: XContainer,
  name: XName | null = null,
): Generator<XElement> {
  for (const node of Array.from(container.nodes)) {
    if (node instanceof XElement && named(node, name)) yield node
  }
}

/** `Attributes(name)`. */
export function* attributesOf(element: XElement, name: XName | null = null): Generator<XAttribute> {
  for (const attribute of Array.from(element.attributes)) {
    if (name === null || attribute.name.equals(name)) yield attribute
  }
}

/** `DescendantNodes()` in document order. */
export function* descendantNodes(container: XContainer): Generator<XNode> {
  for (const node of Array.from(container.nodes)) {
    yield node
    if (node instanceof XElement) yield* descendantNodes(node)
  }
}

/** `Descendants(name)`. */
export function* descendantElements(
  container: XContainer,
  name: XName | null = null,
): Generator<XElement> {
  for (const node of descendantNodes(container)) {
    if (node instanceof XElement && named(node, name)) yield node
  }
}

/** `DescendantsAndSelf(name)`. */
export function* descendantsAndSelf(
  element: XElement,
  name: XName | null = null,
): Generator<XElement> {
  if (named(element, name)) yield element
  yield* descendantElements(element, name)
}

/** `Ancestors(name)`, from the parent up. */
export function* ancestorElements(node: XNode, name: XName | null = null): Generator<XElement> {
  for (let parent: XNode | null = node.parent; parent !== null; parent = parent.parent) {
    if (parent instanceof XElement && named(parent, name)) yield parent
  }
}

/** `AncestorsAndSelf(name)`. */
export function* ancestorsAndSelf(
  element: XElement,
  name: XName | null = null,
): Generator<XElement> {
  if (named(element, name)) yield element
  yield* ancestorElements(element, name)
}

/** `NodesAfterSelf()` and `NodesBeforeSelf()`. */
export function siblingNodes(node: XNode, side: 'after' | 'before'): readonly XNode[] {
  if (node.parent === null) return []
  const all = node.parent.nodes
  const index = all.indexOf(node)
  return side === 'after' ? all.slice(index + 1) : all.slice(0, index)
}

/** `NextNode`. */
export function nextNode(node: XNode): XNode | null {
  return siblingNodes(node, 'after')[0] ?? null
}

/** `PreviousNode`. */
export function previousNode(node: XNode): XNode | null {
  return siblingNodes(node, 'before').at(-1) ?? null
}

/** `NextAttribute` and `PreviousAttribute`. */
export function siblingAttribute(attribute: XAttribute, step: 1 | -1): XAttribute | null {
  const all = attribute.parent?.attributes ?? []
  const index = all.indexOf(attribute) + step
  return index < 0 ? null : (all[index] ?? null)
}

/** `Parent`: only an element is one. */
export function parentElement(node: XNode | XAttribute): XElement | null {
  return node.parent instanceof XElement ? node.parent : null
}

/** `Document`. */
export function documentOf(node: XNode | XAttribute): XDocument | null {
  let current: XNode | null = node instanceof XAttribute ? node.parent : node
  while (current !== null && !(current instanceof XDocument)) current = current.parent
  return current
}

/** `GetNamespaceOfPrefix(prefix)`; null for one that is not declared. */
export function namespaceOfPrefix(element: XElement, prefix: string): XNamespace | null {
  if (prefix === 'xml') return new XNamespace(xmlNamespace)
  if (prefix === 'xmlns') return new XNamespace(xmlnsNamespace)
  for (const scope of ancestorsAndSelf(element)) {
    const found = scope.attributes.find(
      ({ name }) => name.namespaceName === xmlnsNamespace && name.localName === prefix,
    )
    if (found) return new XNamespace(found.value)
  }
  return null
}

/** `GetPrefixOfNamespace(namespace)`. */
export function prefixOfNamespace(element: XElement, namespaceName: string): string | null {
  if (namespaceName === xmlNamespace) return 'xml'
  for (const scope of ancestorsAndSelf(element)) {
    for (const { name, value } of scope.attributes) {
      if (name.namespaceName !== xmlnsNamespace || value !== namespaceName) continue
      if (namespaceOfPrefix(element, name.localName)?.namespaceName === namespaceName)
        return name.localName
    }
  }
  return null
}

/** `GetDefaultNamespace()`. */
export function defaultNamespace(element: XElement): XNamespace {
  for (const scope of ancestorsAndSelf(element)) {
    const found = scope.attributes.find(
      ({ name }) => name.namespaceName === '' && name.localName === 'xmlns',
    )
    if (found) return new XNamespace(found.value)
  }
  return new XNamespace('')
}

/** `XNode.DeepEquals`: names, attributes in order and content; comments and texts by value. */
export function xmlDeepEquals(left: XNode | null, right: XNode | null): boolean {
  if (left === null || right === null) return left === right
  if (left.nodeType !== right.nodeType) return false
  if (left instanceof XElement && right instanceof XElement) {
    return left.name.equals(right.name) && equalAttributes(left, right) && equalNodes(left, right)
  }
  if (left instanceof XDocument && right instanceof XDocument) return equalNodes(left, right)
  if (left instanceof XProcessingInstruction && right instanceof XProcessingInstruction) {
    return left.target === right.target && left.value === right.value
  }
  if (hasText(left) && hasText(right)) return left.value === right.value
  return left.toString() === right.toString()
}

function hasText(node: XNode): node is XText | XCData | XComment {
  return node instanceof XText || node instanceof XCData || node instanceof XComment
}

function equalAttributes(left: XElement, right: XElement): boolean {
  if (left.attributes.length !== right.attributes.length) return false
  return left.attributes.every((attribute, index) => {
    const other = right.attributes[index]
    return (
      other !== undefined && attribute.name.equals(other.name) && attribute.value === other.value
    )
  })
}

function equalNodes(left: XContainer, right: XContainer): boolean {
  if (left.nodes.length !== right.nodes.length) return false
  return left.nodes.every((node, index) => xmlDeepEquals(node, right.nodes[index] ?? null))
}
