import type { XmlNode } from '../../xml/xml-tree.ts'
import { stringValue } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../../xpath/compilation.ts'
import type { XPathContext } from '../../xpath/context.ts'
import { nodesArgument } from '../../xpath/functions/core-function.ts'
import { textLengthMax } from '../../xpath/limits.ts'
import { nodesOperand, toNumber, toText, type Operand } from '../../xpath/operand.ts'
import { activationOf } from '../activation.ts'
import type { Site } from '../site.ts'
import { TreeSink } from '../tree-sink.ts'
import { operandAt, type FunctionTable } from './function-table.ts'

/** EXSLT's functions of texts. http://exslt.org/str/ */
export const textFunctions: FunctionTable = [
  ['tokenize', { least: 1, most: 2, compile: tokenize }],
  ['split', { least: 1, most: 2, compile: split }],
  ['concat', { least: 1, most: 1, compile: concat }],
  ['padding', { least: 1, most: 2, compile: padding }],
  ['align', { least: 2, most: 3, compile: align }],
  ['replace', { least: 3, most: 3, compile: replace }],
]

const tokenName = { prefix: '', local: 'token', uri: '' }

function tokenNodes(texts: readonly string[], context: XPathContext): readonly XmlNode[] {
  const { run } = activationOf(context)
  const sink = new TreeSink({ uri: '', number: run.nextTree() })
  for (const text of texts) {
    run.produce(text.length)
    run.budget.spend(1)
    sink.startElement({ name: tokenName, attributes: [], declarations: [] })
    sink.text(text)
    sink.endElement()
  }
  return sink.end().children
}

// Every character of the second text separates.
function tokenize(call: FunctionCall): Operand {
  const text = toText(operandAt(call, 0))
  const second = call.operands[1]
  const delimiters = second === undefined ? () => '\t\r\n ' : toText(second)
  return nodesOperand((context) => {
    const marks = new Set(delimiters(context))
    const characters = Array.from(text(context))
    if (marks.size === 0) return tokenNodes(characters, context)
    const tokens: string[] = []
    let token = ''
    for (const character of characters) {
      if (marks.has(character)) {
        if (token !== '') tokens.push(token)
        token = ''
      } else token += character
    }
    if (token !== '') tokens.push(token)
    return tokenNodes(tokens, context)
  })
}

function split(call: FunctionCall): Operand {
  const text = toText(operandAt(call, 0))
  const second = call.operands[1]
  const separator = second === undefined ? () => ' ' : toText(second)
  return nodesOperand((context) => {
    const mark = separator(context)
    const whole = text(context)
    const pieces = mark === '' ? Array.from(whole) : whole.split(mark)
    return tokenNodes(
      pieces.filter((piece) => piece !== ''),
      context,
    )
  })
}

function concat(call: FunctionCall): Operand {
  const nodes = nodesArgument(call, 0)
  return {
    type: 'string',
    evaluate: (context) => nodes(context).map(stringValue).join(''),
  }
}

function padding(call: FunctionCall, site: Site): Operand {
  const length = toNumber(operandAt(call, 0))
  const second = call.operands[1]
  const filler = second === undefined ? () => ' ' : toText(second)
  return {
    type: 'string',
    evaluate: (context) => {
      const wanted = Math.round(length(context))
      if (wanted > textLengthMax) throw site.failed('The text is too long.')
      context.scope.budget.spend(Math.max(0, wanted >> 6))
      return wanted > 0 ? ''.padEnd(wanted, filler(context)) : ''
    },
  }
}

function align(call: FunctionCall): Operand {
  const [text, room] = [toText(operandAt(call, 0)), toText(operandAt(call, 1))]
  const third = call.operands[2]
  const alignment = third === undefined ? () => 'left' : toText(third)
  return {
    type: 'string',
    evaluate: (context) => {
      const [whole, padded] = [text(context), room(context)]
      if (whole.length >= padded.length) return whole.slice(0, padded.length)
      const free = padded.length - whole.length
      const side = alignment(context)
      const before = side === 'right' ? free : side === 'center' ? Math.floor(free / 2) : 0
      return padded.slice(0, before) + whole + padded.slice(before + whole.length)
    },
  }
}

function replace(call: FunctionCall): Operand {
  const text = toText(operandAt(call, 0))
  const [search, replacement] = [toText(operandAt(call, 1)), toText(operandAt(call, 2))]
  return {
    type: 'string',
    evaluate: (context) => {
      const wanted = search(context)
      if (wanted === '') return text(context)
      return text(context).replaceAll(wanted, () => replacement(context))
    },
  }
}
