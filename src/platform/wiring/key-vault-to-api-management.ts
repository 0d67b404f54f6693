/**
 * Secrets of vaults -> named values that refer to them, read with an identity of the service.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties#key-vault-secrets
 */
import { ServiceError } from '../../base/errors.ts'
import type { ApiManagementParts } from '../../services/api-management/service-parts.ts'
import { identityMissing } from '../../services/key-vault/errors.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { identitiesOf } from './resource-identity.ts'

const serviceType = 'Microsoft.ApiManagement/service'

export function keyVaultToApiManagement(parts: {
  keyVault: KeyVault
  resources: ResourceManager
}): NonNullable<ApiManagementParts['readSecret']> {
  const { keyVault, resources } = parts
  return async (secretIdentifier) => {
    const services = await resources.list({ type: serviceType })
    let refusal = identityMissing('The API Management service')
    // The gateway does not say for which service it asks: any of their identities that may read will do.
    for (const { caller } of services.flatMap((body) => identitiesOf(body, keyVault.tenantId))) {
      try {
        return await keyVault.valueFor(caller, secretIdentifier)
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 403) throw error
        refusal = error
      }
    }
    throw refusal
  }
}
