import { app } from '@azure/functions'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

app.setup({ enableHttpStream: true })

app.http('Up', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'up/{name}',
  handler: async (request) => {
    let bytes = 0
    for await (const chunk of request.body) bytes += chunk.length
    return { jsonBody: { bytes, name: request.params.name, color: request.query.get('color') } }
  },
})
app.http('Down', {
  authLevel: 'anonymous',
  handler: () => ({
    headers: { 'content-type': 'text/event-stream' },
    body: Readable.from(
      (async function* () {
        for (const text of ['one', 'two', 'three']) {
          yield text
          await sleep(40)
        }
      })(),
    ),
  }),
})
app.http('Exits', { authLevel: 'anonymous', handler: () => process.exit(1) })
app.http('Throws', {
  methods: ['GET', 'POST'],
  authLevel: 'anonymous',
  handler: () => {
    throw new Error('no')
  },
})
