import { argumentError, argumentNull, invalidOperation } from './exceptions.ts'
import { isEnumerable } from './sequence.ts'
import { xmlText } from './xml-value.ts'
import {
  XAttribute,
  XCData,
  XComment,
  XDeclaration,
  XDocument,
  XDocumentType,
  XElement,
  XProcessingInstruction,
  XText,
  isXNode,
  type XContainer,
  type XNode,
} from './xml-node.ts'
import { XName } from './xml-name.ts'
import { countWork } from './work-limit.ts'

/** `new XElement(name, content...)`. */
export function newElement(name: XName | null, content: readonly unknown[] = []): XElement {
  if (name === null) throw argumentNull('name')
  const element = new XElement(name)
  for (const item of content) addXml(element, item)
  return element
}

/** `new XDocument(content...)`: a declaration may come first. */
export function newDocument(content: readonly unknown[] = []): XDocument {
  const document = new XDocument()
  for (const item of content) {
    if (item instanceof XDeclaration) document.declaration = item
    else addXml(document, item)
  }
  return document
}

/** `new XAttribute(name, value)`. */
export function newAttribute(name: XName | null, value: unknown): XAttribute {
  if (name === null) throw argumentNull('name')
  if (value === null) throw argumentNull('value')
  return new XAttribute(name, xmlText(value))
}

/** A deep copy: `new XElement(other)`, `new XDocument(other)`. */
function cloneXml(node: XNode): XNode {
  if (node instanceof XElement) return cloneElement(node)
  if (node instanceof XDocument) {
    const copy = new XDocument()
    copy.declaration = node.declaration
    for (const child of node.nodes) insertNode(copy, copy.nodes.length, cloneXml(child))
    return copy
  }
  if (node instanceof XText) return new XText(node.value)
  if (node instanceof XCData) return new XCData(node.value)
  if (node instanceof XComment) return new XComment(node.value)
  if (node instanceof XProcessingInstruction)
    return new XProcessingInstruction(node.target, node.value)
  return new XDocumentType(node.name, node, node.internalSubset)
}

/** A deep copy of an element. */
export function cloneElement(element: XElement): XElement {
  countWork()
  const copy = new XElement(element.name)
  for (const { name, value } of element.attributes) attach(copy, new XAttribute(name, value))
  for (const child of element.nodes) insertNode(copy, copy.nodes.length, cloneXml(child))
  copy.isEmpty = element.isEmpty
  return copy
}

/** `Add(content)`: nodes, attributes, sequences of them; anything else becomes text. */
export function addXml(container: XContainer, content: unknown): void {
  insertContent(container, container.nodes.length, content)
}

/** `AddFirst(content)`. */
export function addXmlFirst(container: XContainer, content: unknown): void {
  insertContent(container, 0, content)
}

/** `AddAfterSelf(content)`. */
export function addXmlAfterSelf(node: XNode, content: unknown): void {
  insertContent(parentOf(node), positionOf(node) + 1, content)
}

/** `AddBeforeSelf(content)`. */
export function addXmlBeforeSelf(node: XNode, content: unknown): void {
  insertContent(parentOf(node), positionOf(node), content)
}

function parentOf(node: XNode): XContainer {
  if (node.parent === null) throw invalidOperation('The parent is missing.')
  return node.parent
}

function positionOf(node: XNode): number {
  return node.parent?.nodes.indexOf(node) ?? -1
}

function insertContent(container: XContainer, index: number, content: unknown): void {
  let at = index
  for (const item of flattened(content)) {
    if (item === null) continue
    if (item instanceof XAttribute) addAttribute(container, item)
    else if (isXNode(item)) {
      insertNode(container, at, item)
      at += 1
    } else at += insertText(container, at, xmlText(item))
  }
}

function* flattened(content: unknown): Generator<unknown> {
  const single = typeof content === 'string' || content instanceof XAttribute || isXNode(content)
  if (single || !isEnumerable(content)) yield content
  else for (const item of content) yield* flattened(item)
}

// Text beside text is one node; at the end of a document only blanks may stand.
function insertText(container: XContainer, index: number, text: string): number {
  if (container instanceof XDocument) {
    if (/\S/.test(text)) {
      throw argumentError('Non-whitespace characters cannot be added to content.')
    }
    return 0
  }
  const before = container.nodes[index - 1]
  container.isEmpty = false
  if (text === '') return 0
  if (before instanceof XText) {
    before.value += text
    return 0
  }
  insertNode(container, index, new XText(text))
  return 1
}

function insertNode(container: XContainer, index: number, node: XNode): void {
  const own = node.parent !== null || node === rootOf(container) ? cloneXml(node) : node
  checkPlace(container, own)
  if (!(own instanceof XDocument)) own.parent = container
  container.nodes.splice(index, 0, own)
  if (container instanceof XElement) container.isEmpty = false
}

function rootOf(node: XNode): XNode {
  let root = node
  while (root.parent !== null) root = root.parent
  return root
}

