param serviceName string
param apiName string
param productName string
param productDescription string

@description('The policy document of the product.')
param policy string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: serviceName
}

resource product 'Microsoft.ApiManagement/service/products@2024-05-01' = {
  parent: service
  name: productName
  properties: {
    displayName: productName
    description: productDescription
    state: 'published'
    subscriptionRequired: true
  }

  resource api 'apis' = {
    name: apiName
  }

  resource group 'groups' = {
    name: 'developers'
  }

  resource policies 'policies' = {
    name: 'policy'
    properties: {
      format: 'rawxml'
      value: policy
    }
  }
}

resource subscription 'Microsoft.ApiManagement/service/subscriptions@2024-05-01' = {
  parent: service
  name: '${productName}-Subscription'
  properties: {
    displayName: '${productName}-Subscription'
    scope: product.id
    state: 'active'
  }
}
