import type { JsonObject } from '../../base/json.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import { entityInUse, validationError } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { namedValueLengthMax } from './limits.ts'
import { namesIn } from './placeholders.ts'
import { readVault } from './vault-reference.ts'

/** https://learn.microsoft.com/rest/api/apimanagement/named-value */
export const namedValueKind: EntityKind = {
  kind: 'namedValues',
  label: 'NamedValue',
  accept({ holder, names: [id = ''], fields, properties, old }) {
    const displayName = fields.requiredText('displayName')
    checkDisplayName(displayName)
    const secret = fields.flag('secret') ?? false
    const keyVault = fields.member('keyVault')
    const isReference = Object.keys(keyVault).length > 0
    const value = fields.text('value') ?? stringMember(old?.properties, 'value')
    if (value === undefined && !isReference) fields.requiredText('value')
    if ((value ?? '').length > namedValueLengthMax) {
      const message = `The value is longer than ${namedValueLengthMax} characters.`
      throw validationError([{ target: 'value', message }])
    }
    const sameName = holder
      .list('namedValues')
      .find((each) => displayNameOf(each) === displayName && each.names[0] !== id)
    if (sameName && sameName.names[0]?.toLowerCase() !== id.toLowerCase()) {
      const message = 'Property with specified name already exists'
      throw validationError([{ target: 'displayName', message }])
    }
    return {
      displayName,
      ...(value === undefined ? {} : { value }),
      ...(isReference ? { keyVault, ...lastRead(old, keyVault) } : {}),
      tags: properties['tags'] ?? null,
      secret: secret || isReference,
    }
  },
  prepare: readVault,
  show(entity) {
    const { value, vaultValue: _hidden, ...rest } = entity.properties
    return { ...rest, ...(isSecret(entity) || value === undefined ? {} : { value }) }
  },
  release(holder, entity) {
    const name = displayNameOf(entity)
    const user = policyKinds
      .flatMap((kind) => holder.list(kind))
      .find((each) => namesIn(stringMember(each.properties, 'value') ?? '').has(name))
    if (!user) return
    throw entityInUse(
      `Property '${name}' cannot be deleted because it is used by ${user.kind}/${user.names.join('/')}.`,
    )
  },
}

const policyKinds = [
  'policies',
  'products/policies',
  'apis/policies',
  'apis/operations/policies',
  'policyFragments',
]

/** The name by which policies read it: `{{credit}}`. */
export function displayNameOf(entity: Entity): string {
  return stringMember(entity.properties, 'displayName') ?? entity.names[0] ?? ''
}

/** The text, or what the vault gave last. */
export function valueOf({ properties }: Entity): string | undefined {
  return stringMember(properties, 'value') ?? stringMember(properties, 'vaultValue')
}

/** True for a value that is C#: it becomes part of the documents that name it. */
export function isExpression(value: string): boolean {
  return /^\s*@[({]/.test(value)
}

/** True for a value that only `listValue` tells. */
export function isSecret(entity: Entity): boolean {
  return entity.properties['secret'] === true
}

// What was read stays until it is read again, as long as it is of the same secret.
function lastRead(old: Entity | undefined, keyVault: JsonObject): JsonObject {
  const known = objectMember(old?.properties, 'keyVault')
  const vaultValue = stringMember(old?.properties, 'vaultValue')
  const isSame =
    stringMember(known, 'secretIdentifier') === stringMember(keyVault, 'secretIdentifier')
  return isSame && vaultValue !== undefined ? { vaultValue } : {}
}

function checkDisplayName(displayName: string): void {
  if (/^[\w.-]{1,256}$/.test(displayName)) return
  throw validationError([
    {
      target: 'displayName',
      message: "'displayName' may contain only letters, digits, periods, dashes and underscores.",
    },
  ])
}
