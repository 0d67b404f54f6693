import { isJsonObject, objectMember, type JsonObject, type JsonValue } from '../../base/json.ts'

/** A role that a template defines: https://learn.microsoft.com/azure/role-based-access-control/custom-roles */
export interface CustomRole {
  allows(action: string): boolean
}

/** Reads `permissions`: what one of them gives and does not take back is allowed, for management and data alike. */
export function readCustomRole(definition: JsonObject): CustomRole {
  const { permissions } = objectMember(definition, 'properties')
  const rules = (Array.isArray(permissions) ? permissions : [])
    .filter(isJsonObject)
    .flatMap((permission) => [
      { given: patterns(permission['actions']), taken: patterns(permission['notActions']) },
      { given: patterns(permission['dataActions']), taken: patterns(permission['notDataActions']) },
    ])
  return {
    allows: (action) =>
      rules.some(
        ({ given, taken }) =>
          given.some((each) => each.test(action)) && !taken.some((each) => each.test(action)),
      ),
  }
}

// A star stands for any characters, slashes too.
function patterns(value: JsonValue | undefined): readonly RegExp[] {
  const texts = Array.isArray(value) ? value : []
  return texts
    .filter((text) => typeof text === 'string')
    .map((text) => {
      const literals = text.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, '\\$&'))
      return new RegExp(`^${literals.join('.*')}$`, 'i')
    })
}
