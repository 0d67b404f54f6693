/**
 * Secrets of vaults -> named values that refer to them, read with an identity of the service.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties#key-vault-secrets
 */
import { ServiceError } from '../../base/errors.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import { identityMissing } from '../../services/key-vault/errors.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { identitiesOf } from './resource-identity.ts'

const serviceType = 'Microsoft.ApiManagement/service'

/** Who reads a secret, as far as the caller says it. */
interface Asking {
  readonly service?: string
  /** The user-assigned identity that the named value names. */
  readonly identityClientId?: string
}

export function keyVaultToApiManagement(parts: {
  keyVault: KeyVault
  resources: ResourceManager
}): (secretIdentifier: string, asking?: Asking) => Promise<string> {
  const { keyVault, resources } = parts
  return async (secretIdentifier, asking = {}) => {
    const services = await resources.list({ type: serviceType })
    const faults: ServiceError[] = []
    for (const body of services.filter((each) => isAsking(each, asking))) {
      try {
        return await readAs(keyVault, { body, secretIdentifier, asking })
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        // Without a name any service whose identity may read will do.
        faults.push(told(error, stringMember(body, 'name') ?? '', secretIdentifier))
      }
    }
    throw faults[0] ?? identityMissing(asking.service ?? 'The API Management service')
  }
}

async function readAs(
  keyVault: KeyVault,
  request: { body: JsonObject; secretIdentifier: string; asking: Asking },
): Promise<string> {
  const { body, secretIdentifier, asking } = request
  const wanted = asking.identityClientId?.toLowerCase()
  let refusal = identityMissing(stringMember(body, 'name') ?? '')
  for (const { caller } of identitiesOf(body, keyVault.tenantId)) {
    if (wanted !== undefined && caller.appId.toLowerCase() !== wanted) continue
    try {
      return await keyVault.valueFor(caller, secretIdentifier)
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 403) throw error
      refusal = error
    }
  }
  throw refusal
}

function isAsking(body: JsonObject, { service }: Asking): boolean {
  return (
    service === undefined || stringMember(body, 'name')?.toLowerCase() === service.toLowerCase()
  )
}

/** The fault of the vault, with who asked it and for what. */
function told(error: ServiceError, service: string, secretIdentifier: string): ServiceError {
  const message = `The API Management service '${service}' could not read '${secretIdentifier}': ${error.message}`
  return new ServiceError(error.code, error.status, message, {
    cause: error,
    details: error.details,
  })
}
