/** Managed identities of a resource of the template -> who acts when the platform reads a secret for it. */
import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { AssignedIdentities } from '../../services/entra-id/managed-identities.ts'
import type { Caller } from '../../services/key-vault/vault-access.ts'

/** The identities that a resource acts with: its own first, then the user-assigned ones with their ids. */
export function identitiesOf(
  body: JsonObject,
  tenantId: string,
): readonly { readonly resourceId?: string; readonly caller: Caller }[] {
  const identity = objectMember(body, 'identity')
  const assigned = objectMember(identity, 'userAssignedIdentities')
  const own = callerOf(identity, tenantId)
  const others = Object.entries(assigned).flatMap(([resourceId, each]) => {
    const caller = isJsonObject(each) ? callerOf(each, tenantId) : undefined
    return caller ? [{ resourceId, caller }] : []
  })
  return [...(own ? [{ caller: own }] : []), ...others]
}

/** The identities in an `identity` of a resource, as Entra ID takes them; `undefined` where it has none. */
export function assignedIdentities(identity: JsonObject): AssignedIdentities | undefined {
  const principalId = stringMember(identity, 'principalId')
  const assigned = Object.entries(objectMember(identity, 'userAssignedIdentities'))
  if (principalId === undefined && assigned.length === 0) return undefined
  return {
    ...(principalId === undefined ? {} : { systemAssigned: { principalId } }),
    userAssigned: assigned.map(([resourceId, each]) => ({
      resourceId,
      principalId: stringMember(each, 'principalId') ?? '',
      clientId: stringMember(each, 'clientId') ?? '',
    })),
  }
}

function callerOf(identity: JsonObject, tenantId: string): Caller | undefined {
  const objectId = stringMember(identity, 'principalId')
  if (objectId === undefined) return undefined
  const appId = stringMember(identity, 'clientId') ?? ''
  return { objectId, appId, tenantId, issuer: `https://sts.windows.net/${tenantId}/` }
}
