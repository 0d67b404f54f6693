/**
 * Managed identities of the template -> the environment of function apps, as App Service gives it.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#connect-to-azure-services-in-app-code
 */
import { objectMember, stringMember } from '../../base/json.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { assignedIdentities } from './resource-identity.ts'

const siteType = 'Microsoft.Web/sites'

export function identityOfApps(options: {
  entra: EntraId
  resources: ResourceManager
  listeners: {
    readonly identityUrl: string
    readonly front: { readonly authority: { readonly caPath: string } } | undefined
  }
}): (site: string) => Promise<Readonly<Record<string, string>>> {
  const { entra, resources, listeners } = options
  return async (site) => {
    const caPath = listeners.front?.authority.caPath
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
