param accountName string
param databaseName string
param location string
param tags object

@description('Containers by the name that outputs give them. Every one is partitioned by the id of its items.')
var containerNames = {
  toProcess: 'toprocess'
  processed: 'processed'
  leases: 'leases'
}

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-05-15' = {
  name: accountName
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    consistencyPolicy: {
      defaultConsistencyLevel: 'Session'
    }
    capabilities: [
      {
        name: 'EnableServerless'
      }
    ]
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: false
      }
    ]
  }

  resource database 'sqlDatabases' = {
    name: databaseName
    properties: {
      resource: {
        id: databaseName
      }
    }
  }
}

resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-05-15' = [
  for container in items(containerNames): {
    parent: account::database
    name: container.value
    properties: {
      resource: {
        id: container.value
        partitionKey: {
          kind: 'Hash'
          paths: [
            '/id'
          ]
        }
      }
    }
  }
]

output accountName string = account.name
output endpoint string = account.properties.documentEndpoint
output databaseName string = account::database.name
output containers object = containerNames
