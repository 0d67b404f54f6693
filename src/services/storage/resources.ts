import type { JsonObject, JsonValue } from '../../base/json.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import type { PublicAccess } from './container.ts'
import { endpointOf, plainBlobService } from './account.ts'
import type { Account, BlobServiceSettings } from './account.ts'
import { accountSas } from './account-sas.ts'
import { newKeys } from './accounts.ts'
import { accountNameInvalid, resourceInvalid } from './errors.ts'
import { queueResources } from './queue/resources.ts'
import { readCorsRules, textMembers } from './resource-properties.ts'
import type { Storage } from './service.ts'
import { tableResources } from './table/resources.ts'

const accountType = 'Microsoft.Storage/storageAccounts'

/** https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts */
export function storageResources(storage: Storage): readonly ResourceProvider[] {
  return [
    accountProvider(storage),
    blobServiceProvider(storage),
    containerProvider(storage),
    ...queueResources(storage),
    ...tableResources(storage),
    keptProvider(`${accountType}/fileServices`),
    keptProvider(`${accountType}/managementPolicies`),
    refusedProvider(`${accountType}/fileServices/shares`, 'File shares'),
    refusedProvider(`${accountType}/blobServices/containers/immutabilityPolicies`, 'Immutability'),
    refusedProvider(`${accountType}/objectReplicationPolicies`, 'Object replication'),
    refusedProvider(`${accountType}/localUsers`, 'Local users'),
    refusedProvider(`${accountType}/encryptionScopes`, 'Encryption scopes'),
  ]
}

function accountProvider(storage: Storage): ResourceProvider {
  return {
    type: accountType,
    put: async (request) => {
      const [name = ''] = request.names
      if (!/^[a-z\d]{3,24}$/.test(name)) throw accountNameInvalid(name)
      const known = storage.accounts.find(name)
      const account = readAccount(request, known)
      if (known && known.isHierarchical !== account.isHierarchical) {
        throw resourceInvalid("The property 'isHnsEnabled' cannot be changed on an account.")
      }
      await storage.accounts.put(account)
      if (!storage.accounts.behindDevelopment()) await storage.accounts.useForDevelopment(name)
      return accountBody(account)
    },
    delete: async ([name = '']) => {
      for (const container of await storage.containers.list(name, '', Number.MAX_SAFE_INTEGER)) {
        await storage.containers.delete(withoutRetention(storage, name), container.name)
      }
      for (const queue of await storage.queues.list(name, '', Number.MAX_SAFE_INTEGER)) {
        await storage.queues.delete(queue)
      }
      for (const table of await storage.tables.list(name, '', Number.MAX_SAFE_INTEGER)) {
        await storage.tables.delete(table)
      }
      await storage.accounts.delete(name)
    },
    actions: {
      listKeys: async ([name = '']) => ({ keys: keyBodies(storage.accounts.get(name)) }),
      regenerateKey: async ([name = ''], body) => {
        const account = storage.accounts.get(name)
        const [fresh] = newKeys()
        const isFirst = stringMember(body, 'keyName') !== 'key2'
        const [first, second] = account.keys
        const keys = isFirst ? ([fresh, second] as const) : ([first, fresh] as const)
        await storage.accounts.put({ ...account, keys })
        return { keys: keyBodies(storage.accounts.get(name)) }
      },
      listAccountSas: async ([name = ''], body) => ({
        accountSasToken: accountSas(storage.accounts.get(name), body),
      }),
    },
  }
}

function withoutRetention(storage: Storage, name: string): Account {
  const account = storage.accounts.get(name)
  return { ...account, blobService: { ...account.blobService, containerRetentionDays: undefined } }
}

function readAccount(request: ResourceRequest, known: Account | undefined): Account {
  const { properties } = request
  const [name = ''] = request.names
  const isOn = (property: string, otherwise: boolean) => {
    const value = properties[property]
    return typeof value === 'boolean' ? value : otherwise
  }
  refuseProperties(properties)
  return {
    name,
    resourceId: request.id,
    location: request.location ?? '',
    kind: request.kind ?? 'StorageV2',
    sku: stringMember(request.sku, 'name') ?? 'Standard_LRS',
    keys: known?.keys ?? newKeys(),
    isHierarchical: isOn('isHnsEnabled', false),
    allowsPublicAccess: isOn('allowBlobPublicAccess', false),
    allowsSharedKey: isOn('allowSharedKeyAccess', true),
    blobService: known?.blobService ?? plainBlobService,
    queueService: known?.queueService,
    tableService: known?.tableService,
    isBehindDevelopment: known?.isBehindDevelopment,
    properties,
  }
}

const refusedProperties: Readonly<Record<string, string>> = {
  isSftpEnabled: 'SFTP',
  isNfsV3Enabled: 'NFS',
  isLocalUserEnabled: 'Local users',
}

function refuseProperties(properties: JsonObject): void {
  for (const [name, what] of Object.entries(refusedProperties)) {
    if (properties[name] === true) throw resourceInvalid(`${what} ('${name}') are not supported.`)
  }
  if (Object.keys(objectMember(properties, 'immutableStorageWithVersioning')).length > 0) {
    throw resourceInvalid("Immutable storage ('immutableStorageWithVersioning') is not supported.")
  }
}