function checkPlace(container: XContainer, node: XNode): void {
  if (node instanceof XDocument)
    throw argumentError('A node of type Document cannot be added to content.')
  if (container instanceof XElement) {
    if (node instanceof XDocumentType) {
      throw argumentError('A node of type DocumentType cannot be added to content.')
    }
    return
  }
  if (node instanceof XText || node instanceof XCData) {
    throw argumentError(`A node of type ${node.nodeType} cannot be added to content.`)
  }
  if (node instanceof XElement && container.root !== null) {
    throw invalidOperation('This operation would create an incorrectly structured document.')
  }
}

function addAttribute(container: XContainer, attribute: XAttribute): void {
  if (container instanceof XDocument)
    throw argumentError('An attribute cannot be added to content.')
  if (findAttribute(container, attribute.name)) throw invalidOperation('Duplicate attribute.')
  attach(
    container,
    attribute.parent === null ? attribute : new XAttribute(attribute.name, attribute.value),
  )
}

function attach(element: XElement, attribute: XAttribute): void {
  attribute.parent = element
  element.attributes.push(attribute)
}

/** `Attribute(name)`. */
export function findAttribute(element: XElement, name: XName): XAttribute | null {
  return element.attributes.find((attribute) => attribute.name.equals(name)) ?? null
}

/** `Remove()` of a node. */
export function removeNode(node: XNode): void {
  const parent = parentOf(node)
  parent.nodes.splice(positionOf(node), 1)
  if (parent instanceof XElement && parent.nodes.length === 0) parent.isEmpty = true
  if (!(node instanceof XDocument)) node.parent = null
}

/** `Remove()` of an attribute. */
export function removeAttribute(attribute: XAttribute): void {
  const { parent } = attribute
  if (parent === null) throw invalidOperation('The parent is missing.')
  parent.attributes.splice(parent.attributes.indexOf(attribute), 1)
  attribute.parent = null
}

/** `Extensions.Remove()`: takes every node or attribute of a sequence out of its tree. */
export function removeEach(items: Iterable<unknown>): void {
  for (const item of Array.from(items)) {
    if (item instanceof XAttribute) removeAttribute(item)
    else if (isXNode(item)) removeNode(item)
  }
}

/** `RemoveNodes()`. */
export function removeNodes(container: XContainer): void {
  for (const node of container.nodes) if (!(node instanceof XDocument)) node.parent = null
  container.nodes.length = 0
  if (container instanceof XElement) container.isEmpty = true
}

/** `RemoveAttributes()`. */
export function removeAttributes(element: XElement): void {
  for (const attribute of element.attributes) attribute.parent = null
  element.attributes.length = 0
}

/** `ReplaceWith(content)`. */
export function replaceNode(node: XNode, content: unknown): void {
  const parent = parentOf(node)
  const index = positionOf(node)
  const kept = [...flattened(content)]
  removeNode(node)
  insertContent(parent, index, kept)
}

/** `ReplaceNodes(content)`. */
export function replaceNodes(container: XContainer, content: unknown): void {
  const kept = [...flattened(content)]
  removeNodes(container)
  addXml(container, kept)
}

/** `ReplaceAll(content)`. */
export function replaceAll(element: XElement, content: unknown): void {
  const kept = [...flattened(content)]
  removeNodes(element)
  removeAttributes(element)
  addXml(element, kept)
}

/** `ReplaceAttributes(content)`. */
export function replaceAttributes(element: XElement, content: unknown): void {
  const kept = [...flattened(content)]
  removeAttributes(element)
  addXml(element, kept)
}

/** `element.Value = value`. */
export function setElementText(element: XElement, value: string | null): void {
  if (value === null) throw argumentNull('value')
  removeNodes(element)
  addXml(element, value)
}

/** `SetValue(value)` of an element. */
export function setXmlValue(element: XElement, value: unknown): void {
  if (value === null) throw argumentNull('value')
  setElementText(element, xmlText(value))
}

/** `attribute.Value = value` and `SetValue`. */
export function setAttributeText(attribute: XAttribute, value: unknown): void {
  if (value === null) throw argumentNull('value')
  attribute.value = xmlText(value)
}

/** `SetAttributeValue(name, value)`: null removes. */
export function setAttributeValue(element: XElement, name: XName, value: unknown): void {
  const attribute = findAttribute(element, name)
  if (value === null) {
    if (attribute) removeAttribute(attribute)
  } else if (attribute) attribute.value = xmlText(value)
  else attach(element, newAttribute(name, value))
}

/** `SetElementValue(name, value)`: null removes. */
export function setElementValue(element: XElement, name: XName, value: unknown): void {
  const child = element.nodes.find((node) => node instanceof XElement && node.name.equals(name))
  if (value === null) {
    if (child) removeNode(child)
  } else if (child instanceof XElement) setXmlValue(child, value)
  else addXml(element, newElement(name, [value]))
}
