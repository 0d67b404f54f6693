/** A program: starts runs of a workflow until it is killed; prints the id of each once it is acknowledged. */
import { writeSync } from 'node:fs'
import { RealClock } from '../../../src/base/clock.ts'
import { openLogicApps } from './logic-apps-on-file.ts'

const standardOutput = 1
const [path = '', dir = ''] = process.argv.slice(2)
const { app } = await openLogicApps({ path, dir, clock: new RealClock() })
const { workflow } = app.host('steps')
const url = app.callbackUrl(workflow, undefined)
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (;;) {
      const answer = await fetch(url, { method: 'POST' })
      const runId = answer.headers.get('x-ms-workflow-run-id')
      if (answer.status === 202 && runId !== null) writeSync(standardOutput, `${runId}\n`)
    }
  }),
)
