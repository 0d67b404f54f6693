import type { XmlNode } from '../xml/xml-tree.ts'
import { XPathContext } from '../xpath/context.ts'
import { toNumber, toText, type Operand } from '../xpath/operand.ts'
import { checkElement } from './check-element.ts'
import { xsltNamespace } from './names.ts'
import type { Site, TextClosure } from './site.ts'

/** Puts selected nodes into the order of `xsl:sort`. https://www.w3.org/TR/xslt-10/#sorting */
export type SortClosure = (nodes: readonly XmlNode[], context: XPathContext) => readonly XmlNode[]

/** True for `xsl:sort`. */
export function isSort({ name }: XmlNode): boolean {
  return name.uri === xsltNamespace && name.local === 'sort'
}

/** Compiles the elements `xsl:sort` of an element; undefined for none. */
export function compileSorts(site: Site, elements: readonly XmlNode[]): SortClosure | undefined {
  const keys = elements.map((element) => {
    const own = site.at(element)
    checkElement(own)
    return compileKey(own)
  })
  if (keys.length === 0) return undefined
  return (nodes, context) => {
    if (nodes.length < 2) return nodes
    const columns = keys.map((key) => key(nodes, context))
    context.scope.budget.spend(nodes.length * columns.length * Math.ceil(Math.log2(nodes.length)))
    const places = nodes.map((_node, index) => index)
    places.sort((left, right) => {
      for (const compare of columns) {
        const order = compare(left, right)
        if (order !== 0) return order
      }
      return left - right
    })
    return places.flatMap((place) => nodes[place] ?? [])
  }
}

/** Compares two of the nodes by their places. */
type Comparison = (left: number, right: number) => number

type SortKey = (nodes: readonly XmlNode[], context: XPathContext) => Comparison

const contextNode: Operand = {
  type: 'nodes',
  evaluate: ({ node }) => [node],
  first: ({ node }) => node,
}

function compileKey(site: Site): SortKey {
  const select = site.attribute('select') === undefined ? contextNode : site.expression('select')
  const [text, number] = [toText(select), toNumber(select)]
  const type = choice(site, 'data-type', ['text', 'number'])
  const order = choice(site, 'order', ['ascending', 'descending'])
  const caseOrder = choice(site, 'case-order', ['', 'upper-first', 'lower-first'])
  const lang = site.template('lang') ?? (() => '')
  const collators = new Map<string, Intl.Collator>()
  return (nodes, context) => {
    const sign = order(context) === 'descending' ? -1 : 1
    if (type(context) === 'number') {
      const values = evaluateAll(nodes, context, number)
      return (left, right) => sign * compareNumbers(values[left], values[right])
    }
    const values = evaluateAll(nodes, context, text)
    const collator = collatorFor(lang(context), caseOrder(context), { collators, site })
    return (left, right) => sign * collator.compare(values[left] ?? '', values[right] ?? '')
  }
}

function choice(site: Site, local: string, allowed: readonly string[]): TextClosure {
  const template = site.template(local)
  const [fallback = ''] = allowed
  if (template === undefined) return () => fallback
  const constant = site.constantOf(local)
  const check = (value: string): string => {
    if (allowed.includes(value)) return value
    // A type with a prefix is the vendor's own; ours has none.
    throw site.invalid(`'${value}' is no ${local} of 'xsl:sort'.`, local)
  }
  if (constant !== undefined) check(constant)
  return (context) => check(template(context))
}

function evaluateAll<Value>(
  nodes: readonly XmlNode[],
  outer: XPathContext,
  value: (context: XPathContext) => Value,
): Value[] {
  const context = new XPathContext(outer.node, outer.scope, 0, nodes.length)
  return nodes.map((node) => {
    context.node = node
    context.current = node
    context.position += 1
    return value(context)
  })
}

// What is no number comes first.
function compareNumbers(left = Number.NaN, right = Number.NaN): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1
  if (Number.isNaN(right)) return 1
  return left - right
}

// Without a language the order is the same on every machine.
function collatorFor(
  lang: string,
  caseOrder: string,
  { collators, site }: { readonly collators: Map<string, Intl.Collator>; readonly site: Site },
): Intl.Collator {
  const key = `${lang} ${caseOrder}`
  const known = collators.get(key)
  if (known !== undefined) return known
  const caseFirst = caseOrder === 'upper-first' ? 'upper' : 'lower'
  try {
    const collator = new Intl.Collator(lang === '' ? 'en-US' : lang, { caseFirst })
    collators.set(key, collator)
    return collator
  } catch (error) {
    if (error instanceof RangeError) throw site.failed(`'${lang}' is no language.`, 'lang')
    throw error
  }
}
