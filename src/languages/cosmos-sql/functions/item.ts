import { isJsonObject } from '../../../base/json.ts'
import type { Value } from '../values.ts'
import type { FunctionTable } from './function-definition.ts'

/** Functions of a condition and of whole items. */
export const itemFunctions: FunctionTable = {
  DOCUMENTID: { minimum: 1, maximum: 1, evaluate: documentId },
  IIF: {
    minimum: 3,
    maximum: 3,
    evaluate: (condition, then, otherwise) => (condition === true ? then : otherwise),
  },
}

// The number of a document is the last 8 bytes of its resource id, lowest first.
// https://learn.microsoft.com/azure/cosmos-db/nosql/query/documentid
function documentId(item: Value): Value {
  const rid = isJsonObject(item) ? item['_rid'] : undefined
  if (typeof rid !== 'string') return undefined
  const bytes = Buffer.from(rid.replaceAll('-', '/'), 'base64')
  return bytes.length < 16 ? undefined : Number(bytes.readBigUInt64LE(8))
}
