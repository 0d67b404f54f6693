/** Managed identities of the template -> the tokens that policies ask for with `authentication-managed-identity`. */
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type { ApiManagementParts } from '../../services/api-management/service-parts.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { assignedIdentities } from './resource-identity.ts'

const serviceType = 'Microsoft.ApiManagement/service'

export function gatewayIdentity(options: {
  entra: EntraId
  resources: ResourceManager
}): ApiManagementParts['managedIdentityToken'] {
  const { entra, resources } = options
  return async ({ service, resource, clientId }) => {
    const services = await resources.list({ type: serviceType })
    const body = services.find(
      (each) => stringMember(each, 'name')?.toLowerCase() === service.toLowerCase(),
    )
    const id = stringMember(body, 'id')
    const identities = assignedIdentities(objectMember(body, 'identity'))
    if (id === undefined || !identities) {
      throw new ServiceError(
        'ManagedIdentityNotFound',
        400,
        `The service '${service}' has no managed identity.`,
      )
    }
    entra.managedIdentities.assign(id, identities)
    const choice = clientId === undefined ? {} : { clientId }
    return entra.managedIdentities.tokenOf(id, resource, choice).token
  }
}
