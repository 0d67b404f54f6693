const { setTimeout: sleep } = require('node:timers/promises')
const { app } = require('@azure/functions')

let warm = 0
app.warmup('Warm', {
  handler: async () => {
    await sleep(20)
    warm++
  },
})
app.http('State', { authLevel: 'anonymous', handler: () => ({ jsonBody: { warm } }) })
app.timer('Retried', {
  schedule: '0 0 0 1 1 *',
  runOnStartup: true,
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { milliseconds: 20 } },
  handler: (timer, context) => {
    const { retryCount, maxRetryCount } = context.retryContext ?? {}
    context.log(
      `attempt ${retryCount ?? 0} of ${maxRetryCount ?? 0}, adjusts ${timer.schedule.adjustForDST}`,
    )
    if (retryCount !== 2) throw new Error('not yet')
  },
})
