import type { JsonValue } from '../../base/json.ts'
import { isJsonObject, stringMember } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import { notSupported, vaultInvalid } from './errors.ts'
import { accessPolicyCountMax, retentionDaysMax, retentionDaysMin } from './limits.ts'
import { attributesOf, secretId } from './secret-body.ts'
import { checkSecretName, readNewSecret } from './secret-request.ts'
import { currentVersion } from './secret.ts'
import type { KeyVault } from './service.ts'
import { accessPolicyBodies, readAccessPolicies, vaultUrl } from './vault.ts'
import type { AccessPolicy, Vault } from './vault.ts'

const vaultType = 'Microsoft.KeyVault/vaults'

/** Vaults as resources: https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults */
export function keyVaultResources(keyVault: KeyVault): readonly ResourceProvider[] {
  return [
    vaultProvider(keyVault),
    secretProvider(keyVault),
    accessPolicyProvider(keyVault),
    refusedProvider(`${vaultType}/keys`, 'Keys'),
    refusedProvider(`${vaultType}/keys/versions`, 'Keys'),
    refusedProvider('Microsoft.KeyVault/managedHSMs', 'Managed HSMs'),
  ]
}

function vaultProvider(keyVault: KeyVault): ResourceProvider {
  return {
    type: vaultType,
    put: async (request) => {
      const [name = ''] = request.names
      const vault = readVaultRequest(request, await keyVault.findVault(name))
      await keyVault.putVault(vault)
      return vaultBody(keyVault, request, vault)
    },
    delete: ([name = '']) => keyVault.deleteVault(name),
    actions: {
      // What a template reads by `vault.getSecret('name')`, with the rights of who deploys.
      getSecret: async ([name = ''], body) => {
        const vault = await keyVault.vault(name)
        const secretName = checkSecretName(stringMember(body, 'secretName') ?? '')
        const version = stringMember(body, 'secretVersion')
        const { version: found } = await keyVault.secrets.get(vault, secretName, version)
        return found.value
      },
    },
  }
}

/** Each put makes a new version; a template that says the same again is not put again. */
function secretProvider(keyVault: KeyVault): ResourceProvider {
  return {
    type: `${vaultType}/secrets`,
    put: async (request) => {
      const [vaultName = '', secretName = ''] = request.names
      const vault = await keyVault.vault(vaultName)
      const { tags, properties } = request
      const given = readNewSecret({ ...properties, tags })
      const { secret, version } = await keyVault.secrets.set(
        vault,
        checkSecretName(secretName),
        given,
      )
      const uri = secretId(vault, secret.name)
      const { contentType } = version
      // The value is left out: a template cannot read it back.
      return {
        properties: {
          ...(contentType === undefined ? {} : { contentType }),
          attributes: attributesOf(version),
          secretUri: uri,
          secretUriWithVersion: `${uri}/${version.version}`,
        },
      }
    },
    delete: async ([vaultName = '', secretName = '']) => {
      const vault = await keyVault.vault(vaultName)
      const secrets = await keyVault.secrets.list(vault, { isDeleted: false })
      const secret = secrets.find(({ name }) => name.toLowerCase() === secretName.toLowerCase())
      if (secret && currentVersion(secret)) await keyVault.secrets.delete(vault, secretName)
    },
  }
}

/** `vaults/accessPolicies` named `add`, `replace` or `remove` changes the policies of its vault. */
function accessPolicyProvider(keyVault: KeyVault): ResourceProvider {
  return {
    type: `${vaultType}/accessPolicies`,
    put: async (request) => {
      const [vaultName = '', operation = ''] = request.names
      const vault = await keyVault.vault(vaultName)
      const given = acceptPolicies(request.properties['accessPolicies'])
      const accessPolicies = mergePolicies(vault.accessPolicies, given, operation.toLowerCase())
      const changed = { ...vault, accessPolicies }
      await keyVault.putVault(changed)
      return { properties: { accessPolicies: accessPolicyBodies(changed) } }
    },
    // Azure has no such request either: policies are removed by `remove`.
    delete: async () => {},
  }
}

