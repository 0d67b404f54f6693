/**
 * The operations `keyVault` of workflows -> secrets of a vault, read with the identity of the logic app. Keys are not
 * there: an action that encrypts or decrypts is refused when its workflow is loaded.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/keyvault/
 */
import { ServiceError } from '../../base/errors.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import { identityMissing } from '../../services/key-vault/errors.ts'
import { secretId } from '../../services/key-vault/secret-body.ts'
import type { FoundSecret } from '../../services/key-vault/secrets.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { SecretAction } from '../../services/key-vault/vault-access.ts'
import type { Vault } from '../../services/key-vault/vault.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderConnection,
} from '../../services/logic-apps/service-provider.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { required } from './blob-connection.ts'

export function logicAppsToKeyVault(
  keyVault: KeyVault,
  principalOf: PrincipalOfApp,
): ServiceProvider {
  const read = reader(keyVault, principalOf)
  return {
    id: 'keyVault',
    missing: 'There are secrets in vaults, and no keys.',
    actions: {
      getSecret: async (call) => {
        const { vault, found } = await read(call, 'get', undefined)
        return { body: whole(vault, found) }
      },
      getSecretVersion: async (call) => {
        const version = required(call.parameters, 'version')
        const { vault, found } = await read(call, 'get', version)
        return { body: whole(vault, found) }
      },
      getSecretMetadata: async (call) => {
        const { found } = await read(call, 'list', undefined)
        return { body: metadata(found) }
      },
    },
    triggers: {},
  }
}

function reader(keyVault: KeyVault, principalOf: PrincipalOfApp) {
  return async (
    call: ServiceProviderCall,
    action: SecretAction,
    version: string | undefined,
  ): Promise<{ readonly vault: Vault; readonly found: FoundSecret }> => {
    const secret = required(call.parameters, 'secretName')
    const caller = await principalOf(call.app, call.connection)
    if (!caller) throw identityMissing(call.app)
    const vault = await keyVault.vault(vaultName(call.connection))
    await keyVault.checkAccess(vault, { caller, action, secret })
    return { vault, found: await keyVault.secrets.get(vault, secret, version) }
  }
}

function vaultName({ name, parameterValues }: ServiceProviderConnection): string {
  const uri =
    stringMember(parameterValues, 'VaultUri') ?? stringMember(parameterValues, 'vaultUri') ?? ''
  const [, vault] = /^https:\/\/([a-z\d-]+)\.vault\.azure\.net(?::443)?\/?$/i.exec(uri) ?? []
  if (vault !== undefined) return vault
  throw new ServiceError(
    'ServiceProviderConnectionNotFound',
    404,
    `The connection '${name}' has no 'VaultUri' of the form https://VAULT.vault.azure.net.`,
  )
}

function whole(vault: Vault, found: FoundSecret): JsonObject {
  const identifier = `${secretId(vault, found.secret.name)}/${found.version.version}`
  return { identifier, value: found.version.value, ...metadata(found) }
}

function metadata({ secret, version }: FoundSecret): JsonObject {
  return {
    name: secret.name,
    version: version.version,
    contentType: version.contentType ?? null,
    isEnabled: version.enabled,
    createdTime: timeOf(version.created),
    lastUpdatedTime: timeOf(version.updated),
    validityStartTime: timeOf(version.notBefore),
    validityEndTime: timeOf(version.expires),
  }
}

function timeOf(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString()
}
