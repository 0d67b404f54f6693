import type { FunctionBody, LazyFunctionBody } from './function-body.ts'
import { binaryFunctions } from './functions/binary.ts'
import { collectionFunctions } from './functions/collection.ts'
import { conversionFunctions } from './functions/conversion.ts'
import { dateFunctions } from './functions/date.ts'
import { formFunctions } from './functions/form.ts'
import { lazyLogicalFunctions, logicalFunctions } from './functions/logical.ts'
import { mathFunctions } from './functions/math.ts'
import { objectFunctions } from './functions/object.ts'
import { stringFunctions } from './functions/string.ts'
import { uriFunctions } from './functions/uri.ts'
import { xmlFunctions } from './functions/xml.ts'

/** The functions that evaluate all of their arguments first, by names in lower case. */
export const eagerFunctions: ReadonlyMap<string, FunctionBody> = new Map(
  [
    binaryFunctions,
    collectionFunctions,
    conversionFunctions,
    dateFunctions,
    formFunctions,
    logicalFunctions,
    mathFunctions,
    objectFunctions,
    stringFunctions,
    uriFunctions,
    xmlFunctions,
  ]
    .flatMap((family) => Object.entries(family))
    .map(([name, body]) => [name.toLowerCase(), body]),
)

/** The functions that evaluate what they need, by names in lower case. */
export const lazyFunctions: ReadonlyMap<string, LazyFunctionBody> = new Map(
  Object.entries(lazyLogicalFunctions).map(([name, body]) => [name.toLowerCase(), body]),
)
