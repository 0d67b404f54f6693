import { isJsonObject } from '../../../base/json.ts'
import type { Value } from '../values.ts'
import { parseDateTime } from './date-time-value.ts'
import type { FunctionDefinition, FunctionTable } from './function-definition.ts'
import { isInteger } from './integer.ts'

/** Functions that tell the type of a value; all of them say false of undefined. */
export const typeCheckFunctions: FunctionTable = {
  IS_ARRAY: check(Array.isArray),
  IS_BOOL: check((value) => typeof value === 'boolean'),
  IS_DATETIME: check((value) => typeof value === 'string' && parseDateTime(value) !== undefined),
  IS_DEFINED: check((value) => value !== undefined),
  IS_FINITE_NUMBER: check((value) => typeof value === 'number' && Number.isFinite(value)),
  IS_INTEGER: check(isInteger),
  IS_NULL: check((value) => value === null),
  IS_NUMBER: check((value) => typeof value === 'number'),
  IS_OBJECT: check(isJsonObject),
  IS_PRIMITIVE: check(
    (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  ),
  IS_STRING: check((value) => typeof value === 'string'),
}

function check(evaluate: (value: Value) => boolean): FunctionDefinition {
  return { minimum: 1, maximum: 1, evaluate }
}
