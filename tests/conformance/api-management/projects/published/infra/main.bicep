param location string = 'westeurope'

var siteName = 'func-published-stock'
var senderRole = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: siteName
  location: location
  kind: 'functionapp,linux'
  tags: { 'azd-service-name': 'stock' }
  properties: {
    siteConfig: {
      appSettings: [
        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }
      ]
    }
  }
}

resource namespace 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'sb-published'
  location: location
  sku: { name: 'Standard', tier: 'Standard' }

  resource orders 'queues' = {
    name: 'orders'
  }

  resource closed 'queues' = {
    name: 'closed'
  }

  resource events 'topics' = {
    name: 'events'

    resource all 'subscriptions' = {
      name: 'all'
    }
  }
}

resource sender 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-published-sender'
  location: location
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'apim-published'
  location: location
  sku: { name: 'Developer', capacity: 1 }
  identity: {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: { '${sender.id}': {} }
  }
  properties: { publisherName: 'Tests', publisherEmail: 'tests@example.org' }
}

resource maySendOrders 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::orders.id, service.id, senderRole)
  scope: namespace::orders
  properties: {
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', senderRole)
  }
}

resource maySendEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::events.id, sender.id, senderRole)
  scope: namespace::events
  properties: {
    principalId: sender.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', senderRole)
  }
}

// What the portal makes of a function app that is imported, as its template is exported.
resource key 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = {
  parent: service
  name: '${siteName}-key'
  properties: {
    displayName: '${siteName}-key'
    tags: ['key', 'function', 'auto']
    secret: true
    value: listKeys('${site.id}/host/default', site.apiVersion).functionKeys.default
  }
}

resource backend 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  parent: service
  name: siteName
  properties: {
    description: siteName
    url: 'https://${siteName}.azurewebsites.net/api'
    protocol: 'http'
    resourceId: '${environment().resourceManager}subscriptions/${subscription().subscriptionId}/resourceGroups/${resourceGroup().name}/providers/Microsoft.Web/sites/${siteName}'
    credentials: {
      header: {
        'x-functions-key': ['{{${siteName}-key}}']
      }
    }
  }
  dependsOn: [key]
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: siteName
  properties: {
    displayName: siteName
    apiRevision: '1'
    description: 'Import from "${siteName}" Function App'
    subscriptionRequired: true
    path: 'stock'
    protocols: ['https']
    authenticationSettings: { oAuth2AuthenticationSettings: [], openidAuthenticationSettings: [] }
    subscriptionKeyParameterNames: { header: 'X-Stock-Key', query: 'stock-key' }
    isCurrent: true
  }
}

var functions = [
  { name: 'get-getitem', display: 'GetItem', method: 'GET', url: '/items/{id}', parameters: ['id'] }
  { name: 'post-additem', display: 'AddItem', method: 'POST', url: '/items', parameters: [] }
]

resource operations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for each in functions: {
    parent: api
    name: each.name
    properties: {
      displayName: each.display
      method: each.method
      urlTemplate: each.url
      templateParameters: map(each.parameters, name => { name: name, type: 'string', required: true, values: [] })
      responses: []
    }
  }
]

resource operationPolicies 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = [
  for (each, index) in functions: {
    parent: operations[index]
    name: 'policy'
    properties: {
      format: 'xml'
      value: '<policies>\r\n  <inbound>\r\n    <base />\r\n    <set-backend-service id="apim-generated-policy" backend-id="${siteName}" />\r\n  </inbound>\r\n  <backend>\r\n    <base />\r\n  </backend>\r\n  <outbound>\r\n    <base />\r\n  </outbound>\r\n  <on-error>\r\n    <base />\r\n  </on-error>\r\n</policies>'
    }
    dependsOn: [backend]
  }
]

resource product 'Microsoft.ApiManagement/service/products@2024-05-01' = {
  parent: service
  name: 'stock'
  properties: { displayName: 'Stock', subscriptionRequired: true, approvalRequired: false, state: 'published' }

  resource contained 'apis' = {
    name: api.name
  }
}

resource customer 'Microsoft.ApiManagement/service/subscriptions@2024-05-01' = {
  parent: service
  name: 'customer'
  properties: { displayName: 'Customer', scope: product.id, state: 'active' }
}

// An API that sends messages: with the identity of the service, with another of its identities, and where neither may.
resource messages 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'messages'
  properties: { displayName: 'Messages', path: 'messages', protocols: ['https'], subscriptionRequired: false }
}

var destinations = [
  { name: 'orders', to: 'queue-name="orders"' }
  { name: 'events', to: 'topic-name="events" client-id="${sender.properties.clientId}"' }
  { name: 'closed', to: 'queue-name="closed"' }
  { name: 'missing', to: 'topic-name="orders"' }
]

resource sends 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for each in destinations: {
    parent: messages
    name: each.name
    properties: { displayName: each.name, method: 'POST', urlTemplate: '/${each.name}' }
  }
]

resource sendPolicies 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = [
  for (each, index) in destinations: {
    parent: sends[index]
    name: 'policy'
    properties: {
      format: 'rawxml'
      value: '<policies><inbound><send-service-bus-message ${each.to} namespace="${namespace.name}.servicebus.windows.net"><message-properties><message-property name="Customer">Contoso</message-property></message-properties><payload>@(context.Request.Body.As<string>(preserveContent: true))</payload></send-service-bus-message><return-response><set-status code="201" reason="Created" /></return-response></inbound><on-error><set-header name="X-Reason" exists-action="override"><value>@(context.LastError.Reason)</value></set-header></on-error></policies>'
    }
  }
]

// What a caller shows is told: only where the connection is that of the caller itself.
resource shown 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'shown'
  properties: { displayName: 'Shown', path: 'shown', protocols: ['https'], subscriptionRequired: false }

  resource get 'operations' = {
    name: 'get'
    properties: { displayName: 'get', method: 'GET', urlTemplate: '/' }

    resource policy 'policies' = {
      name: 'policy'
      properties: {
        format: 'rawxml'
        value: '<policies><inbound><return-response><set-body>@(context.Request.OriginalUrl.Scheme + " " + (context.Request.Certificate == null ? "nobody" : context.Request.Certificate.GetNameInfo(X509NameType.SimpleName, false)))</set-body></return-response></inbound></policies>'
      }
    }
  }

  resource validated 'operations' = {
    name: 'validated'
    properties: { displayName: 'validated', method: 'GET', urlTemplate: '/validated' }

    resource policy 'policies' = {
      name: 'policy'
      properties: {
        format: 'rawxml'
        value: '<policies><inbound><validate-client-certificate validate-trust="false"><identities><identity common-name="ada.example" /></identities></validate-client-certificate><return-response><set-body>welcome</set-body></return-response></inbound></policies>'
      }
    }
  }
}
