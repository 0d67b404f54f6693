const { app } = require('@azure/functions')
const { appendFileSync } = require('node:fs')

app.hook.appStart((context) => {
  context.hookData.started = true
})
app.hook.appTerminate(() => {
  if (process.env.TERMINATED_FILE) appendFileSync(process.env.TERMINATED_FILE, 'terminated')
})
app.hook.preInvocation((context) => {
  context.hookData.from = 'pre'
  if (context.invocationContext.functionName === 'Assigns') context.hookData = {}
  if (context.invocationContext.functionName === 'Replaced') {
    context.functionHandler = () => ({ body: 'replaced' })
  }
})
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName === 'Forgiven') {
    context.result = { body: [context.error.message, context.hookData.from].join(', forgiven ') }
    context.error = null
  }
})
app.hook.log((context) => {
  context.message = context.message.replace('password', '***')
})
app.http('Assigns', { authLevel: 'anonymous', handler: () => ({ body: 'no' }) })
app.http('Replaced', { authLevel: 'anonymous', handler: () => ({ body: 'no' }) })
app.http('Forgiven', {
  authLevel: 'anonymous',
  handler: (_, context) => {
    context.log('the password')
    throw new Error('failed')
  },
})
