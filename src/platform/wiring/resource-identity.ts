/** Managed identities of a resource of the template -> who acts when the platform reads a secret for it. */
import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
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

function callerOf(identity: JsonObject, tenantId: string): Caller | undefined {
  const objectId = stringMember(identity, 'principalId')
  if (objectId === undefined) return undefined
  const appId = stringMember(identity, 'clientId') ?? ''
  return { objectId, appId, tenantId, issuer: `https://sts.windows.net/${tenantId}/` }
}
