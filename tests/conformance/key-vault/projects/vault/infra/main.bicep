extension microsoftGraphV1

var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-secrets'
  location: 'westeurope'
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
  }
}

resource officer 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'officer'
  displayName: 'officer'
}

resource officerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: officer.appId
}

resource stranger 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'stranger'
  displayName: 'stranger'
}

resource strangerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: stranger.appId
}

resource mayChange 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, 'officer', secretsOfficer)
  scope: vault
  properties: {
    principalId: officerPrincipal.id
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}
