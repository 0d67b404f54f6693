const { app } = require('@azure/functions')

app.http('GetItem', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'items/{id}',
  handler: (request) => ({
    jsonBody: {
      id: request.params.id,
      size: request.query.get('size'),
      host: request.headers.get('host'),
    },
  }),
})

app.http('AddItem', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'items',
  handler: async (request) => ({ status: 201, jsonBody: await request.json() }),
})
