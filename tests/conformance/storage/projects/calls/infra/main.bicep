param location string = 'westeurope'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stcallstest'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }

  resource queueService 'queueServices' = {
    name: 'default'

    resource calls 'queues' = {
      name: 'graph-calls'
    }
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource results 'tables' = {
      name: 'results'
    }
  }
}

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan-calls'
  location: location
  sku: { name: 'Y1' }
}

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-calls-test'
  location: location
  kind: 'functionapp'
  tags: { 'azd-service-name': 'worker' }
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    siteConfig: {
      appSettings: [
        { name: 'AzureWebJobsStorage', value: 'DefaultEndpointsProtocol=https;AccountName=${account.name};AccountKey=${account.listKeys().keys[0].value};EndpointSuffix=${environment().suffixes.storage}' }
        { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }
        { name: 'Calls__queueServiceUri', value: account.properties.primaryEndpoints.queue }
        { name: 'Calls__tableServiceUri', value: account.properties.primaryEndpoints.table }
      ]
    }
  }
}
