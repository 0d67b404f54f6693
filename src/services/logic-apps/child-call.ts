import type { Clock } from '../../base/clock.ts'
import type { WorkflowEngine } from '../../engines/workflow/workflow-engine.ts'
import type { ChildCall } from './app-runtime.ts'
import { noResponse, triggerNotFound } from './errors.ts'
import type { WorkflowResponse } from './responder.ts'
import { untilAnswered } from './run-answer.ts'
import type { RunContext } from './run-context.ts'
import { triggerTypes } from './trigger-table.ts'
import type { WorkflowHost } from './workflow-host.ts'

interface ChildParts {
  readonly host: WorkflowHost
  readonly engine: WorkflowEngine<RunContext>
  readonly clock: Clock
}

type ChildAnswer = WorkflowResponse & { readonly runId: string }

/** Runs a workflow for another one and waits for its Response; without one it answers 202 at once. */
export async function callChild(parts: ChildParts, call: ChildCall): Promise<ChildAnswer> {
  const { host, engine } = parts
  if (await engine.history.find(host.key, call.runId)) return answerOfStarted(parts, call)
  const { workflow } = host
  const trigger = call.trigger === undefined ? callable(host) : host.trigger(call.trigger)
  if (!trigger) throw triggerNotFound(workflow.name, call.trigger ?? '')
  const { promise, responder } = answerOf(workflow.hasResponse)
  const fired = await host.fire(trigger, {
    outputs: { headers: call.headers, ...(call.body === undefined ? {} : { body: call.body }) },
    trace: call.trace,
    runId: call.runId,
    isAskedAgain: true,
    clientTrackingId: call.clientTrackingId,
    ...(responder ? { responder } : {}),
  })
  const [run] = fired.runs
  const runId = run?.runId ?? ''
  if (!run || !promise)
    return { statusCode: 202, headers: headersOf(runId, call), body: undefined, runId }
  const ended = run.ended.then(() => undefined)
  const answer = await Promise.race([promise, ended, aborted(call.signal)])
  if (!answer) throw noResponse(runId)
  return { ...answer, headers: { ...headersOf(runId, call), ...answer.headers }, runId }
}

/** The answer of a run that was started before a crash. */
async function answerOfStarted(parts: ChildParts, call: ChildCall): Promise<ChildAnswer> {
  const { host, engine, clock } = parts
  const { runId } = call
  const headers = headersOf(runId, call)
  if (!host.workflow.hasResponse) return { statusCode: 202, headers, body: undefined, runId }
  const answer = await untilAnswered({ host, engine, clock }, { runId, signal: call.signal })
  return { ...answer, headers: { ...headers, ...answer.headers }, runId }
}

function callable(host: WorkflowHost) {
  return host.workflow.triggers.find(
    ({ type }) => triggerTypes.get(type.toLowerCase())?.takesRequests,
  )
}

function answerOf(hasResponse: boolean) {
  if (!hasResponse) return { promise: undefined, responder: undefined }
  let resolve: (response: WorkflowResponse) => void = () => {}
  const promise = new Promise<WorkflowResponse>((answered) => {
    resolve = answered
  })
  return {
    promise,
    responder: {
      respond: (response: WorkflowResponse) => {
        resolve(response)
        return true
      },
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function headersOf(runId: string, call: ChildCall): Record<string, string> {
  return { 'x-ms-workflow-run-id': runId, 'x-ms-client-tracking-id': call.clientTrackingId }
}
