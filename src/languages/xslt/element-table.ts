import { attributeNode, type XmlNode } from '../xml/xml-tree.ts'
import { xsltNamespace } from './names.ts'

/** The elements of XSLT 1.0 with their attributes; `!` marks those that must be there. https://www.w3.org/TR/xslt-10/#element-syntax-summary */
const attributesByElement: Readonly<Record<string, string>> = {
  'apply-imports': '',
  'apply-templates': 'select mode',
  attribute: 'name! namespace',
  'attribute-set': 'name! use-attribute-sets',
  'call-template': 'name!',
  choose: '',
  comment: '',
  copy: 'use-attribute-sets',
  'copy-of': 'select!',
  'decimal-format':
    'name decimal-separator grouping-separator infinity minus-sign NaN percent per-mille zero-digit digit pattern-separator',
  element: 'name! namespace use-attribute-sets',
  fallback: '',
  'for-each': 'select!',
  if: 'test!',
  import: 'href!',
  include: 'href!',
  key: 'name! match! use!',
  message: 'terminate',
  'namespace-alias': 'stylesheet-prefix! result-prefix!',
  number: 'level count from value format lang letter-value grouping-separator grouping-size',
  otherwise: '',
  output:
    'method version encoding omit-xml-declaration standalone doctype-public doctype-system cdata-section-elements indent media-type',
  param: 'name! select',
  'preserve-space': 'elements!',
  'processing-instruction': 'name!',
  sort: 'select lang data-type order case-order',
  'strip-space': 'elements!',
  stylesheet: 'id extension-element-prefixes exclude-result-prefixes version',
  template: 'match name priority mode',
  text: 'disable-output-escaping',
  transform: 'id extension-element-prefixes exclude-result-prefixes version',
  'value-of': 'select! disable-output-escaping',
  variable: 'name! select',
  when: 'test!',
  'with-param': 'name! select',
}

/** The elements that stand in a template and do something. */
const instructionNames = new Set([
  'apply-imports',
  'apply-templates',
  'attribute',
  'call-template',
  'choose',
  'comment',
  'copy',
  'copy-of',
  'element',
  'fallback',
  'for-each',
  'if',
  'message',
  'number',
  'processing-instruction',
  'text',
  'value-of',
  'variable',
])

/** True for an instruction that `element-available()` knows. */
export function isInstruction(local: string): boolean {
  return instructionNames.has(local)
}

const rules = new Map(
  Object.entries(attributesByElement).map(([element, written]) => [
    element,
    {
      allowed: new Set(written.replaceAll('!', '').split(' ')),
      required: Array.from(written.matchAll(/(\S+)!/g), ([, name = '']) => name),
    },
  ]),
)

/** What is wrong with the name or the attributes of an element of XSLT; undefined for nothing. */
export function wrongElement(
  element: XmlNode,
): { message: string; attribute?: string } | undefined {
  const { local } = element.name
  const rule = rules.get(local)
  if (rule === undefined) return { message: `XSLT 1.0 has no element 'xsl:${local}'.` }
  for (const { name } of element.attributes) {
    if (name.uri === '' && !rule.allowed.has(name.local))
      return { message: `'xsl:${local}' has no attribute '${name.local}'.`, attribute: name.local }
    if (name.uri === xsltNamespace)
      return { message: `'xsl:${local}' has no attribute 'xsl:${name.local}'.` }
  }
  const missing = rule.required.find((required) => attributeNode(element, required) === undefined)
  return missing === undefined
    ? undefined
    : { message: `The attribute '${missing}' of 'xsl:${local}' is missing.` }
}
