import { type JsonObject, isJsonObject, stringMember } from '../../base/json.ts'
import { stableGuid } from './inert-resources.ts'

/**
 * The identity of a resource with the ids that Entra would give it, the same at every start.
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
 */
export function identityOf(id: string, requested: JsonObject, tenantId: string): JsonObject {
  const type = stringMember(requested, 'type') ?? ''
  const system = /SystemAssigned/i.test(type)
    ? { principalId: stableGuid(id, 'principal'), tenantId }
    : {}
  const assigned = requested['userAssignedIdentities']
  if (!isJsonObject(assigned)) return { ...requested, ...system }
  const identities = Object.keys(assigned).map(
    (each) =>
      [
        each,
        { principalId: stableGuid(each, 'principal'), clientId: stableGuid(each, 'client') },
      ] as const,
  )
  return { ...requested, ...system, userAssignedIdentities: Object.fromEntries(identities) }
}
