import { SourceError } from '../../base/errors.ts'
import { compileXPath, type XPath } from '../xpath/compile.ts'
import type { XPathValue } from '../xpath/context.ts'
import { decodeXml } from '../xml/decode-xml.ts'
import { parseXml } from '../xml/parse-xml.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import { XmlWriter } from '../xml/xml-writer.ts'
import { stringArgument, wrongArgument } from './arguments.ts'
import {
  contentBytes,
  contentOfText,
  isContent,
  isXmlType,
  xmlType,
  type Content,
} from './content.ts'
import { functionError, usage } from './expression-error.ts'
import { compiledExpressionsMax, xpathNodesMax, xpathStepsMax } from './limits.ts'
import { makeDouble, type Value } from './value.ts'

/**
 * `xpath(xml, expression)`: a text, a truth or a number (always a float), or an array: texts and attributes are their
 * values, other nodes are XML content.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#xpath
 */
export function evaluateXPath(args: readonly Value[]): Value {
  const [xml = null] = args
  if (!isContent(xml) || !isXmlType(xml['$content-type'])) {
    throw wrongArgument('xpath', 0, { what: 'an XML object', value: xml })
  }
  const expression = stringArgument('xpath', args, 1)
  try {
    return valueOf(compiled(expression).evaluate(treeOf(xml), { stepsMax: xpathStepsMax }))
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw functionError(
      'xpath',
      `parameter is not valid. The XPath expression '${expression}' cannot be evaluated: '${error.message.replace(/^[^ ]+: /, '')}'.${usage('xpath')}`,
    )
  }
}

const expressions = new Map<string, XPath>()

function compiled(text: string): XPath {
  const known = expressions.get(text)
  if (known) return known
  const made = compileXPath(text)
  if (expressions.size >= compiledExpressionsMax) expressions.clear()
  expressions.set(text, made)
  return made
}

const trees = new WeakMap<Content, XmlNode>()

// Blanks between elements are no nodes, as XmlDocument reads them. A loop asks one document many things.
function treeOf(xml: Content): XmlNode {
  const known = trees.get(xml)
  if (known) return known
  const root = parseXml(decodeXml(contentBytes(xml)), { stripsBlanks: () => true })
  trees.set(xml, root)
  return root
}

function valueOf(value: XPathValue): Value {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return makeDouble(value)
  if (value.length > xpathNodesMax) {
    throw functionError(
      'xpath',
      `found '${value.length}' nodes, which exceeds the limit of '${xpathNodesMax}'.`,
    )
  }
  return value.map(nodeValue)
}

function nodeValue(node: XmlNode): Value {
  switch (node.kind) {
    case 'text':
    case 'attribute':
    case 'namespace':
      return node.value
    case 'root':
    case 'element':
    case 'comment':
    case 'instruction':
      return contentOfText(xmlType, nodeXml(node))
  }
}

/** `OuterXml` of a node: its top element declares the namespaces that names below it use. */
function nodeXml(node: XmlNode): string {
  const writer = new XmlWriter()
  write(node, writer, node)
  return writer.output
}

function write(node: XmlNode, writer: XmlWriter, top: XmlNode): void {
  switch (node.kind) {
    case 'root':
      for (const child of node.children) write(child, writer, child)
      return
    case 'element':
      writer.startElement({
        name: node.name,
        attributes: node.attributes,
        declarations: node === top ? usedDeclarations(node) : node.declarations,
      })
      for (const child of node.children) write(child, writer, top)
      writer.endElement()
      return
    case 'comment':
      writer.comment(node.value)
      return
    case 'instruction':
      writer.instruction(node.name.local, node.value)
      return
    case 'text':
    case 'attribute':
    case 'namespace':
      writer.text(node.value)
  }
}

function usedDeclarations(element: XmlNode): XmlNode['declarations'] {
  const used = new Set<string>()
  collectPrefixes(element, used)
  const own = new Set(element.declarations.map(({ prefix }) => prefix))
  return element.scope.filter(
    ({ prefix }) => own.has(prefix) || (used.has(prefix) && prefix !== 'xml'),
  )
}

function collectPrefixes(element: XmlNode, used: Set<string>): void {
  used.add(element.name.prefix)
  for (const { name } of element.attributes) if (name.prefix !== '') used.add(name.prefix)
  for (const child of element.children) if (child.kind === 'element') collectPrefixes(child, used)
}
