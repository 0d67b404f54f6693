param appName string

@description('The service of azure.yaml whose workflows the app runs.')
param serviceName string
param planName string
param applicationInsightsName string
param cosmosAccountName string
param storageAccountName string
param location string
param tags object

@description('What connections and parameters of the workflows read.')
param appSettings object

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2024-05-15' existing = {
  name: cosmosAccountName
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'elastic'
  sku: {
    name: 'WS1'
    tier: 'WorkflowStandard'
  }
}

resource eventGridConnection 'Microsoft.Web/connections@2016-06-01' = {
  name: 'azureeventgrid'
  location: location
  tags: tags
  kind: 'V2'
  properties: {
    displayName: 'azureeventgrid'
    api: {
      id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'azureeventgrid')
    }
    parameterValueType: 'Alternative'
  }
}

resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,workflowapp'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: {
      ftpsState: 'Disabled'
      minTlsVersion: '1.2'
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(appSettings, {
      APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
      APP_KIND: 'workflowApp'
      AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountName=${storage.name};AccountKey=${storage.listKeys().keys[0].value};EndpointSuffix=${environment().suffixes.storage}'
      COSMOS_DB_CONNECTION_STRING: cosmos.listConnectionStrings().connectionStrings[0].connectionString
      EVENTGRID_CONNECTION_RUNTIME_URL: eventGridConnection.properties.connectionRuntimeUrl
      FUNCTIONS_EXTENSION_VERSION: '~4'
      FUNCTIONS_WORKER_RUNTIME: 'dotnet'
      WORKFLOWS_LOCATION_NAME: location
      WORKFLOWS_RESOURCE_GROUP_NAME: resourceGroup().name
      WORKFLOWS_SUBSCRIPTION_ID: subscription().subscriptionId
    })
  }
}

resource eventGridAccess 'Microsoft.Web/connections/accessPolicies@2016-06-01' = {
  parent: eventGridConnection
  name: appName
  location: location
  properties: {
    principal: {
      type: 'ActiveDirectory'
      identity: {
        tenantId: tenant().tenantId
        objectId: app.identity.principalId
      }
    }
  }
}

output name string = app.name
output principalId string = app.identity.principalId
output uri string = 'https://${app.properties.defaultHostName}'
