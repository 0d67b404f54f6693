const { app } = require('@azure/functions')

app.eventHub('Readings', { connection: 'Hub', eventHubName: 'readings', handler: () => {} })
