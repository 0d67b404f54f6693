@description('The API Management service whose named value holds the credit.')
param serviceName string

@description('Object id of who may change the credit.')
param principalId string

@description('Built-in role "API Management Service Contributor".')
var serviceContributorRole = '312a565d-c81f-4fd8-895a-4e21e48d571c'

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: serviceName
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, principalId, serviceContributorRole)
  scope: service
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributorRole)
  }
}
