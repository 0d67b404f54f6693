import type { XmlName } from '../../xml/xml-name.ts'
import {
  attributeNode,
  namespaceOf,
  type NamespaceDeclaration,
  type XmlNode,
} from '../../xml/xml-tree.ts'
import { useAttributeSets } from '../attribute-set.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import { nameKey, xsltNamespace } from '../names.ts'
import { words, type Site, type TextClosure } from '../site.ts'
import type { Instruction } from '../template.ts'

/** An element that stands for itself. https://www.w3.org/TR/xslt-10/#literal-result-element */
export function compileLiteralElement(site: Site, compiler: BodyCompiler): Instruction {
  const { element } = site
  const name = aliased(element.name, site)
  const declarations = declarationsOf(site)
  const attributes: { readonly name: XmlName; readonly value: TextClosure }[] = []
  for (const attribute of element.attributes) {
    if (attribute.name.uri === xsltNamespace) checkXsltAttribute(attribute, site)
    else attributes.push({ name: aliased(attribute.name, site), value: site.templateOf(attribute) })
  }
  const sets = useAttributeSets(site, setKeys(site))
  const body = element.children.length > 0 ? compiler.body(site) : undefined
  return (context, output) => {
    output.startElement(name, declarations)
    sets?.(context, output)
    for (const attribute of attributes) output.attribute(attribute.name, attribute.value(context))
    body?.(context, output)
    output.endElement()
  }
}

const xsltAttributes = new Set([
  'use-attribute-sets',
  'exclude-result-prefixes',
  'extension-element-prefixes',
  'version',
])

function checkXsltAttribute({ name, offset }: XmlNode, site: Site): void {
  if (xsltAttributes.has(name.local) || site.isForward) return
  const { line, column } = site.module.position(offset)
  throw site.invalid(
    `A literal element has no attribute 'xsl:${name.local}' (line ${line}, column ${column}).`,
  )
}

function setKeys(site: Site): string[] {
  const attribute = attributeNode(site.element, 'use-attribute-sets', xsltNamespace)
  return words(attribute?.value).map((word) => nameKey(site.name(word, 'use-attribute-sets')))
}

function aliased(name: XmlName, { program }: Site): XmlName {
  const alias = program.aliases.get(name.uri)
  if (alias === undefined || (name.uri === '' && name.prefix !== '')) return name
  return { prefix: alias.prefix, local: name.local, uri: alias.uri }
}

/** The namespaces that an element of the stylesheet takes into the result. */
function declarationsOf(site: Site): readonly NamespaceDeclaration[] {
  const excluded = excludedNamespaces(site.element)
  return site.element.scope.flatMap(({ prefix, uri }) => {
    if (prefix === 'xml') return []
    const alias = site.program.aliases.get(uri)
    if (alias !== undefined) return [{ prefix: alias.prefix, uri: alias.uri }]
    return uri === xsltNamespace || excluded.has(uri) ? [] : [{ prefix, uri }]
  })
}

/** https://www.w3.org/TR/xslt-10/#exclude-result-prefixes */
function excludedNamespaces(element: XmlNode): ReadonlySet<string> {
  return new Set([
    ...namespacesListed(element, 'exclude-result-prefixes'),
    ...namespacesListed(element, 'extension-element-prefixes'),
  ])
}

/** True for an element in a namespace of extensions. https://www.w3.org/TR/xslt-10/#extension-element */
export function isExtensionElement(element: XmlNode): boolean {
  return namespacesListed(element, 'extension-element-prefixes').includes(element.name.uri)
}

/** The namespaces whose prefixes an attribute lists, here or further out. */
function namespacesListed(element: XmlNode, local: string): string[] {
  const found: string[] = []
  for (let node: XmlNode | null = element; node?.kind === 'element'; node = node.parent) {
    const at = node
    const uri = at.name.uri === xsltNamespace ? '' : xsltNamespace
    const prefixes = words(attributeNode(at, local, uri)?.value)
    found.push(
      ...prefixes.flatMap((prefix) => namespaceOf(at, prefix === '#default' ? '' : prefix) ?? []),
    )
  }
  return found
}
