import type { XmlNode } from '../xml/xml-tree.ts'
import type { XPathContext } from '../xpath/context.ts'
import type { Operand } from '../xpath/operand.ts'
import type { Site } from './site.ts'

/** The node-set that an attribute selects; anything else is a fault, as soon as it is known. */
export function nodeSetOfSite(
  site: Site,
  local: string,
): (context: XPathContext) => readonly XmlNode[] {
  const operand: Operand = site.expression(local)
  const fault = (): string => `The attribute '${local}' does not give a node-set.`
  if (operand.type === 'nodes') {
    if (operand.isFragment !== true) return operand.evaluate
    throw site.invalid(
      'To use a result tree fragment as a node-set, first convert it using the msxsl:node-set() function.',
      local,
    )
  }
  if (operand.type !== 'any') throw site.invalid(fault(), local)
  const { evaluate } = operand
  return (context) => {
    const value = evaluate(context)
    if (typeof value === 'object') return value
    throw site.failed(fault(), local)
  }
}
