import type { JsonObject } from '../../base/json.ts'
import { definitionInvalid } from './errors.ts'

/** Refuses what a template says of an object and nothing here would follow; `unused` has no effect on this machine. */
export function checkMembers(
  kind: string,
  given: JsonObject,
  members: { readonly used: readonly string[]; readonly unused: readonly string[] },
): void {
  const known = [...members.used, ...members.unused]
  const other = Object.keys(given).find((name) => !known.includes(name))
  if (other === undefined) return
  throw definitionInvalid(`The property '${other}' of Microsoft.Graph/${kind} is not supported.`)
}
