param serviceName string

@description('Address of the function app that answers FetchOrders.')
param backendUri string

@description('Object id of who may manage the service as well. Empty: nobody.')
param principalId string = ''
param publisherEmail string = 'orders@example.org'
param location string
param tags object

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: serviceName
  location: location
  tags: tags
  sku: {
    name: 'Developer'
    capacity: 1
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publisherName: 'Orders'
    publisherEmail: publisherEmail
  }
}

// What the policies of the API and of the products read. The credit changes with each paid call.
var namedValues = {
  tenant: tenant().tenantId
  subscription: subscription().subscriptionId
  resourcegroup: resourceGroup().name
  apim: serviceName
  credit: '0'
}

resource values 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [
  for value in items(namedValues): {
    parent: service
    name: value.key
    properties: {
      displayName: value.key
      value: value.value
    }
  }
]

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'orders-api'
  properties: {
    displayName: 'Orders API'
    path: 'orders'
    protocols: ['https']
    serviceUrl: '${backendUri}/api'
    subscriptionRequired: true
  }

  resource fetchOrders 'operations' = {
    name: 'FetchOrders'
    properties: {
      displayName: 'FetchOrders'
      method: 'GET'
      urlTemplate: '/FetchOrders'
    }
  }

  resource policy 'policies' = {
    name: 'policy'
    properties: {
      format: 'rawxml'
      value: loadTextContent('policies/orders-api.xml')
    }
    dependsOn: [values]
  }
}

module basic 'product.bicep' = {
  name: 'product-basic'
  params: {
    serviceName: service.name
    apiName: api.name
    productName: 'Basic'
    productDescription: 'Five calls a minute.'
    policy: loadTextContent('policies/basic.xml')
  }
  dependsOn: [values]
}

module premium 'product.bicep' = {
  name: 'product-premium'
  params: {
    serviceName: service.name
    apiName: api.name
    productName: 'Premium'
    productDescription: 'Each call costs one credit.'
    policy: loadTextContent('policies/premium.xml')
  }
  dependsOn: [values]
}

@description('Built-in role "API Management Service Contributor": the Premium policy changes the credit by the management REST.')
var serviceContributorRole = '312a565d-c81f-4fd8-895a-4e21e48d571c'

resource creditAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, 'gateway', serviceContributorRole)
  scope: service
  properties: {
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributorRole)
  }
}

resource administratorAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(principalId)) {
  name: guid(service.id, principalId, serviceContributorRole)
  scope: service
  properties: {
    principalId: principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributorRole)
  }
}

output name string = service.name
output gatewayUrl string = service.properties.gatewayUrl
