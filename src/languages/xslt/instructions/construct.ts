import { isQualifiedName, xmlNamespace, xmlnsNamespace, type XmlName } from '../../xml/xml-name.ts'
import { namespaceOf, type XmlNode } from '../../xml/xml-tree.ts'
import type { XPathContext } from '../../xpath/context.ts'
import { toText } from '../../xpath/operand.ts'
import { stringOf } from '../../xpath/values.ts'
import { useAttributeSets } from '../attribute-set.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import type { ResultBuilder } from '../result-builder.ts'
import type { Site, TextClosure } from '../site.ts'
import type { Instruction } from '../template.ts'

const noDeclarations: [] = []

/** https://www.w3.org/TR/xslt-10/#value-of */
export function compileValueOf(site: Site): Instruction {
  refuseContent(site)
  const text = toText(site.expression('select'))
  const isRaw = site.isYes('disable-output-escaping')
  return (context, output) => output.text(text(context), isRaw)
}

/** https://www.w3.org/TR/xslt-10/#section-Creating-Text */
export function compileText(site: Site): Instruction {
  for (const child of site.element.children) {
    if (child.kind === 'element') throw site.at(child).invalid("'xsl:text' has only text.")
  }
  const text = site.element.children
    .filter(({ kind }) => kind === 'text')
    .map(({ value }) => value)
    .join('')
  const isRaw = site.isYes('disable-output-escaping')
  return (_context, output) => output.text(text, isRaw)
}

/** https://www.w3.org/TR/xslt-10/#section-Creating-Elements-with-xsl:element */
export function compileElement(site: Site, compiler: BodyCompiler): Instruction {
  const name = compileName(site, { usesDefault: true })
  const sets = useAttributeSets(site, site.keys('use-attribute-sets'))
  const body = compiler.body(site)
  return (context, output) => {
    output.startElement(name(context), noDeclarations)
    sets?.(context, output)
    body(context, output)
    output.endElement()
  }
}

/** https://www.w3.org/TR/xslt-10/#creating-attributes */
export function compileAttribute(site: Site, compiler: BodyCompiler): Instruction {
  const name = compileName(site, { usesDefault: false })
  const text = compiler.text(site)
  return (context, output) => {
    const attribute = name(context)
    if (attribute.local === 'xmlns' && attribute.uri === '')
      throw site.failed("An attribute cannot have the name 'xmlns'.", 'name')
    addAttribute(output, attribute, text(context), site)
  }
}

/** The name that attributes `name` and `namespace` give. */
function compileName(
  site: Site,
  { usesDefault }: { readonly usesDefault: boolean },
): (context: XPathContext) => XmlName {
  const name = site.template('name') ?? (() => '')
  const namespace = site.template('namespace')
  const known = new Map<string, XmlName>()
  const resolve = (written: string, uri: string | undefined): XmlName => {
    const text = written.trim()
    if (!isQualifiedName(text)) throw site.failed(`'${written}' is no name.`, 'name')
    const colon = text.indexOf(':')
    const prefix = colon < 0 ? '' : text.slice(0, colon)
    const local = colon < 0 ? text : text.slice(colon + 1)
    if (uri !== undefined)
      return { prefix: uri === '' || prefix === 'xmlns' ? '' : prefix, local, uri }
    if (prefix === '' && !usesDefault) return { prefix, local, uri: '' }
    const found = prefix === 'xml' ? xmlNamespace : namespaceOf(site.element, prefix)
    if (found === undefined) throw site.failed(`The prefix '${prefix}' is not declared.`, 'name')
    return { prefix, local, uri: found }
  }
  return (context) => {
    const uri = namespace?.(context)
    if (uri === xmlnsNamespace) throw site.failed(`'${uri}' cannot be used.`, 'namespace')
    const written = name(context)
    if (uri !== undefined) return resolve(written, uri)
    const found = known.get(written) ?? resolve(written, undefined)
    if (known.size < 100) known.set(written, found)
    return found
  }
}

function addAttribute(output: ResultBuilder, name: XmlName, value: string, site: Site): void {
  if (output.attribute(name, value)) return
  throw site.failed(
    'Attribute and namespace nodes cannot be added to the parent element after a text, comment, pi, or sub-element node has already been added.',
  )
}

/** https://www.w3.org/TR/xslt-10/#section-Creating-Comments */
export function compileComment(site: Site, compiler: BodyCompiler): Instruction {
  const text = compiler.text(site)
  return (context, output) =>
    output.comment(
      text(context)
        .replaceAll(/-(?=-)/g, '- ')
        .replace(/-$/, '- '),
    )
}

/** https://www.w3.org/TR/xslt-10/#section-Creating-Processing-Instructions */
export function compileInstruction(site: Site, compiler: BodyCompiler): Instruction {
  const name = site.template('name') ?? (() => '')
  const text = compiler.text(site)
  return (context, output) => {
    const target = name(context)
    if (!isQualifiedName(target) || target.includes(':') || target.toLowerCase() === 'xml')
      throw site.failed(`'${target}' is no target of a processing instruction.`, 'name')
    output.instruction(target, text(context).trimStart().replaceAll('?>', '? >'))
  }
}

/** https://www.w3.org/TR/xslt-10/#copying */
export function compileCopy(site: Site, compiler: BodyCompiler): Instruction {
  const sets = useAttributeSets(site, site.keys('use-attribute-sets'))
  const body = compiler.body(site)
  return (context, output) => {
    const { node } = context
    if (node.kind === 'root') body(context, output)
    else if (node.kind === 'element') {
      output.startElement(node.name, node.scope)
      sets?.(context, output)
      body(context, output)
      output.endElement()
    } else copyNode(node, output, site)
  }
}

/** https://www.w3.org/TR/xslt-10/#copy-of */
export function compileCopyOf(site: Site): Instruction {
  refuseContent(site)
  const operand = site.expression('select')
  if (operand.type !== 'nodes' && operand.type !== 'any') {
    const text: TextClosure = toText(operand)
    return (context, output) => output.text(text(context))
  }
  const { evaluate } = operand
  return (context, output) => {
    const value = evaluate(context)
    if (typeof value !== 'object') output.text(stringOf(value))
    else for (const node of value) copyTree(node, output, { site, context, isTop: true })
  }
}

function copyTree(
  node: XmlNode,
  output: ResultBuilder,
  how: { readonly site: Site; readonly context: XPathContext; readonly isTop: boolean },
): void {
  const { site, context, isTop } = how
  if (node.kind !== 'element' && node.kind !== 'root') {
    copyNode(node, output, site)
    return
  }
  context.scope.budget.spend(1 + node.children.length)
  if (node.kind === 'root') {
    for (const child of node.children) copyTree(child, output, how)
    return
  }
  output.startElement(node.name, isTop ? node.scope : node.declarations)
  for (const { name, value } of node.attributes) output.attribute(name, value)
  const inner = isTop ? { site, context, isTop: false } : how
  for (const child of node.children) copyTree(child, output, inner)
  output.endElement()
}

function copyNode(node: XmlNode, output: ResultBuilder, site: Site): void {
  switch (node.kind) {
    case 'text':
      output.text(node.value)
      return
    case 'attribute':
      addAttribute(output, node.name, node.value, site)
      return
    case 'comment':
      output.comment(node.value)
      return
    case 'instruction':
      output.instruction(node.name.local, node.value)
      return
    case 'namespace':
      output.namespace({ prefix: node.name.local, uri: node.value })
      return
    case 'element':
    case 'root':
  }
}

function refuseContent(site: Site): void {
  if (site.elements.length > 0) throw site.invalid(`'${site.written}' has no content.`)
}
