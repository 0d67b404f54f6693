const { app, output } = require('@azure/functions')

const shipped = output.eventGrid({ topicEndpointUri: 'ShippedUri', topicKeySetting: 'ShippedKey' })

app.eventGrid('OnOrder', {
  return: shipped,
  handler: (event, context) => {
    if (event.data.fails) throw new Error('cannot ship')
    return [
      {
        id: `shipped-${event.id}`,
        subject: event.subject,
        eventType: 'Orders.Shipped',
        dataVersion: '1.0',
        eventTime: '2026-01-01T00:00:00Z',
        data: { amount: event.data.amount, metadata: context.triggerMetadata },
      },
    ]
  },
})
