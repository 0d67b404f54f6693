/**
 * Managed identities of the template -> the environment of function apps, as App Service gives it.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#connect-to-azure-services-in-app-code
 */
import { objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import type { AssignedIdentities } from '../../services/entra-id/managed-identities.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'

const siteType = 'Microsoft.Web/sites'

export function identityOfApps(options: {
  entra: EntraId
  resources: ResourceManager
  listeners: {
    readonly identityUrl: string
    readonly published: { readonly authority: { readonly caPath: string } } | undefined
  }
}): (site: string) => Promise<Readonly<Record<string, string>>> {
  const { entra, resources, listeners } = options
  return async (site) => {
    const caPath = listeners.published?.authority.caPath
    const trust = caPath === undefined ? {} : { NODE_EXTRA_CA_CERTS: caPath }
    const sites = await resources.list({ type: siteType })
    const body = sites.find((each) => stringMember(each, 'name') === site)
    const id = stringMember(body, 'id')
    const identities = assignedIdentities(objectMember(body, 'identity'))
    if (id === undefined || !identities) return trust
    return {
      ...trust,
      IDENTITY_ENDPOINT: listeners.identityUrl,
      IDENTITY_HEADER: entra.managedIdentities.assign(id, identities),
    }
  }
}

function assignedIdentities(identity: JsonObject): AssignedIdentities | undefined {
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
