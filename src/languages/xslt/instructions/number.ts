import type { XmlNode } from '../../xml/xml-tree.ts'
import type { XPathContext } from '../../xpath/context.ts'
import { toNumber } from '../../xpath/operand.ts'
import { numberText } from '../../xpath/values.ts'
import { activationOf } from '../activation.ts'
import { formatNumbers, type NumberLayout } from '../number-format.ts'
import type { PatternMatch } from '../pattern.ts'
import type { Run } from '../run.ts'
import { compileSitePattern } from '../site-pattern.ts'
import type { Site } from '../site.ts'
import type { Instruction } from '../template.ts'

/** `xsl:number`. https://www.w3.org/TR/xslt-10/#number */
export function compileNumber(site: Site): Instruction {
  if (site.elements.length > 0) throw site.invalid("'xsl:number' has no content.")
  const layout = compileLayout(site)
  if (site.attribute('value') !== undefined) {
    const value = toNumber(site.expression('value'))
    return (context, output) => {
      const number = value(context)
      const isCountable = Number.isFinite(number) && number >= 0
      output.text(isCountable ? formatNumbers([number], layout(context)) : numberText(number))
    }
  }
  const numbers = compileCounting(site)
  return (context, output) => {
    const list = numbers(context.node, context)
    if (list.length > 0) output.text(formatNumbers(list, layout(context)))
  }
}

function compileLayout(site: Site): (context: XPathContext) => NumberLayout {
  const format = site.template('format') ?? (() => '1')
  const separator = site.template('grouping-separator') ?? (() => '')
  const size = site.template('grouping-size') ?? (() => '0')
  const letterValue = site.constantOf('letter-value')
  if (letterValue !== undefined && !['alphabetic', 'traditional'].includes(letterValue))
    throw site.invalid(`'${letterValue}' is no letter-value.`, 'letter-value')
  return (context) => ({
    format: format(context),
    groupingSeparator: separator(context),
    groupingSize: Number(size(context)) || 0,
  })
}

type Counting = (node: XmlNode, context: XPathContext) => readonly number[]

function compileCounting(site: Site): Counting {
  const level = site.attribute('level') ?? 'single'
  const count = patternOf(site, 'count') ?? undefined
  const from = patternOf(site, 'from')
  const matches = (node: XmlNode, start: XmlNode, context: XPathContext): boolean =>
    count === undefined ? isAlike(node, start) : count(node, context)
  switch (level) {
    case 'single':
    case 'multiple':
      return (node, context) => {
        const counted: XmlNode[] = []
        for (let outer: XmlNode | null = node; outer !== null; outer = outer.parent) {
          if (from !== undefined && outer !== node && from(outer, context)) break
          if (!matches(outer, node, context)) continue
          counted.unshift(outer)
          if (level === 'single') break
        }
        return counted.map((outer) =>
          siblingNumber(outer, (other) => matches(other, node, context), { context, site }),
        )
      }
    case 'any':
      return (node, context) => {
        const number = countBefore(node, { context, matches, from })
        return number === 0 ? [] : [number]
      }
    default:
      throw site.invalid(`'${level}' is no level of 'xsl:number'.`, 'level')
  }
}

function patternOf(site: Site, local: string): PatternMatch | undefined {
  if (site.attribute(local) === undefined) return undefined
  const patterns = compileSitePattern(site, local)
  return (node, context) => patterns.some(({ matches }) => matches(node, context))
}

function isAlike(node: XmlNode, start: XmlNode): boolean {
  return (
    node.kind === start.kind &&
    node.name.local === start.name.local &&
    node.name.uri === start.name.uri
  )
}

// The nodes of a list are numbered one after another: the last count is where the next one starts.
function siblingNumber(
  node: XmlNode,
  matches: (node: XmlNode) => boolean,
  { context, site }: { readonly context: XPathContext; readonly site: Site },
): number {
  const siblings = node.parent === null || node.kind === 'attribute' ? [] : node.parent.children
  const { run } = activationOf(context)
  const before = isStable(site) ? knownCount(run, site, node) : undefined
  let number = before?.number ?? 0
  const start = before === undefined ? 0 : before.index + 1
  context.scope.budget.spend(Math.max(0, node.index - start))
  for (let index = start; index < node.index; index++) {
    const sibling = siblings[index]
    if (sibling !== undefined && matches(sibling)) number += 1
  }
  number += 1
  run.counts.set(site, { node, number })
  return number
}

// A pattern with variables may count something else for each node.
function isStable(site: Site): boolean {
  return !/[$]|current/.test(site.attribute('count') ?? '')
}

function knownCount(
  run: Run,
  site: Site,
  node: XmlNode,
): { readonly index: number; readonly number: number } | undefined {
  const last = run.counts.get(site)
  if (last === undefined || last.node.parent !== node.parent || !isAlike(last.node, node))
    return undefined
  return last.node.index < node.index ? { index: last.node.index, number: last.number } : undefined
}

function countBefore(
  start: XmlNode,
  how: {
    readonly context: XPathContext
    readonly matches: (node: XmlNode, start: XmlNode, context: XPathContext) => boolean
    readonly from: PatternMatch | undefined
  },
): number {
  const { context, matches, from } = how
  let number = 0
  for (let node: XmlNode | null = start; node !== null; node = nodeBefore(node)) {
    context.scope.budget.spend(1)
    if (from !== undefined && node !== start && from(node, context)) return number
    if (matches(node, start, context)) number += 1
  }
  return number
}

function nodeBefore(node: XmlNode): XmlNode | null {
  if (node.kind === 'attribute' || node.kind === 'namespace') return node.parent
  let before = node.parent?.children[node.index - 1]
  if (before === undefined) return node.parent
  for (;;) {
    const last: XmlNode | undefined = before.children.at(-1)
    if (last === undefined) return before
    before = last
  }
}
