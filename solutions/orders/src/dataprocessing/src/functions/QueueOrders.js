const { app, output } = require('@azure/functions')

const ordersQueue = output.serviceBusQueue({
  queueName: '%SERVICEBUS_QUEUE%',
  connection: 'SB_ORDERS',
})

// Every booking that arrives in the container becomes one message in the queue.
app.cosmosDB('QueueOrders', {
  databaseName: '%COSMOS_DB_DATABASE_NAME%',
  containerName: '%COSMOS_DB_TO_PROCESS_CONTAINER_NAME%',
  leaseContainerName: '%COSMOS_DB_LEASES_CONTAINER_NAME%',
  connection: 'COSMOS_DB',
  createLeaseContainerIfNotExists: true,
  return: ordersQueue,
  handler: (orders, context) => {
    context.log(`Queueing ${orders.length} orders`)
    return orders
  },
})
