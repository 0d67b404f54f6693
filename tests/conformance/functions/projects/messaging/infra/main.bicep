param location string = 'westeurope'

resource namespace 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'sb-messaging-test'
  location: location
  sku: { name: 'Standard', tier: 'Standard' }

  resource queues 'queues' = [
    for name in ['one', 'poison', 'batch', 'bytes', 'kept', 'slow', 'crash', 'outputs', 'fanned']: {
      name: name
      properties: { lockDuration: name == 'kept' || name == 'slow' ? 'PT5S' : 'PT1M', maxDeliveryCount: 3 }
    }
  ]

  resource sessions 'queues' = {
    name: 'sessions'
    properties: { requiresSession: true, lockDuration: 'PT5S' }
  }

  resource topic 'topics' = {
    name: 'events'

    resource subscription 'subscriptions' = {
      name: 'all'
    }
  }
}

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-05-15' = {
  name: 'cosmos-messaging-test'
  location: location
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [{ locationName: location }]
  }

  resource database 'sqlDatabases' = {
    name: 'shop'
    properties: { resource: { id: 'shop' } }

    resource items 'containers' = {
      name: 'items'
      properties: {
        resource: { id: 'items', partitionKey: { kind: 'Hash', paths: ['/kind'] } }
      }
    }

    resource retried 'containers' = {
      name: 'retried'
      properties: {
        resource: { id: 'retried', partitionKey: { kind: 'Hash', paths: ['/id'] } }
      }
    }
  }
}

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-messaging-test'
  location: location
  kind: 'functionapp,linux'
  tags: { 'azd-service-name': 'worker' }
  properties: {
    siteConfig: {
      appSettings: [
        { name: 'Bus__fullyQualifiedNamespace', value: '${namespace.name}.servicebus.windows.net' }
        { name: 'BusString', value: listKeys('${namespace.id}/AuthorizationRules/RootManageSharedAccessKey', namespace.apiVersion).primaryConnectionString }
        { name: 'Cosmos', value: account.listConnectionStrings().connectionStrings[0].connectionString }
        { name: 'DATABASE', value: 'shop' }
        { name: 'QUEUE_ONE', value: 'one' }
        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }
      ]
    }
  }
}
