import { stringValue, type XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../../xpath/compilation.ts'
import { nodesArgument } from '../../xpath/functions/core-function.ts'
import { nodesOperand, toNumber, type Operand } from '../../xpath/operand.ts'
import { textNumber } from '../../xpath/values.ts'
import { operandAt, type ExtensionFunction, type FunctionTable } from './function-table.ts'

/** EXSLT's functions of numbers. http://exslt.org/math/ */
export const mathFunctions: FunctionTable = [
  ['abs', ofOne(Math.abs)],
  ['acos', ofOne(Math.acos)],
  ['asin', ofOne(Math.asin)],
  ['atan', ofOne(Math.atan)],
  ['atan2', ofTwo(Math.atan2)],
  ['cos', ofOne(Math.cos)],
  ['exp', ofOne(Math.exp)],
  ['log', ofOne(Math.log)],
  ['power', ofTwo(Math.pow)],
  ['sin', ofOne(Math.sin)],
  ['sqrt', ofOne(Math.sqrt)],
  ['tan', ofOne(Math.tan)],
  ['min', { least: 1, most: 1, compile: (call) => extreme(call, Math.min) }],
  ['max', { least: 1, most: 1, compile: (call) => extreme(call, Math.max) }],
  ['lowest', { least: 1, most: 1, compile: (call) => extremeNodes(call, Math.min) }],
  ['highest', { least: 1, most: 1, compile: (call) => extremeNodes(call, Math.max) }],
]

function ofOne(compute: (value: number) => number): ExtensionFunction {
  return {
    least: 1,
    most: 1,
    compile: (call) => {
      const number = toNumber(operandAt(call, 0))
      return { type: 'number', evaluate: (context) => compute(number(context)) }
    },
  }
}

function ofTwo(compute: (left: number, right: number) => number): ExtensionFunction {
  return {
    least: 2,
    most: 2,
    compile: (call) => {
      const [left, right] = [toNumber(operandAt(call, 0)), toNumber(operandAt(call, 1))]
      return { type: 'number', evaluate: (context) => compute(left(context), right(context)) }
    },
  }
}

type Pick = (left: number, right: number) => number

// NaN where there is no node, or one that is no number.
function extremeOf(nodes: readonly XmlNode[], pick: Pick): number {
  let found: number | undefined
  for (const node of nodes) {
    const number = textNumber(stringValue(node))
    found = found === undefined ? number : pick(found, number)
  }
  return found ?? Number.NaN
}

function extreme(call: FunctionCall, pick: Pick): Operand {
  const nodes = nodesArgument(call, 0)
  return { type: 'number', evaluate: (context) => extremeOf(nodes(context), pick) }
}

function extremeNodes(call: FunctionCall, pick: Pick): Operand {
  const nodes = nodesArgument(call, 0)
  return nodesOperand((context) => {
    const all = nodes(context)
    const wanted = extremeOf(all, pick)
    return all.filter((node) => textNumber(stringValue(node)) === wanted)
  })
}
