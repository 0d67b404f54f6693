import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import { fieldMissing } from './errors.ts'
import type { ApiManagementParts } from './service-parts.ts'

/** How a service reads its vaults. */
export interface VaultReader {
  readonly service: string
  readonly nowMs: number
  readonly read: ApiManagementParts['readSecret']
}

/** The secret that an entity refers to, and the identity that may read it. */
export interface VaultReference {
  /** `https://vault.vault.azure.net/secrets/name` */
  readonly secretIdentifier: string
  /** Of a user-assigned identity; the identity of the service itself when absent. */
  readonly identityClientId: string | undefined
}

/** What an entity refers to; `undefined` for one with a value of its own. */
export function vaultReferenceOf(properties: JsonObject): VaultReference | undefined {
  const keyVault = objectMember(properties, 'keyVault')
  const secretIdentifier = stringMember(keyVault, 'secretIdentifier')
  if (secretIdentifier === undefined) return undefined
  return { secretIdentifier, identityClientId: stringMember(keyVault, 'identityClientId') }
}

/**
 * The properties with what the vault now has; it throws what the vault answered. The last value is kept with the
 * entity, so that a vault that is away or forbidden takes nothing from policies.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties#key-vault-secrets
 */
export async function readVault(properties: JsonObject, reader: VaultReader): Promise<JsonObject> {
  const reference = vaultReferenceOf(properties)
  if (!reference) return properties
  if (!reader.read) throw fieldMissing('value')
  const { secretIdentifier, identityClientId } = reference
  const vaultValue = await reader.read(secretIdentifier, {
    service: reader.service,
    ...(identityClientId === undefined ? {} : { identityClientId }),
  })
  return withStatus({ ...properties, vaultValue }, { code: 'Success' }, reader.nowMs)
}

/** The properties with the news that their vault could not be read. */
export function withVaultFault(properties: JsonObject, error: unknown, nowMs: number): JsonObject {
  const isTold = error instanceof ServiceError
  const code = isTold ? error.code : 'KeyVaultUnavailable'
  const message = isTold ? error.message : 'The vault could not be read.'
  return withStatus(properties, { code, message }, nowMs)
}

function withStatus(properties: JsonObject, status: JsonObject, nowMs: number): JsonObject {
  const keyVault = objectMember(properties, 'keyVault')
  const timeStampUtc = new Date(nowMs).toISOString()
  return { ...properties, keyVault: { ...keyVault, lastStatus: { ...status, timeStampUtc } } }
}
