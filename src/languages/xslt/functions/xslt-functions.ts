import { namespaceOf, stringValue, type XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../../xpath/compilation.ts'
import type { XPathContext } from '../../xpath/context.ts'
import { nodeArgument, nodesArgument, textArgument } from '../../xpath/functions/core-function.ts'
import { nodesOperand, toNumber, toText, type Operand } from '../../xpath/operand.ts'
import { inOrder } from '../../xpath/path.ts'
import { stringOf } from '../../xpath/values.ts'
import { activationOf } from '../activation.ts'
import {
  defaultDecimalFormat,
  formatDecimal,
  PictureFault,
  type DecimalFormat,
} from '../decimal-format.ts'
import { isInstruction } from '../element-table.ts'
import { msxslNamespace, nameKey, xsltNamespace } from '../names.ts'
import type { Site } from '../site.ts'
import { resolvePath } from '../stylesheet-module.ts'
import { operandAt, type FunctionTable } from './function-table.ts'

/** The functions that XSLT adds to XPath. https://www.w3.org/TR/xslt-10/#add-func */
export const xsltFunctions: FunctionTable = [
  ['current', { least: 0, most: 0, compile: current }],
  ['document', { least: 1, most: 2, compile: document }],
  ['element-available', { least: 1, most: 1, compile: elementAvailable }],
  ['format-number', { least: 2, most: 3, compile: formatNumber }],
  ['generate-id', { least: 0, most: 1, compile: generateId }],
  ['key', { least: 2, most: 2, compile: key }],
  ['system-property', { least: 1, most: 1, compile: systemProperty }],
  ['unparsed-entity-uri', { least: 1, most: 1, compile: unparsedEntityUri }],
]

function current(): Operand {
  return {
    type: 'nodes',
    evaluate: (context) => [context.current],
    first: (context) => context.current,
  }
}

/** https://www.w3.org/TR/xslt-10/#document */
function document(call: FunctionCall, site: Site): Operand {
  const operand = operandAt(call, 0)
  const base = call.operands.length > 1 ? nodesArgument(call, 1) : undefined
  const read = (reference: string, from: string, context: XPathContext): XmlNode => {
    const [path = ''] = reference.split('#')
    const { run } = activationOf(context)
    return run.document(path === '' ? from : resolvePath(path, from), () => site.position())
  }
  const { evaluate } = operand
  return nodesOperand((context) => {
    const value = evaluate(context)
    const baseNode = base?.(context)[0]
    if (typeof value !== 'object')
      return [read(stringOf(value), baseNode?.tree.uri ?? site.module.name, context)]
    return inOrder(
      value.map((node) => read(stringValue(node), baseNode?.tree.uri ?? node.tree.uri, context)),
    )
  })
}

/** https://www.w3.org/TR/xslt-10/#key */
function key(call: FunctionCall, site: Site): Operand {
  const name = textArgument(call, 0)
  const { evaluate } = operandAt(call, 1)
  const first = call.expressions[0]
  if (first?.kind === 'literal') checkKey(first.value, site)
  return nodesOperand((context) => {
    const written = name(context)
    const found = checkKey(written, site)
    const { keys } = activationOf(context).run
    const value = evaluate(context)
    const { tree } = context.node
    if (typeof value !== 'object') return keys.find(tree, found, stringOf(value))
    const all: XmlNode[] = []
    for (const text of new Set(value.map(stringValue))) {
      for (const node of keys.find(tree, found, text)) all.push(node)
    }
    return inOrder(all)
  })
}

function checkKey(written: string, site: Site): string {
  const name = nameKey(site.name(written, 'select'))
  if (!site.program.keys.has(name)) throw site.invalid(`There is no key '${written}'.`)
  return name
}

/** https://www.w3.org/TR/xslt-10/#format-number */
function formatNumber(call: FunctionCall, site: Site): Operand {
  const number = toNumber(operandAt(call, 0))
  const picture = toText(operandAt(call, 1))
  const third = call.operands[2]
  const name = third === undefined ? undefined : toText(third)
  return {
    type: 'string',
    evaluate: (context) => {
      const written = name?.(context)
      const found = written === undefined ? '' : nameKey(site.name(written, 'select'))
      const format = site.program.decimalFormats.get(found)
      if (format === undefined && written !== undefined)
        throw site.failed(`There is no decimal format '${written}'.`)
      return formatted(number(context), picture(context), { format, site })
    },
  }
}

function formatted(
  value: number,
  picture: string,
  { format, site }: { readonly format: DecimalFormat | undefined; readonly site: Site },
): string {
  try {
    return formatDecimal(value, picture, format ?? defaultDecimalFormat)
  } catch (error) {
    throw error instanceof PictureFault ? site.failed(error.message, 'select') : error
  }
}

function generateId(call: FunctionCall): Operand {
  const find = nodeArgument(call)
  return {
    type: 'string',
    evaluate: (context) => {
      const node = find(context)
      return node === undefined ? '' : activationOf(context).run.identifier(node)
    },
  }
}

const properties: ReadonlyMap<string, string> = new Map([
  [`{${xsltNamespace}}vendor`, 'Microsoft'],
  [`{${xsltNamespace}}vendor-url`, 'http://www.microsoft.com'],
  [`{${msxslNamespace}}version`, '6.0'],
])

/** The properties say what .NET's processor says, because stylesheets choose by them. https://www.w3.org/TR/xslt-10/#function-system-property */
function systemProperty(call: FunctionCall, site: Site): Operand {
  const name = textArgument(call, 0)
  return {
    type: 'any',
    evaluate: (context) => {
      const found = nameKey(site.name(name(context), 'select'))
      return found === `{${xsltNamespace}}version` ? 1 : (properties.get(found) ?? '')
    },
  }
}

function elementAvailable(call: FunctionCall, site: Site): Operand {
  const name = textArgument(call, 0)
  return {
    type: 'boolean',
    evaluate: (context) => {
      const written = name(context)
      const { prefix, local, uri } = site.name(written, 'select')
      const found = prefix === '' ? (namespaceOf(site.element, '') ?? '') : uri
      return found === xsltNamespace && isInstruction(local)
    },
  }
}

function unparsedEntityUri(call: FunctionCall): Operand {
  const name = textArgument(call, 0)
  return {
    type: 'string',
    evaluate: (context) => {
      const { unparsedEntities, uri } = context.node.tree
      const found = unparsedEntities.get(name(context))
      return found === undefined ? '' : resolvePath(found, uri)
    },
  }
}
