/**
 * Secrets of vaults -> app settings that refer to them, read with the identity of the site.
 * https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
 */
import { stringMember, objectMember } from '../../base/json.ts'
import type { FunctionAppsOptions } from '../../services/functions/service.ts'
import { identityMissing } from '../../services/key-vault/errors.ts'
import { identifierOfReference } from '../../services/key-vault/secret-reference.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { identitiesOf } from './resource-identity.ts'

export function keyVaultToFunctions(parts: {
  keyVault: KeyVault
  resources: ResourceManager
}): NonNullable<FunctionAppsOptions['resolveReference']> {
  const { keyVault, resources } = parts
  return async ({ site, reference }) => {
    const sites = await resources.list({ type: 'Microsoft.Web/sites' })
    const body = sites.find(
      (each) => stringMember(each, 'name')?.toLowerCase() === site.toLowerCase(),
    )
    const chosen = stringMember(objectMember(body, 'properties'), 'keyVaultReferenceIdentity')
    const wanted = chosen?.toLowerCase() === 'systemassigned' ? undefined : chosen?.toLowerCase()
    const identity = identitiesOf(body ?? {}, keyVault.tenantId).find(
      ({ resourceId }) => resourceId?.toLowerCase() === wanted,
    )
    if (!identity) throw identityMissing(site)
    return keyVault.valueFor(identity.caller, identifierOfReference(reference))
  }
}
