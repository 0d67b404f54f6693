import type { CoreFunction } from './core-function.ts'
import { booleanFunctions } from './boolean-functions.ts'
import { nodeFunctions } from './node-functions.ts'
import { numberFunctions } from './number-functions.ts'
import { stringFunctions } from './string-functions.ts'

/** The core function library. https://www.w3.org/TR/xpath-10/#corelib */
export const coreFunctions: ReadonlyMap<string, CoreFunction> = new Map([
  ...nodeFunctions,
  ...stringFunctions,
  ...booleanFunctions,
  ...numberFunctions,
])
