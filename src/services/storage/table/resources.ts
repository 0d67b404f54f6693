import { isJsonObject, objectMember, stringMember, type JsonObject } from '../../../base/json.ts'
import type { ResourceProvider } from '../../../engines/resources/resource-provider.ts'
import type { AccessPolicy } from '../access.ts'
import { readCorsRules } from '../resource-properties.ts'
import type { Storage } from '../service.ts'

const type = 'Microsoft.Storage/storageAccounts/tableServices'

/** https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts/tableservices/tables */
export function tableResources(storage: Storage): readonly ResourceProvider[] {
  return [
    {
      type,
      put: async ({ names, properties }) => {
        const account = storage.accounts.get(names[0] ?? '')
        await storage.accounts.put({
          ...account,
          tableService: { cors: readCorsRules(properties) },
        })
        return { properties }
      },
      delete: async () => {},
    },
    {
      type: `${type}/tables`,
      put: async ({ names, properties }) => {
        const [accountName = '', , name = ''] = names
        const account = storage.accounts.get(accountName)
        const table = await storage.tables.ensure(account.name, name)
        const policies = readPolicies(properties)
        if (policies) await storage.tables.setPolicies(table, policies)
        return { properties: { ...properties, tableName: table.name } }
      },
      delete: async ([account = '', , name = '']) => {
        const table = await storage.tables.find(account, name)
        if (table) await storage.tables.delete(table)
      },
    },
  ]
}

function readPolicies(properties: JsonObject): readonly AccessPolicy[] | undefined {
  const identifiers = properties['signedIdentifiers']
  if (!Array.isArray(identifiers)) return undefined
  return identifiers.filter(isJsonObject).map((identifier) => {
    const policy = objectMember(identifier, 'accessPolicy')
    return {
      id: stringMember(identifier, 'id') ?? '',
      start: stringMember(policy, 'startTime'),
      expiry: stringMember(policy, 'expiryTime'),
      permission: stringMember(policy, 'permission'),
    }
  })
}
