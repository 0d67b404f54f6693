import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import type { CosmosDb } from './service.ts'
import { notFound } from './errors.ts'

const accounts = 'Microsoft.DocumentDB/databaseAccounts'

/**
 * Roles and who has them: accepted and read back, so that templates deploy; data requests are let in by
 * key or by any token of the tenant. https://learn.microsoft.com/azure/cosmos-db/nosql/security/how-to-grant-data-plane-role-based-access
 */
export function inertResources(cosmosDb: CosmosDb): readonly ResourceProvider[] {
  return ['sqlRoleDefinitions', 'sqlRoleAssignments'].map((kind) => ({
    type: `${accounts}/${kind}`,
    put: async (request) => {
      if (!cosmosDb.account(request.names[0] ?? '')) throw notFound()
      return { properties: request.properties }
    },
    delete: async () => {},
  }))
}
