targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the environment: part of every name that must be unique in Azure.')
param environmentName string = 'orders-local'

@minLength(1)
@description('Region of all resources.')
param location string = 'westeurope'

@description('Object id of the person who deploys, who may then read the data as well. Empty: nobody.')
param principalId string = ''

var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module monitoring 'monitor/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    logAnalyticsName: 'log-${resourceToken}'
    applicationInsightsName: 'appi-${resourceToken}'
    location: location
    tags: tags
  }
}

module cosmos 'data/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    accountName: 'cosmos-${resourceToken}'
    databaseName: 'orders'
    location: location
    tags: tags
  }
}

module serviceBus 'messaging/service-bus.bicep' = {
  name: 'service-bus'
  scope: group
  params: {
    namespaceName: 'sb-${resourceToken}'
    location: location
    tags: tags
  }
}

module storage 'data/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    accountName: 'st${resourceToken}'
    location: location
    tags: tags
  }
}

module eventGrid 'messaging/event-grid.bicep' = {
  name: 'event-grid'
  scope: group
  params: {
    storageAccountName: storage.outputs.accountName
    topicName: 'evgt-${resourceToken}'
    location: location
    tags: tags
  }
}

module hosting 'functions/hosting.bicep' = {
  name: 'hosting'
  scope: group
  params: {
    planName: 'plan-${resourceToken}'
    location: location
    tags: tags
  }
}

module dataProcessing 'functions/function-app.bicep' = {
  name: 'dataprocessing'
  scope: group
  params: {
    appName: 'func-processing-${resourceToken}'
    serviceName: 'dataprocessing'
    planId: hosting.outputs.planId
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    location: location
    tags: tags
    appSettings: {
      COSMOS_DB__accountEndpoint: cosmos.outputs.endpoint
      COSMOS_DB_DATABASE_NAME: cosmos.outputs.databaseName
      COSMOS_DB_TO_PROCESS_CONTAINER_NAME: cosmos.outputs.containers.toProcess
      COSMOS_DB_PROCESSED_CONTAINER_NAME: cosmos.outputs.containers.processed
      COSMOS_DB_LEASES_CONTAINER_NAME: cosmos.outputs.containers.leases
      SB_ORDERS__fullyQualifiedNamespace: serviceBus.outputs.fullyQualifiedNamespace
      SERVICEBUS_QUEUE: serviceBus.outputs.queueName
    }
  }
}

module dataFetching 'functions/function-app.bicep' = {
  name: 'datafetching'
  scope: group
  params: {
    appName: 'func-fetching-${resourceToken}'
    serviceName: 'datafetching'
    planId: hosting.outputs.planId
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    location: location
    tags: tags
    appSettings: {
      COSMOS_DB__accountEndpoint: cosmos.outputs.endpoint
      COSMOS_DB_DATABASE_NAME: cosmos.outputs.databaseName
      COSMOS_DB_CONTAINER_NAME: cosmos.outputs.containers.processed
    }
  }
}

module workflows 'workflows/logic-app.bicep' = {
  name: 'workflows'
  scope: group
  params: {
    appName: 'logic-${resourceToken}'
    serviceName: 'workflows'
    planName: 'plan-logic-${resourceToken}'
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    cosmosAccountName: cosmos.outputs.accountName
    storageAccountName: storage.outputs.accountName
    location: location
    tags: tags
    appSettings: {
      BLOB_STORAGE_ENDPOINT: storage.outputs.blobEndpoint
      COSMOS_DB_DATABASE_NAME: cosmos.outputs.databaseName
      COSMOS_DB_TO_PROCESS_CONTAINER_NAME: cosmos.outputs.containers.toProcess
      SB_ORDERS__fullyQualifiedNamespace: serviceBus.outputs.fullyQualifiedNamespace
      SERVICEBUS_TOPIC: serviceBus.outputs.topicName
      SERVICEBUS_SUBSCRIPTION: serviceBus.outputs.subscriptionName
      STORAGE_ACCOUNT_ID: storage.outputs.accountId
    }
  }
}

module cosmosAccess 'security/cosmos-access.bicep' = {
  name: 'cosmos-access'
  scope: group
  params: {
    accountName: cosmos.outputs.accountName
    principalIds: concat(
      [dataProcessing.outputs.principalId, dataFetching.outputs.principalId],
      empty(principalId) ? [] : [principalId]
    )
  }
}

module serviceBusAccess 'security/service-bus-access.bicep' = {
  name: 'service-bus-access'
  scope: group
  params: {
    namespaceName: serviceBus.outputs.namespaceName
    principalIds: [dataProcessing.outputs.principalId, workflows.outputs.principalId]
  }
}

module storageAccess 'security/storage-access.bicep' = {
  name: 'storage-access'
  scope: group
  params: {
    accountName: storage.outputs.accountName
    principalIds: concat(
      [workflows.outputs.principalId],
      empty(principalId) ? [] : [principalId]
    )
  }
}

module eventGridAccess 'security/event-grid-access.bicep' = {
  name: 'event-grid-access'
  scope: group
  params: {
    storageAccountName: storage.outputs.accountName
    principalId: workflows.outputs.principalId
  }
}

module apiManagement 'api/api-management.bicep' = {
  name: 'api-management'
  scope: group
  params: {
    serviceName: 'apim-${resourceToken}'
    backendUri: dataFetching.outputs.uri
    principalId: principalId
    location: location
    tags: tags
  }
}

module applications 'security/applications.bicep' = {
  name: 'applications'
  scope: group
}

module creditAccess 'security/credit-access.bicep' = {
  name: 'credit-access'
  scope: group
  params: {
    serviceName: apiManagement.outputs.name
    principalId: applications.outputs.callerPrincipalId
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output COSMOS_DB_ENDPOINT string = cosmos.outputs.endpoint
output COSMOS_DB_DATABASE_NAME string = cosmos.outputs.databaseName
output SERVICEBUS_FULLY_QUALIFIED_NAMESPACE string = serviceBus.outputs.fullyQualifiedNamespace
output SERVICEBUS_QUEUE string = serviceBus.outputs.queueName
output SERVICEBUS_TOPIC string = serviceBus.outputs.topicName
output STORAGE_BLOB_ENDPOINT string = storage.outputs.blobEndpoint
output STORAGE_INPUT_CONTAINER string = storage.outputs.inputContainerName
output DATAPROCESSING_URI string = dataProcessing.outputs.uri
output DATAFETCHING_URI string = dataFetching.outputs.uri
output APIM_GATEWAY_URL string = apiManagement.outputs.gatewayUrl
output WORKFLOWS_URI string = workflows.outputs.uri
