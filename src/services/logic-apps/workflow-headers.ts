import type { LeafCall } from './leaf-action.ts'

/** What calls of an action say of it, unless it asks for `SuppressWorkflowHeaders`. */
export function workflowHeaders(call: LeafCall): Record<string, string> {
  const agent = { 'user-agent': 'azure-logic-apps/1.0' }
  if (call.action.operationOptions.has('suppressworkflowheaders')) return agent
  const { context } = call
  return {
    ...agent,
    'x-ms-execution-location': 'local',
    'x-ms-workflow-id': context.workflow.name,
    'x-ms-workflow-version': context.workflow.file.hash,
    'x-ms-workflow-name': context.workflow.name,
    'x-ms-workflow-system-id': `/workflows/${context.workflow.name}`,
    'x-ms-workflow-run-id': context.runId,
    'x-ms-workflow-operation-name': call.name,
    'x-ms-tracking-id': call.trace.spanId,
    'x-ms-correlation-id': call.trace.traceId,
    'x-ms-client-request-id': call.trace.spanId,
    'x-ms-client-tracking-id': context.clientTrackingId,
    'x-ms-action-tracking-id': call.trace.spanId,
  }
}
