import { newLine } from './format.ts'
import { xmlNamespace, xmlnsNamespace } from './xml-name.ts'
import { countWork } from './work-limit.ts'

/** A name in a namespace. */
interface WrittenName {
  readonly localName: string
  readonly namespaceName: string
}

interface WrittenAttribute {
  readonly nodeType: 'Attribute'
  readonly name: WrittenName
  readonly value: string
}

interface WrittenElement {
  readonly nodeType: 'Element'
  readonly name: WrittenName
  readonly attributes: readonly WrittenAttribute[]
  readonly nodes: readonly WrittenNode[]
  readonly isEmpty: boolean
}

interface WrittenDocumentType {
  readonly nodeType: 'DocumentType'
  readonly name: string
  readonly publicId: string | null
  readonly systemId: string | null
  readonly internalSubset: string | null
}

/** What is written: nodes by their type. */
export type WrittenNode =
  | WrittenElement
  | WrittenAttribute
  | WrittenDocumentType
  | { readonly nodeType: 'Document'; readonly nodes: readonly WrittenNode[] }
  | { readonly nodeType: 'Text' | 'CDATA' | 'Comment'; readonly value: string }
  | { readonly nodeType: 'ProcessingInstruction'; readonly target: string; readonly value: string }

/** `SaveOptions`: indented, or `DisableFormatting`. */
export interface XmlLayout {
  readonly indented: boolean
}

/** `node.ToString(options)`: without the declaration of a document. */
export function writeXml(node: WrittenNode, layout: XmlLayout): string {
  return writeNode(node, { layout, depth: 0, scope: [{ prefix: 'xml', uri: xmlNamespace }] })
}

interface Prefix {
  readonly prefix: string
  readonly uri: string
}

interface Place {
  readonly layout: XmlLayout
  readonly depth: number
  /** Declarations in force, the innermost last. */
  readonly scope: readonly Prefix[]
}

function writeNode(node: WrittenNode, place: Place): string {
  countWork()
  switch (node.nodeType) {
    case 'Element':
      return writeElement(node, place)
    case 'Document':
      return writeDocument(node.nodes, place)
    case 'Text':
      return escapeText(node.value)
    case 'CDATA':
      return `<![CDATA[${node.value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
    case 'Comment':
      return `<!--${node.value}-->`
    case 'ProcessingInstruction':
      return `<?${node.target}${node.value === '' ? '' : ` ${node.value}`}?>`
    case 'DocumentType':
      return writeDocumentType(node)
    case 'Attribute':
      return writeAttribute(node, place.scope, 1).text
  }
}

function writeDocument(nodes: readonly WrittenNode[], place: Place): string {
  const separator = place.layout.indented ? newLine : ''
  return nodes.map((node) => writeNode(node, place)).join(separator)
}

function writeDocumentType(node: WrittenDocumentType): string {
  const ids =
    node.publicId === null
      ? node.systemId === null
        ? ''
        : ` SYSTEM "${node.systemId}"`
      : ` PUBLIC "${node.publicId}" "${node.systemId ?? ''}"`
  return `<!DOCTYPE ${node.name}${ids}${node.internalSubset ? ` [${node.internalSubset}]` : ''}>`
}

function writeElement(element: WrittenElement, place: Place): string {
  const declared = declarationsOf(element)
  const scope = [...place.scope, ...declared]
  const added: Prefix[] = []
  const prefix = prefixFor(element.name.namespaceName, scope, added)
  let head = prefix === '' ? element.name.localName : `${prefix}:${element.name.localName}`
  const tag = head
  for (const attribute of element.attributes) {
    const written = writeAttribute(attribute, [...scope, ...added], place.depth + 1)
    head += ` ${written.text}`
    added.push(...written.added)
  }
  const own = added.filter(({ prefix: name }) => !declared.some((other) => other.prefix === name))
  for (const { prefix: name, uri } of own) {
    head += ` ${name === '' ? 'xmlns' : `xmlns:${name}`}="${escapeAttribute(uri)}"`
  }
  if (element.nodes.length === 0) return element.isEmpty ? `<${head} />` : `<${head}></${tag}>`
  const inner = { ...place, depth: place.depth + 1, scope: [...scope, ...own] }
  return `<${head}>${writeContent(element, inner)}</${tag}>`
}

// Text among the nodes keeps everything in its place: blanks would change it.
function writeContent(element: WrittenElement, place: Place): string {
  const mixed = element.nodes.some(({ nodeType }) => nodeType === 'Text' || nodeType === 'CDATA')
  const layout = mixed ? { indented: false } : place.layout
  const start = layout.indented ? newLine + '  '.repeat(place.depth) : ''
  const end = layout.indented ? newLine + '  '.repeat(place.depth - 1) : ''
  let text = ''
  for (const node of element.nodes) text += start + writeNode(node, { ...place, layout })
  return text + end
}

function declarationsOf(element: WrittenElement): Prefix[] {
  const found: Prefix[] = []
  for (const { name, value } of element.attributes) {
    if (name.namespaceName === xmlnsNamespace) found.push({ prefix: name.localName, uri: value })
    else if (name.namespaceName === '' && name.localName === 'xmlns')
      found.push({ prefix: '', uri: value })
  }
  return found
}

function prefixFor(uri: string, scope: readonly Prefix[], added: Prefix[]): string {
  const known = findPrefix(uri, scope, { allowsDefault: true })
  if (known !== undefined) return known
  const current = scope.findLast(({ prefix }) => prefix === '')?.uri ?? ''
  if (current !== uri) added.push({ prefix: '', uri })
  return ''
}

// A prefix counts only while no inner declaration gives it to another namespace.
function findPrefix(
  uri: string,
  scope: readonly Prefix[],
  { allowsDefault }: { allowsDefault: boolean },
): string | undefined {
  const hidden = new Set<string>()
  for (const { prefix, uri: declared } of scope.toReversed()) {
    if (hidden.has(prefix)) continue
    hidden.add(prefix)
    if (declared === uri && (allowsDefault || prefix !== '')) return prefix
  }
  return undefined
}

function writeAttribute(
  { name, value }: WrittenAttribute,
  scope: readonly Prefix[],
  depth: number,
): { text: string; added: readonly Prefix[] } {
  const text = `="${escapeAttribute(value)}"`
  if (name.namespaceName === '') return { text: name.localName + text, added: [] }
  if (name.namespaceName === xmlnsNamespace)
    return { text: `xmlns:${name.localName}${text}`, added: [] }
  const known = findPrefix(name.namespaceName, scope, { allowsDefault: false })
  const prefix = known ?? `p${depth}`
  const added = known === undefined ? [{ prefix, uri: name.namespaceName }] : []
  return { text: `${prefix}:${name.localName}${text}`, added }
}

/** The text of an element as XML. */
function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\r(?!\n)/g, '&#xD;')
}

/** The value of an attribute as XML. */
function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\t', '&#x9;')
}
