const { app, output } = require('@azure/functions')

const processedOrders = output.cosmosDB({
  databaseName: '%COSMOS_DB_DATABASE_NAME%',
  containerName: '%COSMOS_DB_PROCESSED_CONTAINER_NAME%',
  connection: 'COSMOS_DB',
})

app.serviceBusQueue('ProcessOrders', {
  queueName: '%SERVICEBUS_QUEUE%',
  connection: 'SB_ORDERS',
  return: processedOrders,
  handler: (order, context) => {
    context.log(`Processing order ${order.id}`)
    return { ...order, status: 'processed', processedAt: new Date().toISOString() }
  },
})