function accountBody(account: Account): ResourceBody {
  const { name, properties, sku, kind } = account
  return {
    sku: { name: sku, tier: sku.split('_')[0] ?? '' },
    properties: {
      ...properties,
      accessTier: stringMember(properties, 'accessTier') ?? 'Hot',
      allowBlobPublicAccess: account.allowsPublicAccess,
      allowSharedKeyAccess: account.allowsSharedKey,
      isHnsEnabled: account.isHierarchical,
      primaryEndpoints: {
        blob: `${endpointOf(name, 'blob')}/`,
        dfs: `${endpointOf(name, 'dfs')}/`,
        queue: `${endpointOf(name, 'queue')}/`,
        table: `${endpointOf(name, 'table')}/`,
        ...(kind === 'BlobStorage' ? {} : { file: `https://${name}.file.core.windows.net/` }),
        web: `https://${name}.z6.web.core.windows.net/`,
      },
      primaryLocation: account.location,
      provisioningState: 'Succeeded',
      statusOfPrimary: 'available',
    },
  }
}

function keyBodies(account: Account): JsonValue {
  return account.keys.map((value, index) => ({
    keyName: `key${index + 1}`,
    value,
    permissions: 'FULL',
  }))
}

function blobServiceProvider(storage: Storage): ResourceProvider {
  return {
    type: `${accountType}/blobServices`,
    put: async ({ names, properties }) => {
      const account = storage.accounts.get(names[0] ?? '')
      const blobService = readBlobService(properties)
      if (blobService.isVersioned && account.isHierarchical) {
        throw resourceInvalid(
          'Versions cannot be kept in an account with a hierarchical namespace.',
        )
      }
      await storage.accounts.put({ ...account, blobService })
      return { properties }
    },
    delete: async () => {},
  }
}

function readBlobService(properties: JsonObject): BlobServiceSettings {
  for (const name of ['restorePolicy', 'changeFeed', 'lastAccessTimeTrackingPolicy']) {
    const policy = objectMember(properties, name)
    const isOn = policy['enabled'] === true || policy['enable'] === true
    if (isOn) throw resourceInvalid(`The blob service property '${name}' is not supported.`)
  }
  return {
    isVersioned: properties['isVersioningEnabled'] === true,
    blobRetentionDays: retentionDays(properties, 'deleteRetentionPolicy'),
    containerRetentionDays: retentionDays(properties, 'containerDeleteRetentionPolicy'),
    cors: readCorsRules(properties),
    defaultVersion: stringMember(properties, 'defaultServiceVersion'),
  }
}

function retentionDays(properties: JsonObject, name: string): number | undefined {
  const policy = objectMember(properties, name)
  const { enabled, days } = policy
  if (enabled !== true) return undefined
  if (typeof days !== 'number' || days < 1 || days > 365) {
    throw resourceInvalid(`'${name}.days' must be a number from 1 to 365.`)
  }
  return days
}

function containerProvider(storage: Storage): ResourceProvider {
  return {
    type: `${accountType}/blobServices/containers`,
    put: async ({ names, properties }) => {
      const [accountName = '', , name = ''] = names
      const account = storage.accounts.get(accountName)
      const access = stringMember(properties, 'publicAccess')?.toLowerCase()
      const publicAccess = access === 'container' || access === 'blob' ? access : undefined
      if (publicAccess !== undefined && !account.allowsPublicAccess) {
        throw resourceInvalid('Public access is not permitted on this storage account.')
      }
      const metadata = textMembers(objectMember(properties, 'metadata'))
      await chooseForDevelopment(storage, account)
      await putContainer(storage, { account: account.name, name }, { metadata, publicAccess })
      return { properties: { ...properties, publicAccess: access ?? 'None' } }
    },
    delete: async ([accountName = '', , name = '']) => {
      await storage.containers.delete(storage.accounts.get(accountName), name)
    },
  }
}

/** The local account leads to the one that the solution's data lives in: the first that is given a container. */
async function chooseForDevelopment(storage: Storage, account: Account): Promise<void> {
  const chosen = storage.accounts.behindDevelopment()
  if (!chosen || chosen.name === account.name) return
  const containers = await storage.containers.list(chosen.name, '', 1)
  if (containers.length === 0) await storage.accounts.useForDevelopment(account.name)
}

/** Makes a container, or gives it what its template says now; its stored policies stay. */
async function putContainer(
  storage: Storage,
  place: { readonly account: string; readonly name: string },
  options: {
    readonly metadata: Record<string, string>
    readonly publicAccess: PublicAccess | undefined
  },
): Promise<void> {
  const { containers } = storage
  const { account, name } = place
  const { metadata, publicAccess } = options
  const found = await containers.find(account, name)
  if (!found) return containers.ensure(account, name, options)
  const { policies } = found
  const conditions = {}
  await containers.setPolicies(account, name, { policies, publicAccess, conditions })
  await containers.setMetadata(account, name, { metadata, conditions })
}

/** Kept and read back; it has no effect here. */
function keptProvider(type: string): ResourceProvider {
  return {
    type,
    put: async ({ properties }) => ({ properties }),
    delete: async () => {},
  }
}

function refusedProvider(type: string, what: string): ResourceProvider {
  return {
    type,
    put: async () => {
      throw resourceInvalid(`${what} (${type}) are not supported.`)
    },
    delete: async () => {},
  }
}
