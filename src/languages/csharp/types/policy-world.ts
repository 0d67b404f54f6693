import type { TypeDeclaration } from '../type-model.ts'
import { TypeWorld } from '../type-world.ts'
import { collectionTypes } from './collection-types.ts'
import { contextTypes } from './context-types.ts'
import { coreTypes } from './core-types.ts'
import { dateTypes } from './date-types.ts'
import { dictionaryTypes } from './dictionary-types.ts'
import { enumerableTypes } from './enumerable.ts'
import { jsonTypes } from './json-types.ts'
import { numberTypes } from './number-types.ts'
import { simpleTypes } from './simple-types.ts'
import { stringTypes } from './string-types.ts'
import { certificateTypes } from './certificates.ts'
import { cryptoTypes } from './crypto-types.ts'
import { tupleTypes } from './tuple-types.ts'
import { textTypes } from './text-types.ts'
import { timeZoneTypes } from './time-zone-types.ts'
import { xmlTypes } from './xml-types.ts'
import { regexTypes } from './regex-types.ts'
import { encodingTypes } from './encoding-types.ts'

/** The declarations of all types that a policy expression may use. */
export const policyTypes: readonly TypeDeclaration[] = [
  ...coreTypes,
  ...numberTypes,
  ...stringTypes,
  ...collectionTypes,
  ...dictionaryTypes,
  ...enumerableTypes,
  ...dateTypes,
  ...jsonTypes,
  ...simpleTypes,
  ...textTypes,
  ...tupleTypes,
  ...encodingTypes,
  ...regexTypes,
  ...xmlTypes,
  ...certificateTypes,
  ...cryptoTypes,
  ...timeZoneTypes,
  ...contextTypes,
]

/**
 * All types that a policy expression may use, the same for every expression.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#net-framework-types-allowed-in-policy-expressions
 */
export const policyWorld = new TypeWorld(policyTypes)
