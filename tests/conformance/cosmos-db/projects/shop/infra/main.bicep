resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: 'cosmos-shop'
  location: 'westeurope'
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [
      { locationName: 'West Europe', failoverPriority: 0 }
      { locationName: 'North Europe', failoverPriority: 1 }
    ]
  }
}
