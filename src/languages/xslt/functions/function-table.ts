import type { FunctionCall } from '../../xpath/compilation.ts'
import type { Operand } from '../../xpath/operand.ts'
import { XPathFault } from '../../xpath/tokens.ts'
import type { Site } from '../site.ts'

/** A function of XSLT or of an extension. */
export interface ExtensionFunction {
  readonly least: number
  readonly most: number
  readonly compile: (call: FunctionCall, site: Site) => Operand
}

/** Functions by name, each with how many arguments it takes. */
export type FunctionTable = readonly (readonly [string, ExtensionFunction])[]

/** The operand at a place; the number of arguments was checked. */
export function operandAt({ operands, offset }: FunctionCall, index: number): Operand {
  const operand = operands[index]
  if (operand === undefined) throw new XPathFault('An argument is missing.', offset)
  return operand
}
