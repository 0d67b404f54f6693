/** Managed identities of the template -> the tokens that actions ask for with `ManagedServiceIdentity`. */
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { LogicAppsOptions } from '../../services/logic-apps/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { assignedIdentities } from './resource-identity.ts'

const siteType = 'Microsoft.Web/sites'

export function siteIdentity(options: {
  entra: EntraId
  resources: ResourceManager
}): NonNullable<LogicAppsOptions['identityToken']> {
  const { entra, resources } = options
  return async ({ site, audience, identity }) => {
    const sites = await resources.list({ type: siteType })
    const body = sites.find(
      (each) => stringMember(each, 'name')?.toLowerCase() === site.toLowerCase(),
    )
    const id = stringMember(body, 'id')
    const identities = assignedIdentities(objectMember(body, 'identity'))
    if (id === undefined || !identities) {
      throw new ServiceError(
        'WorkflowManagedIdentityNotSpecified',
        400,
        `The logic app '${site}' has no managed identity.`,
      )
    }
    entra.managedIdentities.assign(id, identities)
    const choice = identity === undefined ? {} : { resourceId: identity }
    return entra.managedIdentities.tokenOf(id, audience, choice).token
  }
}
