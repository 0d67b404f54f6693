import { app } from '@azure/functions'

const greeting = await Promise.resolve('hello')
app.http('FromIndex', { authLevel: 'anonymous', handler: () => ({ body: greeting }) })
