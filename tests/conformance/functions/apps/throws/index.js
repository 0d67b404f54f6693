require('@azure/functions').app.http('Late', { handler: () => ({}) })
throw new Error('cannot read the configuration')