function refusedProvider(type: string, what: string): ResourceProvider {
  const refuse = (): Promise<never> => Promise.reject(notSupported(what))
  return { type, put: refuse, delete: refuse }
}

function readVaultRequest(request: ResourceRequest, old: Vault | undefined): Vault {
  const { properties, names, apiVersion } = request
  const [name = ''] = names
  if (!/^[a-z][a-z\d-]{1,22}[a-z\d]$/i.test(name) || name.includes('--')) {
    throw vaultInvalid(
      `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
    )
  }
  if (properties['createMode'] === 'recover') throw vaultInvalid("createMode 'recover' is refused.")
  const usesRoles = properties['enableRbacAuthorization']
  const isProtected = properties['enablePurgeProtection'] === true
  if (old?.isPurgeProtected && properties['enablePurgeProtection'] === false) {
    throw vaultInvalid(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    )
  }
  return {
    name,
    resourceId: request.id,
    location: (request.location ?? 'local').toLowerCase().replaceAll(' ', ''),
    // Roles became the default with that version: https://learn.microsoft.com/azure/key-vault/general/access-control-default
    usesRoles: typeof usesRoles === 'boolean' ? usesRoles : apiVersion >= '2026-02-01',
    accessPolicies: acceptPolicies(properties['accessPolicies']),
    retentionDays: readRetention(properties['softDeleteRetentionInDays']),
    isPurgeProtected: isProtected || old?.isPurgeProtected === true,
  }
}

function readRetention(value: JsonValue | undefined): number {
  if (value === undefined || value === null) return retentionDaysMax
  const isDays =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= retentionDaysMin &&
    value <= retentionDaysMax
  if (isDays) return value
  throw vaultInvalid(
    `The property "softDeleteRetentionInDays" must be between ${retentionDaysMin} and ${retentionDaysMax}.`,
  )
}

function acceptPolicies(value: JsonValue | undefined): readonly AccessPolicy[] {
  const policies = readAccessPolicies(value)
  if (policies.length > accessPolicyCountMax) {
    throw vaultInvalid(`A vault can have at most ${accessPolicyCountMax} access policies.`)
  }
  if (policies.every(({ objectId, tenantId }) => objectId !== '' && tenantId !== ''))
    return policies
  throw vaultInvalid("An access policy must have a 'tenantId' and an 'objectId'.")
}

function mergePolicies(
  old: readonly AccessPolicy[],
  given: readonly AccessPolicy[],
  operation: string,
): readonly AccessPolicy[] {
  const others = old.filter((policy) => !given.some((each) => isSamePrincipal(each, policy)))
  const changed = given.map((policy) => {
    const before = old.find((each) => isSamePrincipal(each, policy))?.secrets ?? []
    const added = [...new Set([...before, ...policy.secrets])]
    const left = before.filter((permission) => !policy.secrets.includes(permission))
    return { ...policy, secrets: operation === 'add' ? added : left }
  })
  switch (operation) {
    case 'add':
      return [...others, ...changed]
    case 'replace':
      return given
    case 'remove':
      return [...others, ...changed.filter(({ secrets }) => secrets.length > 0)]
    default:
      throw vaultInvalid(
        `The access policy operation '${operation}' is not add, replace or remove.`,
      )
  }
}

function isSamePrincipal(left: AccessPolicy, right: AccessPolicy): boolean {
  return left.objectId === right.objectId && left.tenantId === right.tenantId
}

function vaultBody(keyVault: KeyVault, request: ResourceRequest, vault: Vault): ResourceBody {
  const { properties } = request
  const sku = isJsonObject(properties['sku'])
    ? properties['sku']
    : { family: 'A', name: 'standard' }
  return {
    properties: {
      ...properties,
      sku,
      tenantId: stringMember(properties, 'tenantId') ?? keyVault.tenantId,
      accessPolicies: accessPolicyBodies(vault),
      enableRbacAuthorization: vault.usesRoles,
      enableSoftDelete: true,
      softDeleteRetentionInDays: vault.retentionDays,
      vaultUri: `${vaultUrl(vault.name)}/`,
      provisioningState: 'Succeeded',
    },
  }
}
