import { ServiceError } from '../../../base/errors.ts'
import { textOf as valueText } from '../../../languages/workflow-expression/value-text.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { lastSegment } from '../connections.ts'
import { httpStatusName } from '../http-status.ts'
import { leafWork } from '../leaf-action.ts'
import { answered, failed } from '../outcomes.ts'
import { memberOf, objectOf, textOf } from '../workflow-value.ts'

/** Calls another workflow of the app: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#workflow-action */
export const workflow: ActionCompiler = (action, context) => {
  const host = objectOf(action.inputs, 'host')
  const id = textOf(objectOf(host, 'workflow'), 'id') ?? textOf(host, 'workflowReferenceName') ?? ''
  const name = lastSegment(id)
  if (!id.includes('@') && !context.catalog.workflow(name)) {
    throw context.refuse(
      action,
      `"The workflow '${name}' is not in the app: only workflows of the same app are called."`,
    )
  }
  return leafWork(action, context, {
    isExternal: true,
    execute: async (inputs, call) => {
      const evaluated = objectOf(inputs, 'host')
      const reference =
        textOf(objectOf(evaluated, 'workflow'), 'id') ?? textOf(evaluated, 'workflowReferenceName')
      const headers = Object.entries(objectOf(inputs, 'headers'))
      // A crash must not start a second run: this one is named before it is started.
      const runId = textOf(call.saved, 'runId') ?? call.context.app.newRunId()
      if (call.saved === undefined) await call.save({ runId })
      try {
        const answer = await call.context.app.callWorkflow({
          runId,
          workflow: lastSegment(reference ?? name),
          trigger: textOf(evaluated, 'triggerName'),
          body: memberOf(inputs, 'body'),
          headers: Object.fromEntries(headers.map(([header, value]) => [header, valueText(value)])),
          clientTrackingId: call.context.clientTrackingId,
          trace: call.trace,
          signal: call.signal,
        })
        const { statusCode, body } = answer
        return answered(statusCode, {
          statusCode,
          headers: answer.headers,
          ...(body === undefined ? {} : { body }),
        })
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        const { code, status, message } = error
        const outputs = { statusCode: status, body: { error: { code, message } } }
        return failed(code, message, { code: httpStatusName(status), outputs })
      }
    },
  })
}

/** Adds a message to a batch of another workflow: https://learn.microsoft.com/azure/logic-apps/logic-apps-batch-process-send-receive-messages */
export const sendToBatch: ActionCompiler = (action, context) => {
  const host = objectOf(action.inputs, 'host')
  const name = lastSegment(textOf(objectOf(host, 'workflow'), 'id') ?? '')
  if (!context.catalog.workflow(name)) {
    throw context.refuse(
      action,
      `"The workflow '${name}' is not in the app: batches are those of the same app."`,
    )
  }
  return leafWork(action, context, {
    isExternal: true,
    execute: async (inputs, call) => {
      const trigger = textOf(objectOf(inputs, 'host'), 'triggerName') ?? ''
      await call.context.app.sendToBatch({
        workflow: name,
        trigger,
        batchName: textOf(inputs, 'batchName') ?? '',
        partitionName: textOf(inputs, 'partitionName'),
        messageId: textOf(inputs, 'messageId'),
        content: memberOf(inputs, 'content') ?? null,
        trace: call.trace,
      })
      return { status: 'Succeeded', code: 'Accepted' }
    },
  })
}
