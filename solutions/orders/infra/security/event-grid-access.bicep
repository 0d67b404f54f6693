param storageAccountName string
param principalId string

@description('Built-in role "EventGrid EventSubscription Contributor": subscribes to the events of the account.')
var subscriptionContributorRole = '428e0ff0-5e57-4d9c-a221-2c70d0e0a443'

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalId, subscriptionContributorRole)
  scope: storage
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', subscriptionContributorRole)
  }
}
