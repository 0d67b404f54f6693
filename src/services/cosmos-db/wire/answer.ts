import type { ServerResponse } from 'node:http'
import type { ServiceError } from '../../../base/errors.ts'
import type { CosmosAnswer } from './call.ts'

/** Of Azure's own gateway; clients show it. */
const gatewayVersion = '2.14.0'

/** Writes an answer with the headers that clients read: https://learn.microsoft.com/rest/api/cosmos-db/common-cosmosdb-rest-response-headers */
export function sendAnswer(
  response: ServerResponse,
  answer: CosmosAnswer,
  activityId: string,
): void {
  const { body, status } = answer
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, {
    'cache-control': 'no-store, no-cache',
    'x-ms-activity-id': activityId,
    'x-ms-request-charge': String(answer.requestCharge),
    'x-ms-gatewayversion': `version=${gatewayVersion}`,
    ...answer.headers,
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    ...(status === 304 || status === 204
      ? {}
      : { 'content-length': text === undefined ? 0 : Buffer.byteLength(text) }),
  })
  response.end(text)
}

/** https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb */
export function sendFault(response: ServerResponse, error: ServiceError, activityId: string): void {
  const { substatus } = error.details
  sendAnswer(
    response,
    {
      status: error.status,
      body: { code: error.code, message: faultMessage(error, activityId) },
      headers: typeof substatus === 'number' ? { 'x-ms-substatus': String(substatus) } : {},
      requestCharge: error.status === 404 ? 1 : 0,
    },
    activityId,
  )
}

// Faults of the gateway are plain text, those of the store behind it a list in JSON.
function faultMessage(error: ServiceError, activityId: string): string {
  const isGateway = error.status === 401 || error.status === 403 || error.status === 405
  const isJson = error.message.startsWith('{"errors":')
  const inner = isJson ? error.message : JSON.stringify({ Errors: [error.message] })
  const text = isGateway ? error.message : `Message: ${inner}`
  return `${text}\r\nActivityId: ${activityId}, Microsoft.Azure.Documents.Common/${gatewayVersion}`
}
