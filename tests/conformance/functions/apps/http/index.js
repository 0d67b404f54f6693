const { setTimeout: sleep } = require('node:timers/promises')
const { app } = require('@azure/functions')

app.http('Echo', {
  methods: ['GET', 'POST', 'HEAD'],
  authLevel: 'anonymous',
  route: 'echo/{kind:alpha}/{id:int?}',
  handler: async (request, context) => ({
    jsonBody: {
      method: request.method,
      url: request.url,
      params: { ...request.params },
      query: Object.fromEntries(request.query),
      header: request.headers.get('x-custom'),
      body: await request.text(),
      traceparent: context.traceContext.traceParent,
    },
  }),
})
app.http('Bytes', {
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request) => ({ body: Buffer.from(await request.arrayBuffer()) }),
})
app.http('Nothing', { authLevel: 'anonymous', handler: () => undefined })
app.http('Throws', {
  authLevel: 'anonymous',
  handler: () => {
    throw new Error('secret reason')
  },
})
app.http('Cookies', {
  authLevel: 'anonymous',
  handler: () => ({
    status: 201,
    headers: { 'x-own': 'yes', 'content-type': 'text/plain' },
    cookies: [
      { name: 'a', value: '1 2' },
      {
        name: 'b',
        value: '2',
        maxAge: 60,
        path: '/b',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      },
    ],
    body: 'cookies',
  }),
})
app.http('Keyed', { authLevel: 'function', handler: () => ({ body: 'keyed' }) })
app.http('Admin', { authLevel: 'admin', handler: () => ({ body: 'admin' }) })
app.http('Off', { authLevel: 'anonymous', handler: () => ({ body: 'off' }) })
app.http('Logs', {
  authLevel: 'anonymous',
  handler: (_, context) => {
    context.debug('a debug line')
    context.log('an information line')
    context.warn('a warning line')
    return {}
  },
})
let running = 0
let most = 0
app.http('Slow', {
  authLevel: 'anonymous',
  handler: async () => {
    running++
    most = Math.max(most, running)
    await sleep(30)
    running--
    return { jsonBody: { most } }
  },
})
