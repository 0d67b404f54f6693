extension microsoftGraphV1

@description('What a caller has to be assigned: it stands in the "roles" of its tokens.')
var readRole = 'a7c1f0d2-3b54-4c6e-9f18-2d6b8e5a4c31'

@description('The orders API: tokens for it name it as their audience.')
resource api 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'orders-api'
  displayName: 'Orders-api'
  identifierUris: ['api://orders']
  appRoles: [
    {
      id: readRole
      value: 'Orders.Read'
      displayName: 'Read orders'
      description: 'Reads processed orders.'
      allowedMemberTypes: ['Application']
      isEnabled: true
    }
  ]
}

resource apiPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: api.appId
}

// No secret is made here, since a template would keep it: who runs the caller adds one.
resource caller 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'orders-caller'
  displayName: 'caller'
  requiredResourceAccess: [
    {
      resourceAppId: api.appId
      resourceAccess: [{ id: readRole, type: 'Role' }]
    }
  ]
}

resource callerPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: caller.appId
}

resource callerMayRead 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: readRole
  principalId: callerPrincipal.id
  resourceId: apiPrincipal.id
}

output apiClientId string = api.appId
output callerClientId string = caller.appId
output callerPrincipalId string = callerPrincipal.id
