extension microsoftGraphV1

var serviceContributor = '312a565d-c81f-4fd8-895a-4e21e48d571c'
var serviceReader = '71522526-b88f-4d52-b57f-d31fc3546d0d'

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'apim-management'
  location: 'westeurope'
  sku: { name: 'Developer', capacity: 1 }
  properties: { publisherName: 'Tests', publisherEmail: 'tests@example.org' }
}

resource administrator 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'administrator'
  displayName: 'administrator'
}

resource administratorPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: administrator.appId
}

resource reader 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'reader'
  displayName: 'reader'
}

resource readerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: reader.appId
}

// A group, so that its members' rights are tried as well.
resource readers 'Microsoft.Graph/groups@v1.0' = {
  uniqueName: 'readers'
  displayName: 'Readers'
  mailEnabled: false
  mailNickname: 'readers'
  securityEnabled: true
  members: { relationships: [readerPrincipal.id] }
}

resource mayManage 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, 'administrator', serviceContributor)
  scope: service
  properties: {
    principalId: administratorPrincipal.id
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributor)
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, 'readers', serviceReader)
  scope: service
  properties: {
    principalId: readers.id
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceReader)
  }
}

output resourceGroup string = resourceGroup().name
