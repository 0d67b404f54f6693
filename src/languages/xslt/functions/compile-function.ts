import type { ExpandedName, FunctionCall } from '../../xpath/compilation.ts'
import { coreFunctions } from '../../xpath/functions/core-functions.ts'
import { textArgument } from '../../xpath/functions/core-function.ts'
import type { Operand } from '../../xpath/operand.ts'
import { XPathFault } from '../../xpath/tokens.ts'
import { exslNamespace, msxslNamespace, nameKey } from '../names.ts'
import type { Site } from '../site.ts'
import type { ExtensionFunction, FunctionTable } from './function-table.ts'
import { mathFunctions } from './math-functions.ts'
import { commonFunctions, nodeSetFunction, setFunctions } from './node-set-functions.ts'
import { textFunctions } from './text-functions.ts'
import { xsltFunctions } from './xslt-functions.ts'

/** Compiles a call of a function that is not XPath's own. https://www.w3.org/TR/xslt-10/#section-Extension-Functions */
export function compileFunction(
  name: ExpandedName,
  call: FunctionCall,
  site: Site,
): Operand | undefined {
  const key = nameKey(name)
  const found = key === 'function-available' ? functionAvailable : functions.get(key)
  if (found !== undefined) {
    const count = call.operands.length
    if (count < found.least || count > found.most)
      throw new XPathFault(`Wrong number of arguments of '${call.name.local}'.`, call.offset)
    return found.compile(call, site)
  }
  const { prefix, local } = call.name
  const written = prefix === '' ? local : `${prefix}:${local}`
  // A stylesheet that asks whether a function exists calls it only where it does.
  if (!site.isForward && !site.program.asksFor(written)) return undefined
  return {
    type: 'any',
    evaluate: () => {
      throw call.compilation.fault(`There is no function '${written}'.`, call.offset)
    },
  }
}

function inNamespace(uri: string, table: FunctionTable): [string, ExtensionFunction][] {
  return table.map(([local, compiled]) => [nameKey({ uri, local }), compiled])
}

const functions: ReadonlyMap<string, ExtensionFunction> = new Map([
  ...inNamespace('', xsltFunctions),
  ...inNamespace(msxslNamespace, nodeSetFunction),
  ...inNamespace(exslNamespace, commonFunctions),
  ...inNamespace('http://exslt.org/math', mathFunctions),
  ...inNamespace('http://exslt.org/sets', setFunctions),
  ...inNamespace('http://exslt.org/strings', textFunctions),
])

const functionAvailable: ExtensionFunction = {
  least: 1,
  most: 1,
  compile: (call, site) => {
    const name = textArgument(call, 0)
    return {
      type: 'boolean',
      evaluate: (context) => {
        const found = nameKey(site.name(name(context), 'select'))
        return functions.has(found) || coreFunctions.has(found) || found === 'function-available'
      },
    }
  },
}
