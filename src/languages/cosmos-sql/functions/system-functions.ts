import { arrayFunctions } from './array.ts'
import { convertFunctions } from './convert.ts'
import { dateTimeFunctions } from './date-time.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { integerFunctions } from './integer.ts'
import { itemFunctions } from './item.ts'
import { mathFunctions } from './math.ts'
import { regularExpressionFunctions } from './regular-expression.ts'
import { stringFunctions } from './string.ts'
import { typeCheckFunctions } from './type-check.ts'

/** Every system function: https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions */
export const systemFunctions: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    arrayFunctions,
    convertFunctions,
    dateTimeFunctions,
    integerFunctions,
    itemFunctions,
    mathFunctions,
    regularExpressionFunctions,
    stringFunctions,
    typeCheckFunctions,
  ].flatMap((table) => Object.entries(table)),
)
