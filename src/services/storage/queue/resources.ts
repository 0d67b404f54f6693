import { objectMember } from '../../../base/json.ts'
import type { ResourceProvider } from '../../../engines/resources/resource-provider.ts'
import { readCorsRules, textMembers } from '../resource-properties.ts'
import type { Storage } from '../service.ts'

const type = 'Microsoft.Storage/storageAccounts/queueServices'

/** https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts/queueservices/queues */
export function queueResources(storage: Storage): readonly ResourceProvider[] {
  return [
    {
      type,
      put: async ({ names, properties }) => {
        const account = storage.accounts.get(names[0] ?? '')
        await storage.accounts.put({
          ...account,
          queueService: { cors: readCorsRules(properties) },
        })
        return { properties }
      },
      delete: async () => {},
    },
    {
      type: `${type}/queues`,
      put: async ({ names, properties }) => {
        const [accountName = '', , name = ''] = names
        const account = storage.accounts.get(accountName)
        const metadata = textMembers(objectMember(properties, 'metadata'))
        const queue = await storage.queues.ensure(account.name, name)
        await storage.queues.setMetadata(queue, metadata)
        return { properties: { ...properties, metadata } }
      },
      delete: async ([account = '', , name = '']) => {
        const queue = await storage.queues.find(account, name)
        if (queue) await storage.queues.delete(queue)
      },
    },
  ]
}
