import { XPathContext } from '../../xpath/context.ts'
import { toBoolean } from '../../xpath/operand.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import { checkElement } from '../check-element.ts'
import { xsltNamespace } from '../names.ts'
import { nodeSetOfSite } from '../node-selection.ts'
import type { Site } from '../site.ts'
import { compileSorts, isSort } from '../sort.ts'
import type { Instruction } from '../template.ts'
import { LocalScope } from '../local-scope.ts'

/** https://www.w3.org/TR/xslt-10/#for-each */
export function compileForEach(site: Site, compiler: BodyCompiler): Instruction {
  const select = nodeSetOfSite(site, 'select')
  const children = site.element.children.filter(({ kind }) => kind === 'element' || kind === 'text')
  const firstOther = children.findIndex((child) => !isSort(child))
  const sorts = firstOther < 0 ? children : children.slice(0, firstOther)
  const sort = compileSorts(site, sorts)
  const body = compiler.body(site, { nodes: children.slice(sorts.length) })
  return (context, output) => {
    const selected = select(context)
    if (selected.length === 0) return
    const nodes = sort === undefined ? selected : sort(selected, context)
    const inner = new XPathContext(context.node, context.scope, 0, nodes.length)
    context.scope.budget.spend(nodes.length)
    for (const node of nodes) {
      inner.node = node
      inner.current = node
      inner.position += 1
      body(inner, output)
    }
  }
}

/** https://www.w3.org/TR/xslt-10/#section-Conditional-Processing-with-xsl:if */
export function compileIf(site: Site, compiler: BodyCompiler, isTail: boolean): Instruction {
  const test = toBoolean(site.expression('test'))
  const body = compiler.body(site, { isTail })
  return (context, output) => {
    if (test(context)) body(context, output)
  }
}

/** https://www.w3.org/TR/xslt-10/#section-Conditional-Processing-with-xsl:choose */
export function compileChoose(site: Site, compiler: BodyCompiler, isTail: boolean): Instruction {
  const branches: { test: (context: XPathContext) => boolean; body: Instruction }[] = []
  let otherwise: Instruction | undefined
  for (const element of site.elements) {
    const branch = site.at(element, new LocalScope(site.scope))
    const isXslt = element.name.uri === xsltNamespace
    if (isXslt) checkElement(branch)
    if (isXslt && element.name.local === 'when' && otherwise === undefined) {
      const test = toBoolean(branch.expression('test'))
      branches.push({ test, body: compiler.body(branch, { isTail }) })
    } else if (isXslt && element.name.local === 'otherwise' && otherwise === undefined)
      otherwise = compiler.body(branch, { isTail })
    else throw branch.invalid(`'${branch.written}' cannot stand here in 'xsl:choose'.`)
  }
  if (branches.length === 0) throw site.invalid("'xsl:choose' has no 'xsl:when'.")
  return (context, output) => {
    for (const { test, body } of branches) {
      if (!test(context)) continue
      body(context, output)
      return
    }
    otherwise?.(context, output)
  }
}
