param accountName string
param principalIds string[]

@description('Built-in role "Cosmos DB Built-in Data Contributor": reads and writes items, and the change feed.')
var dataContributorRole = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-05-15' existing = {
  name: accountName
}

// Cosmos DB refuses two role assignments at a time.
@batchSize(1)
resource assignments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-05-15' = [
  for principalId in principalIds: {
    parent: account
    name: guid(account.id, principalId, dataContributorRole)
    properties: {
      principalId: principalId
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributorRole}'
      scope: account.id
    }
  }
]
