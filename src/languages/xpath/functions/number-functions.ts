import { stringValue } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../compilation.ts'
import type { Operand } from '../operand.ts'
import { textNumber } from '../values.ts'
import { nodesArgument, numberArgument, type CoreFunction } from './core-function.ts'

/** The functions of numbers. https://www.w3.org/TR/xpath-10/#section-Number-Functions */
export const numberFunctions: readonly (readonly [string, CoreFunction])[] = [
  [
    'number',
    {
      least: 0,
      most: 1,
      compile: (call) => ({ type: 'number', evaluate: numberArgument(call, 0) }),
    },
  ],
  ['sum', { least: 1, most: 1, compile: sum }],
  ['floor', { least: 1, most: 1, compile: (call) => rounded(call, Math.floor) }],
  ['ceiling', { least: 1, most: 1, compile: (call) => rounded(call, Math.ceil) }],
  // JavaScript rounds halves up, as XPath does.
  ['round', { least: 1, most: 1, compile: (call) => rounded(call, Math.round) }],
]

function sum(call: FunctionCall): Operand {
  const nodes = nodesArgument(call, 0)
  return {
    type: 'number',
    evaluate: (context) => {
      let total = 0
      for (const node of nodes(context)) total += textNumber(stringValue(node))
      return total
    },
  }
}

function rounded(call: FunctionCall, round: (value: number) => number): Operand {
  const number = numberArgument(call, 0)
  return { type: 'number', evaluate: (context) => round(number(context)) }
}
