import { ServiceError } from '../../base/errors.ts'

// Codes and texts of https://learn.microsoft.com/rest/api/apimanagement/ as its REST answers them.

/** One field of a request that is not right. */
export interface FieldFault {
  readonly target: string
  readonly message: string
}

/** The request says something that cannot be; each fault names its field. */
export function validationError(faults: readonly FieldFault[]): ServiceError {
  return new ServiceError('ValidationError', 400, 'One or more fields contain incorrect values:', {
    details: {
      details: faults.map(({ target, message }) => ({ code: 'ValidationError', target, message })),
    },
  })
}

/** A field that must be there and is not. */
export function fieldMissing(target: string): ServiceError {
  return validationError([{ target, message: `${capitalized(target)} is required` }])
}

export function entityNotFound(label: string): ServiceError {
  return new ServiceError('ResourceNotFound', 404, `${label} not found.`)
}

export function serviceNotFound(name: string): ServiceError {
  return new ServiceError(
    'ResourceNotFound',
    404,
    `The Resource 'Microsoft.ApiManagement/service/${name}' was not found.`,
  )
}

/** The `If-Match` of the request is not the etag of the entity. */
export function preconditionFailed(): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    412,
    'Resource was changed since it was read: its ETag does not match the If-Match header.',
  )
}

/** An entity that others still use. */
export function entityInUse(message: string): ServiceError {
  return new ServiceError('ValidationError', 400, message)
}

export function kindNotSupported(kind: string): ServiceError {
  return new ServiceError(
    'ResourceTypeNotSupported',
    400,
    `Microsoft.ApiManagement/service/${kind} is not supported.`,
  )
}

export function operationNotSupported(method: string, path: string): ServiceError {
  return new ServiceError('MethodNotAllowed', 405, `${method} of ${path} is not supported.`)
}

export function authenticationFailed(reason: string): ServiceError {
  return new ServiceError('AuthenticationFailed', 401, `Authentication failed. ${reason}`)
}

export function missingApiVersion(): ServiceError {
  return new ServiceError(
    'MissingApiVersionParameter',
    400,
    'The api-version query parameter (?api-version=) is required for all requests.',
  )
}

export function invalidJson(): ServiceError {
  return new ServiceError('InvalidRequestContent', 400, 'The request content was invalid JSON.')
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
