import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import type { CosmosDb } from './service.ts'
import { notFound } from './errors.ts'

const accounts = 'Microsoft.DocumentDB/databaseAccounts'

/**
 * Roles and who has them: kept by the management plane, and read from there when a token asks for data.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/security/how-to-grant-data-plane-role-based-access
 */
export function roleResources(cosmosDb: CosmosDb): readonly ResourceProvider[] {
  return ['sqlRoleDefinitions', 'sqlRoleAssignments'].map((kind) => ({
    type: `${accounts}/${kind}`,
    put: async (request) => {
      if (!cosmosDb.account(request.names[0] ?? '')) throw notFound()
      return { properties: request.properties }
    },
    delete: async () => {},
  }))
}
