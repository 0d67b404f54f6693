import type { Clock } from '../../base/clock.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { patchConditionFailed } from './errors.ts'
import { compile, faultOf } from './query.ts'

/**
 * Throws 412 unless the item meets the condition of a patch, such as `FROM c WHERE c.stock > 0`:
 * https://learn.microsoft.com/azure/cosmos-db/partial-document-update#supported-modes
 */
export async function checkPatchCondition(
  item: JsonObject,
  condition: string,
  clock: Clock,
): Promise<void> {
  const compiled = compile(`SELECT VALUE 1 ${condition}`, [], { clock })
  try {
    for await (const rows of compiled.run(onePage(item))) if (rows.length > 0) return
  } catch (error) {
    throw faultOf(error)
  }
  throw patchConditionFailed()
}

async function* onePage(item: JsonObject): AsyncGenerator<readonly JsonValue[]> {
  yield [item]
}
