import { app } from '@azure/functions'

app.http('FromFolder', {
  authLevel: 'anonymous',
  handler: () => ({ body: `${process.cwd().split('/').at(-1)} ${process.env.GREETING}` }),
})
