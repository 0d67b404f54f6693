import { type JsonObject, type JsonValue, isJsonObject } from '../../../base/json.ts'

const referencesMax = 16

/** A name as a part of a pointer: https://www.rfc-editor.org/rfc/rfc6901#section-3 */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Follows `$ref` inside the document; a chain of references that does not end is an empty object. */
export function resolvedSchema(schema: JsonObject, document: JsonObject): JsonObject {
  let found: JsonValue | undefined = schema
  for (let step = 0; step < referencesMax; step += 1) {
    if (!isJsonObject(found)) return {}
    const reference: JsonValue | undefined = found['$ref']
    if (typeof reference !== 'string') return found
    if (!reference.startsWith('#/')) return {}
    found = reference
      .slice(2)
      .split('/')
      .map(unescaped)
      .reduce<JsonValue | undefined>(
        (at, part) => (isJsonObject(at) ? at[part] : undefined),
        document,
      )
  }
  return {}
}

function unescaped(part: string): string {
  return decoded(part).replaceAll('~1', '/').replaceAll('~0', '~')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
