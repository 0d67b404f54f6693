/** The managed connector `keyvault`, for secrets: https://learn.microsoft.com/connectors/keyvault/ */
import { ServiceError } from '../../base/errors.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import { currentVersion } from '../../services/key-vault/secret.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { ManagedConnector } from '../../services/logic-apps/managed-connector.ts'
import type { ServiceProviderCall } from '../../services/logic-apps/service-provider.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { logicAppsToKeyVault } from './logic-apps-to-key-vault.ts'
import { managedConnector, type ManagedOperation, type OperationCall } from './managed-operation.ts'

export function keyVaultConnector(
  keyVault: KeyVault,
  resources: ResourceManager,
  principalOf: PrincipalOfApp,
): ManagedConnector {
  const { actions } = logicAppsToKeyVault(keyVault, principalOf)
  const act = (operation: string) => async (call: OperationCall) => {
    const secretName = call.named('secretName')
    const version = call.named('secretVersion')
    const given = await addressed(keyVault, call, { secretName, version })
    const { body } = (await actions[operation]?.(given)) ?? {}
    return { statusCode: 200, ...(body === undefined ? {} : { body }) }
  }
  const operations: readonly ManagedOperation[] = [
    { method: 'get', path: '/secrets', id: 'ListSecrets', answer: (call) => list(call) },
    {
      method: 'get',
      path: '/secrets/{secretName}/value',
      id: 'GetSecret',
      answer: act('getSecret'),
    },
    {
      method: 'get',
      path: '/secrets/{secretName}/{secretVersion}/value',
      id: 'GetSecretVersion',
      answer: act('getSecretVersion'),
    },
    {
      method: 'get',
      path: '/secrets/{secretName}/metadata',
      id: 'GetSecretMetadata',
      answer: act('getSecretMetadata'),
    },
  ]
  const list = async (call: OperationCall) => {
    const given = await addressed(keyVault, call, {})
    const caller = await principalOf(given.app, given.connection)
    const vault = await keyVault.vault(vaultOf(given))
    if (caller) await keyVault.checkAccess(vault, { caller, action: 'list' })
    const secrets = await keyVault.secrets.list(vault, { isDeleted: false })
    const value = secrets.map((secret) => {
      const version = currentVersion(secret)
      const contentType = version?.contentType ?? null
      return { name: secret.name, contentType, isEnabled: version?.enabled ?? false }
    })
    return { statusCode: 200, body: { value, continuationToken: null } }
  }
  return managedConnector('keyvault', resources, operations)
}

/** The vault that the connection names, or the only one; it is always read with the identity of the app. */
async function addressed(
  keyVault: KeyVault,
  call: OperationCall,
  parameters: JsonObject,
): Promise<ServiceProviderCall> {
  const given = call.providerCall(parameters)
  const [only, second] = await keyVault.vaults()
  const name = stringMember(call.values, 'vaultName') ?? (only && !second ? only.name : undefined)
  if (name === undefined) {
    const message = 'The connection has no vaultName, and there is not just one vault.'
    throw new ServiceError('InvalidConnection', 400, message)
  }
  const parameterValues = {
    VaultUri: `https://${name}.vault.azure.net`,
    authProvider: { Type: 'ManagedServiceIdentity' },
  }
  return { ...given, connection: { ...given.connection, parameterValues } }
}

function vaultOf({ connection }: ServiceProviderCall): string {
  return (
    new URL(stringMember(connection.parameterValues, 'VaultUri') ?? '').hostname.split('.')[0] ?? ''
  )
}
