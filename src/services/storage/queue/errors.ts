import { ServiceError } from '../../../base/errors.ts'

/**
 * The faults a caller of the Queue service can cause beside those of every storage service.
 * https://learn.microsoft.com/rest/api/storageservices/queue-service-error-codes
 */

export function queueNotFound(): ServiceError {
  return new ServiceError('QueueNotFound', 404, 'The specified queue does not exist.')
}

export function queueExists(): ServiceError {
  return new ServiceError('QueueAlreadyExists', 409, 'The specified queue already exists.')
}

export function messageNotFound(): ServiceError {
  return new ServiceError('MessageNotFound', 404, 'The specified message does not exist.')
}

export function popReceiptMismatch(): ServiceError {
  return new ServiceError(
    'PopReceiptMismatch',
    400,
    'The specified pop receipt did not match the pop receipt for a dequeued message.',
  )
}

export function messageTooLarge(): ServiceError {
  return new ServiceError(
    'RequestBodyTooLarge',
    413,
    'The request body is too large and exceeds the maximum permissible limit.',
  )
}

export function outOfRange(
  name: string,
  value: string,
  bounds: { readonly min: number; readonly max: number },
): ServiceError {
  return new ServiceError(
    'OutOfRangeQueryParameterValue',
    400,
    'One of the query parameters specified in the request URI is outside the permissible range.',
    {
      details: {
        QueryParameterName: name,
        QueryParameterValue: value,
        MinimumAllowed: String(bounds.min),
        MaximumAllowed: String(bounds.max),
      },
    },
  )
}

export function queueNameLength(): ServiceError {
  return new ServiceError(
    'OutOfRangeInput',
    400,
    'The specified resource name length is not within the permissible limits.',
  )
}
