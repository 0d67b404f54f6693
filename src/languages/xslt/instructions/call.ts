import type { XmlNode } from '../../xml/xml-tree.ts'
import type { XPathContext, XPathValue } from '../../xpath/context.ts'
import { nodeSetOfSite } from '../node-selection.ts'
import { activationOf, type Passed } from '../activation.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import { checkElement } from '../check-element.ts'
import { nameKey, xsltNamespace } from '../names.ts'
import type { ResultBuilder } from '../result-builder.ts'
import type { Run } from '../run.ts'
import type { Site } from '../site.ts'
import { compileSorts, isSort } from '../sort.ts'
import type { Instruction } from '../template.ts'
import { compileValue } from './variable.ts'

type PassedClosure = (context: XPathContext) => Passed | undefined

/** https://www.w3.org/TR/xslt-10/#named-templates */
export function compileCallTemplate(
  site: Site,
  compiler: BodyCompiler,
  isTail: boolean,
): Instruction {
  const key = site.key('name')
  const template = site.program.namedTemplates.get(key)
  if (template === undefined)
    throw site.invalid(`There is no template named '${site.required('name')}'.`, 'name')
  const passed = compilePassed(site, compiler)
  if (isTail) {
    return (context) => {
      activationOf(context).next = { template, passed: passed(context) }
    }
  }
  return (context, output) => {
    const { run, mode, rule } = activationOf(context)
    run.call(template, context, output, { mode, rule, passed: passed(context) })
  }
}

/** https://www.w3.org/TR/xslt-10/#section-Applying-Template-Rules */
export function compileApplyTemplates(site: Site, compiler: BodyCompiler): Instruction {
  const mode = site.attribute('mode') === undefined ? '' : site.key('mode')
  const select =
    site.attribute('select') === undefined
      ? ({ node }: XPathContext) => node.children
      : nodeSetOfSite(site, 'select')
  const sort = compileSorts(site, site.elements.filter(isSort))
  const passed = compilePassed(site, compiler, isSort)
  return (context, output) => {
    const { run } = activationOf(context)
    const nodes = select(context)
    if (nodes.length === 0) return
    const sorted = sort === undefined ? nodes : sort(nodes, context)
    applyTemplates(sorted, { run, mode, passed: passed(context) }, output)
  }
}

/** https://www.w3.org/TR/xslt-10/#apply-imports */
export function compileApplyImports(site: Site): Instruction {
  if (site.elements.length > 0) throw site.invalid("'xsl:apply-imports' has no content.")
  return (context, output) => {
    const { run, rule, mode } = activationOf(context)
    if (rule === undefined)
      throw site.failed('There is no current template rule: xsl:apply-imports needs one.')
    const found = run.program.mode(mode).findImported(context.node, run.patternContext, rule)
    if (found === undefined) builtIn(context.node, { run, mode }, output)
    else run.call(found.template, context, output, { mode, rule: found })
  }
}

/** Applies the rules of a mode to nodes in their order. */
export function applyTemplates(
  nodes: readonly XmlNode[],
  how: { readonly run: Run; readonly mode: string; readonly passed?: Passed | undefined },
  output: ResultBuilder,
): void {
  const { run, mode, passed } = how
  const rules = run.program.mode(mode)
  const finder = run.patternContext
  const size = nodes.length
  let position = 0
  for (const node of nodes) {
    position += 1
    const rule = rules.find(node, finder)
    if (rule === undefined) builtIn(node, how, output)
    else run.call(rule.template, { node, position, size }, output, { mode, rule, passed })
  }
}

/** https://www.w3.org/TR/xslt-10/#built-in-rule */
function builtIn(
  node: XmlNode,
  { run, mode }: { readonly run: Run; readonly mode: string },
  output: ResultBuilder,
): void {
  switch (node.kind) {
    case 'root':
    case 'element':
      run.budget.spend(1)
      run.enter()
      applyTemplates(node.children, { run, mode }, output)
      run.leave()
      return
    case 'text':
    case 'attribute':
      output.text(node.value)
      return
    case 'comment':
    case 'instruction':
    case 'namespace':
  }
}

/** The values of `xsl:with-param`. https://www.w3.org/TR/xslt-10/#section-Passing-Parameters-to-Templates */
function compilePassed(
  site: Site,
  compiler: BodyCompiler,
  isOther: (element: XmlNode) => boolean = () => false,
): PassedClosure {
  const values: { key: string; value: (context: XPathContext) => XPathValue }[] = []
  for (const element of site.elements) {
    const { uri, local } = element.name
    if (isOther(element)) continue
    const own = site.at(element)
    if (uri !== xsltNamespace || local !== 'with-param')
      throw own.invalid(`'${own.written}' cannot stand in '${site.written}'.`)
    checkElement(own)
    const key = nameKey(own.name(own.required('name'), 'name'))
    if (values.some((other) => other.key === key))
      throw own.invalid(`The parameter '${own.required('name')}' is passed twice.`, 'name')
    values.push({ key, value: compileValue(own, compiler).value })
  }
  if (values.length === 0) return () => undefined
  return (context) => new Map(values.map(({ key, value }) => [key, value(context)]))
}
