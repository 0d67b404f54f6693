import type { EntityKind } from './entity-kind.ts'
import { entityInUse } from './errors.ts'

/** The groups that every service has: https://learn.microsoft.com/azure/api-management/api-management-howto-create-groups */
export const builtInGroups = [
  ['administrators', 'Administrators'],
  ['developers', 'Developers'],
  ['guests', 'Guests'],
] as const

/** https://learn.microsoft.com/rest/api/apimanagement/group */
export const groupKind: EntityKind = {
  kind: 'groups',
  label: 'Group',
  accept({ fields, properties, old }) {
    const { builtIn: _given, ...others } = properties
    return {
      ...others,
      displayName: fields.requiredText('displayName'),
      description: fields.text('description') ?? '',
      builtIn: old?.properties['builtIn'] === true,
      type:
        fields.choice('type', ['custom', 'system', 'external']) ??
        old?.properties['type'] ??
        'custom',
    }
  },
  release(_holder, { names: [id = ''], properties }) {
    if (properties['builtIn'] === true)
      throw entityInUse(`The system group '${id}' cannot be deleted.`)
  },
}
