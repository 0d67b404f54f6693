import { xmlNamespace } from '../../xml/xml-name.ts'
import { attributeNode, type XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../compilation.ts'
import { toBoolean, type Operand } from '../operand.ts'
import { textArgument, type CoreFunction } from './core-function.ts'

/** The functions that give a truth. https://www.w3.org/TR/xpath-10/#section-Boolean-Functions */
export const booleanFunctions: readonly (readonly [string, CoreFunction])[] = [
  ['boolean', { least: 1, most: 1, compile: (call) => truth(call, true) }],
  ['not', { least: 1, most: 1, compile: (call) => truth(call, false) }],
  ['true', { least: 0, most: 0, compile: () => ({ type: 'boolean', evaluate: () => true }) }],
  ['false', { least: 0, most: 0, compile: () => ({ type: 'boolean', evaluate: () => false }) }],
  ['lang', { least: 1, most: 1, compile: lang }],
]

function truth({ operands: [operand] }: FunctionCall, wanted: boolean): Operand {
  const test = operand === undefined ? () => false : toBoolean(operand)
  return {
    type: 'boolean',
    evaluate: wanted ? test : (context) => !test(context),
  }
}

function lang(call: FunctionCall): Operand {
  const text = textArgument(call, 0)
  return {
    type: 'boolean',
    evaluate: (context) => {
      const wanted = text(context).toLowerCase()
      const found = languageOf(context.node)?.toLowerCase()
      return found !== undefined && (found === wanted || found.startsWith(`${wanted}-`))
    },
  }
}

function languageOf(start: XmlNode): string | undefined {
  for (let node: XmlNode | null = start; node !== null; node = node.parent) {
    const found = attributeNode(node, 'lang', xmlNamespace)
    if (found) return found.value
  }
  return undefined
}
