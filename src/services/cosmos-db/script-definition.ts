import type { JsonObject, JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import { scriptBytesMax } from './limits.ts'
import type { ScriptKind } from './resource-id.ts'

/** Reads a script as ARM and the REST interface write it. */
export function parseScript(kind: ScriptKind, resource: JsonObject): JsonObject {
  const { id, body } = resource
  if (typeof id !== 'string' || typeof body !== 'string') {
    throw badRequest(
      "The input content is invalid because the required properties - 'id; body; ' - are missing",
    )
  }
  if (Buffer.byteLength(body) > scriptBytesMax) {
    throw badRequest(`The body of a script exceeds the ${scriptBytesMax} bytes allowed.`)
  }
  return { id, body, ...(kind === 'triggers' ? triggerOf(resource) : {}) }
}

const triggerTypes = ['Pre', 'Post'] as const
const triggerOperations = ['All', 'Create', 'Update', 'Delete', 'Replace'] as const

function triggerOf({ triggerType, triggerOperation = 'All' }: JsonObject): JsonObject {
  return {
    triggerType: oneOf(triggerTypes, triggerType, 'triggerType'),
    triggerOperation: oneOf(triggerOperations, triggerOperation, 'triggerOperation'),
  }
}

// Clients write them in either case.
function oneOf(known: readonly string[], value: JsonValue | undefined, name: string): string {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  const found = known.find((each) => each.toLowerCase() === text)
  if (found !== undefined) return found
  throw badRequest(
    `The ${name} ${JSON.stringify(value ?? null)} is not one of ${known.join(', ')}.`,
  )
}
