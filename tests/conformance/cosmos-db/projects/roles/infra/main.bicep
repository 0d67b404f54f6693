extension microsoftGraphV1

var dataReader = '00000000-0000-0000-0000-000000000001'
var dataContributor = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: 'cosmos-roles'
  location: 'westeurope'
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [{ locationName: 'West Europe', failoverPriority: 0 }]
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: 'orders'
  properties: { resource: { id: 'orders' } }
}

resource items 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'items'
  properties: { resource: { id: 'items', partitionKey: { paths: ['/pk'], kind: 'Hash' } } }
}

resource secrets 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'secrets'
  properties: { resource: { id: 'secrets', partitionKey: { paths: ['/pk'], kind: 'Hash' } } }
}

resource count 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/storedProcedures@2024-11-15' = {
  parent: items
  name: 'answer'
  properties: { resource: { id: 'answer', body: 'function () { getContext().getResponse().setBody(42) }' } }
}

resource writer 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'writer'
  displayName: 'writer'
}

resource writerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: writer.appId
}

resource reader 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'reader'
  displayName: 'reader'
}

resource readerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: reader.appId
}

resource stranger 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'stranger'
  displayName: 'stranger'
}

resource strangerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: stranger.appId
}

resource mayWrite 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = {
  parent: account
  name: guid(account.id, 'writer')
  properties: {
    principalId: writerPrincipal.id
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributor}'
    scope: account.id
  }
}

resource mayRead 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = {
  parent: account
  name: guid(account.id, 'reader')
  properties: {
    principalId: readerPrincipal.id
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataReader}'
    scope: '${account.id}/dbs/orders/colls/items'
  }
}
