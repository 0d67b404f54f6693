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

var roles = [
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor
  '76199698-9eea-4c19-bc75-cec21354c6b6' // Storage Table Data Reader
]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    name: guid(account.id, site.id, role)
    scope: account
    properties: {
      principalId: site.identity.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]
