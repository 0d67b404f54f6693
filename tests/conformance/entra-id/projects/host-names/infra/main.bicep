param location string = 'westeurope'

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var serviceContributor = '312a565d-c81f-4fd8-895a-4e21e48d571c'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-host-names'
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
  }

  resource secret 'secrets' = {
    name: 'greeting'
    properties: { value: 'good morning' }
  }
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'apim-host-names'
  location: location
  sku: { name: 'Developer', capacity: 1 }
  properties: { publisherName: 'Tests', publisherEmail: 'tests@example.org' }

  resource credit 'namedValues' = {
    name: 'credit'
    properties: { displayName: 'credit', value: '7' }
  }
}

resource reader 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-reader'
  location: location
}

resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-host-names'
  location: location
  kind: 'functionapp,linux'
  tags: { 'azd-service-name': 'worker' }
  identity: {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: { '${reader.id}': {} }
  }
  properties: {
    siteConfig: {
      appSettings: [
        { name: 'VAULT_URL', value: vault.properties.vaultUri }
        { name: 'READER_CLIENT_ID', value: reader.properties.clientId }
        { name: 'SERVICE_ID', value: service.id }
        { name: 'GREETING', value: '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=greeting)' }
        // As a company would set it: what the platform trusts must not depend on it.
        { name: 'NODE_EXTRA_CA_CERTS', value: '/nowhere/company.pem' }
      ]
    }
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, app.id, secretsUser)
  scope: vault
  properties: {
    principalId: app.identity.principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource readerMayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, reader.id, secretsUser)
  scope: vault
  properties: {
    principalId: reader.properties.principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource mayManage 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, app.id, serviceContributor)
  scope: service
  properties: {
    principalId: app.identity.principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributor)
  }
}
