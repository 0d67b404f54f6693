extension microsoftGraphV1

var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
var dataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'sb-contoso'
  location: 'westeurope'
  sku: { name: 'Standard', tier: 'Standard' }
}

resource orders 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'orders'
}

resource sender 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'sender'
  displayName: 'sender'
}

resource senderPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: sender.appId
}

resource owner 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'owner'
  displayName: 'owner'
}

resource ownerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: owner.appId
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(orders.id, 'sender', dataSender)
  scope: orders
  properties: {
    principalId: senderPrincipal.id
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
  }
}

resource mayAll 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(bus.id, 'owner', dataOwner)
  scope: bus
  properties: {
    principalId: ownerPrincipal.id
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwner)
  }
}
