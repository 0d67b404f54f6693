import { type BuiltIn, type FunctionTable, takes } from '../frame.ts'
import { armFunctions } from './arm.ts'
import { arrayFunctions } from './arrays.ts'
import { cidrFunctions } from './cidr.ts'
import { dateFunctions } from './dates.ts'
import { fileFunctions } from './files.ts'
import { lambdaFunctions } from './lambdas.ts'
import { numberFunctions } from './numbers.ts'
import { objectFunctions } from './objects.ts'
import { resourceFunctions } from './resources.ts'
import { scopeFunctions } from './scopes.ts'
import { stringFunctions } from './strings.ts'

const bicepFunctions: FunctionTable = {
  ...arrayFunctions,
  ...cidrFunctions,
  ...dateFunctions,
  ...fileFunctions,
  ...lambdaFunctions,
  ...numberFunctions,
  ...objectFunctions,
  ...resourceFunctions,
  ...scopeFunctions,
  ...stringFunctions,
  // The evaluator reads its operand without evaluating it.
  nameof: takes(1, 1, (args) => args.any(0)),
}
// ARM templates write function names in any case, and have some that Bicep has operators for.
const armNames: ReadonlyMap<string, BuiltIn> = new Map(
  Object.entries({ ...bicepFunctions, ...armFunctions }).map(([name, builtIn]) => [
    name.toLowerCase(),
    builtIn,
  ]),
)

/** The function of that name in the language of a template. */
export function findFunction(name: string, language: 'bicep' | 'arm'): BuiltIn | undefined {
  if (language === 'arm') return armNames.get(name.toLowerCase())
  return Object.hasOwn(bicepFunctions, name) ? bicepFunctions[name] : undefined
}

/** The names of all functions of Bicep. */
export const functionNames: readonly string[] = Object.keys(bicepFunctions)
