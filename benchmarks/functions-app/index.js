const { app, output } = require('@azure/functions')

const processed = output.serviceBusQueue({ connection: 'ServiceBus', queueName: 'processed' })

app.serviceBusQueue('Echo', {
  connection: 'ServiceBus',
  queueName: 'orders',
  return: processed,
  handler: (message) => message,
})

app.serviceBusQueue('EchoAndLog', {
  connection: 'ServiceBus',
  queueName: 'logged',
  return: processed,
  handler: (message, context) => {
    context.log(`order ${message.id}`)
    return message
  },
})
