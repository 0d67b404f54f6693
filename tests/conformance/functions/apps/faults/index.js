const { spawn } = require('node:child_process')
const { app } = require('@azure/functions')

const anonymous = { authLevel: 'anonymous' }
app.http('Pid', { ...anonymous, handler: () => ({ body: String(process.pid) }) })
app.http('Spawns', {
  ...anonymous,
  handler: () => {
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    })
    return { body: String(pid) }
  },
})
app.http('Exits', { ...anonymous, handler: () => process.exit(0) })
app.http('Hangs', {
  ...anonymous,
  handler: () => {
    for (;;);
  },
})
app.http('Never', { ...anonymous, handler: () => new Promise(() => {}) })
app.http('Rejects', {
  ...anonymous,
  handler: () => {
    setImmediate(() => void Promise.reject(new Error('nobody waits')))
    return new Promise(() => {})
  },
})
app.http('Prints', {
  ...anonymous,
  handler: () => {
    const line = `${'x'.repeat(200)}\n`.repeat(100)
    for (let round = 0; round < 500; round++) process.stdout.write(line)
    return { body: 'printed' }
  },
})
app.http('Floods', {
  ...anonymous,
  handler: (_, context) => {
    const line = 'y'.repeat(100_000)
    for (let round = 0; round < 20_000; round++) context.log(line)
    return { body: 'logged' }
  },
})
app.http('Grows', {
  ...anonymous,
  handler: () => {
    const kept = []
    for (;;) kept.push(Array.from({ length: 100_000 }, () => kept.length))
  },
})
