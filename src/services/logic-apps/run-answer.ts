import {
  type Value,
  isNumber,
  isObject,
  toDouble,
} from '../../languages/workflow-expression/value.ts'
import { textOf as valueText } from '../../languages/workflow-expression/value-text.ts'
import type { WorkflowEngine } from '../../engines/workflow/workflow-engine.ts'
import type { Clock } from '../../base/clock.ts'
import { noResponse, runNotFound } from './errors.ts'
import type { WorkflowResponse } from './responder.ts'
import type { RunContext } from './run-context.ts'
import type { WorkflowHost } from './workflow-host.ts'
import { memberOf, objectOf } from './workflow-value.ts'

/** How long the wait is between two looks at a run that has not answered. */
const lookAgainMs = 50

/** What a run that answers later has answered; nothing while it goes on. */
export async function answerOfRun(
  host: WorkflowHost,
  engine: WorkflowEngine<RunContext>,
  runId: string,
): Promise<WorkflowResponse | undefined> {
  const run = await engine.history.find(host.key, runId)
  if (!run) throw runNotFound(host.workflow.name, runId)
  for (const event of await engine.history.events(host.key, runId)) {
    if (event.kind !== 'ended' || event.record.status !== 'Succeeded') continue
    const action = host.workflow.actions.get(event.name.toLowerCase())
    if (action?.type.toLowerCase() === 'response') return responseOf(event.record.outputs ?? null)
  }
  if (run.end) throw noResponse(runId)
  return undefined
}

/** Waits for the answer of a run that was started before, and that may have to go on after a crash. */
export async function untilAnswered(
  parts: {
    readonly host: WorkflowHost
    readonly engine: WorkflowEngine<RunContext>
    readonly clock: Clock
  },
  wait: { readonly runId: string; readonly signal: AbortSignal },
): Promise<WorkflowResponse> {
  for (;;) {
    const answer = await answerOfRun(parts.host, parts.engine, wait.runId)
    if (answer) return answer
    await parts.clock.sleep(lookAgainMs, wait.signal)
  }
}

function responseOf(outputs: Value): WorkflowResponse {
  const status = memberOf(outputs, 'statusCode')
  const headers = objectOf(outputs, 'headers')
  const entries = isObject(headers) ? Object.entries(headers) : []
  return {
    statusCode: status !== undefined && isNumber(status) ? toDouble(status) : 200,
    headers: Object.fromEntries(entries.map(([name, value]) => [name, valueText(value)])),
    body: memberOf(outputs, 'body'),
  }
}
