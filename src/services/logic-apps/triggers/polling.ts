import { newTrace } from '../../../base/trace-context.ts'
import { ServiceError } from '../../../base/errors.ts'
import { connectionCall } from '../connection-call.ts'
import { sendHttp } from '../http-call.ts'
import { retryAfter } from '../actions/http.ts'
import { headerOf } from '../http-message.ts'
import { parseRecurrence } from '../recurrence-schedule.ts'
import { sendToRuntimeUrl } from '../runtime-url.ts'
import type { TriggerListen, TriggerType } from '../trigger-type.ts'
import { RecurrenceListener } from './recurrence.ts'

/** Asks an endpoint again and again; 200 starts a run, 202 says to ask later: https://learn.microsoft.com/azure/connectors/connectors-native-http#add-an-http-trigger */
export const httpPolling: TriggerType = {
  takesRequests: false,
  check: checkRecurrence,
  listen: (listen) =>
    new RecurrenceListener(listen, async () => {
      const trace = newTrace()
      const message = await sendHttp({
        app: listen.app,
        inputs: listen.evaluateInputs(),
        workflowHeaders: { 'x-ms-workflow-name': listen.workflow.name },
        isDeclared: true,
        trace,
        signal: new AbortController().signal,
      })
      const { statusCode, headers, body } = message
      const location = headerOf(headers, 'location')
      if (statusCode === 200) {
        const outputs = { statusCode, headers, ...(body === undefined ? {} : { body }) }
        await listen.fire({ outputs, trace })
      } else if (statusCode >= 400) {
        throw new ServiceError(
          'TriggerFailed',
          statusCode,
          `The endpoint answered with status ${statusCode}.`,
        )
      }
      return location === undefined && statusCode !== 202 ? undefined : retryAfter(message)
    }),
}

/** The same for the polling triggers of managed connectors: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#apiconnection-trigger */
export const apiConnectionPolling: TriggerType = {
  takesRequests: false,
  check: checkRecurrence,
  listen: (listen) => new RecurrenceListener(listen, () => pollConnector(listen)),
}

async function pollConnector(listen: TriggerListen): Promise<undefined> {
  const { app, workflow, connectors } = listen
  const trace = newTrace()
  const call = connectionCall(listen.evaluateInputs(), {
    app,
    workflow,
    trace,
    signal: new AbortController().signal,
  })
  const recorded = workflow.recorded.get(listen.trigger.name.toLowerCase())
  const answer = await connectors.call(call, { send: sendToRuntimeUrl(app), recorded })
  const { statusCode, headers = {}, body } = answer
  if (statusCode === 200 && body !== undefined) {
    await listen.fire({ outputs: { statusCode, headers, body }, trace })
  } else if (statusCode >= 400) {
    throw new ServiceError(
      'TriggerFailed',
      statusCode,
      `The connector answered with status ${statusCode}.`,
    )
  }
  return undefined
}

function checkRecurrence({
  definition,
  refuse,
}: Parameters<NonNullable<TriggerType['check']>>[0]): void {
  const { recurrence } = definition
  if (!recurrence) throw refuse(`"The property 'recurrence' is required."`)
  if (recurrence.constant !== undefined && !parseRecurrence(recurrence.constant)) {
    throw refuse(
      `"The 'recurrence' is not valid: it needs a 'frequency' of 'Second' to 'Year' and an 'interval'."`,
    )
  }
}
