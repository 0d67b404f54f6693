param location string = resourceGroup().location

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'logic-approvals'
  location: location
  kind: 'functionapp,workflowapp'
  tags: { 'azd-service-name': 'approvals' }
  identity: { type: 'SystemAssigned' }
  properties: {
    siteConfig: {
      appSettings: [
        { name: 'APPROVER', value: 'rules' }
        { name: 'AzureFunctionsJobHost__extensionBundle__id', value: 'Microsoft.Azure.Functions.ExtensionBundle.Workflows' }
        { name: 'APP_KIND', value: 'workflowApp' }
      ]
    }
  }
}
