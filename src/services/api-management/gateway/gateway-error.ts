import type { CallResponse } from './gateway-call.ts'
import { newResponse } from './call-message.ts'
import { MessageBody } from './message-body.ts'
import { type PolicyFault, PolicyError } from './policy-error.ts'

/** The answer to a failed call, byte for byte as a gateway of Azure writes it. */
export function errorResponse(fault: PolicyFault, callId: string): CallResponse {
  const response = newResponse(fault.status)
  response.headers.set('Content-Type', ['application/json'])
  for (const [name, value] of fault.headers ?? []) response.headers.set(name, [value])
  const message = JSON.stringify(fault.answer ?? fault.message)
  const isInternal = fault.status === 500
  const text = isInternal
    ? `{ "statusCode": 500, "message": ${message}, "activityId": "${callId}" }`
    : `{ "statusCode": ${fault.status}, "message": ${message} }`
  response.body = MessageBody.of(text)
  return response
}

/** No API or no operation answers to the request. */
export function notFound(): PolicyFault {
  return {
    source: 'configuration',
    reason: 'OperationNotFound',
    message: 'Resource not found',
    status: 404,
  }
}

/** The request has no address that can be read. */
export function badRequest(): PolicyFault {
  return { source: 'gateway', reason: 'BadRequest', message: 'Bad Request', status: 400 }
}

/** The caller went away before it had its answer. */
export function callerGone(): PolicyFault {
  return {
    source: 'gateway',
    reason: 'ClientConnectionFailure',
    message: 'The caller went away.',
    status: 499,
  }
}

/** The call has no key, or one that does not open this API. */
export function keyRefused(options: {
  isMissing: boolean
  realm: string
  header: string
}): PolicyError {
  const message = options.isMissing
    ? 'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.'
    : 'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.'
  return new PolicyError({
    source: 'authorization',
    reason: options.isMissing ? 'SubscriptionKeyNotFound' : 'SubscriptionKeyInvalid',
    message,
    status: 401,
    headers: [
      [
        'WWW-Authenticate',
        `AzureApiManagementKey realm="${options.realm}",name="${options.header}",type="header"`,
      ],
    ],
  })
}

/** Something in the gateway itself failed: nothing of it is told. */
export function internalError(): PolicyFault {
  return {
    source: 'gateway',
    reason: 'InternalError',
    message: 'Internal server error',
    status: 500,
  }
}
