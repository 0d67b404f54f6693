import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of Service Bus can cause, by the reasons its SDKs know.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-exceptions-latest
 */

export function messageLockLost(): ServiceError {
  return new ServiceError(
    'MessageLockLost',
    410,
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  )
}

export function sessionLockLost(sessionId: string): ServiceError {
  return new ServiceError(
    'SessionLockLost',
    410,
    `The session lock has expired on the MessageSession '${sessionId}'. Accept a new MessageSession.`,
  )
}

export function sessionCannotBeLocked(sessionId: string): ServiceError {
  return new ServiceError(
    'SessionCannotBeLocked',
    409,
    `The requested session '${sessionId}' cannot be accepted. It may be locked by another receiver.`,
  )
}

export function messageNotFound(sequence: number): ServiceError {
  return new ServiceError(
    'MessageNotFound',
    404,
    `Failed to lock one or more specified messages. The message with the sequence number ${sequence} does not exist or is locked.`,
  )
}

export function entityNotFound(path: string): ServiceError {
  return new ServiceError(
    'MessagingEntityNotFound',
    404,
    `The messaging entity '${path}' could not be found.`,
  )
}

export function entityAlreadyExists(path: string): ServiceError {
  return new ServiceError(
    'MessagingEntityAlreadyExists',
    409,
    `The messaging entity '${path}' already exists.`,
  )
}

export function entityDisabled(path: string): ServiceError {
  return new ServiceError(
    'MessagingEntityDisabled',
    403,
    `Messaging entity '${path}' is currently disabled.`,
  )
}

export function messageSizeExceeded(sizeBytes: number, bytesMax: number): ServiceError {
  return new ServiceError(
    'MessageSizeExceeded',
    413,
    `The received message (size: ${sizeBytes} bytes) exceeds the limit (${bytesMax} bytes) currently allowed on the entity.`,
  )
}

export function quotaExceeded(path: string, sizeBytes: number, bytesMax: number): ServiceError {
  return new ServiceError(
    'QuotaExceeded',
    403,
    `The maximum entity size has been reached or exceeded for '${path}'. Size of entity in bytes:${sizeBytes}, Max entity size in bytes:${bytesMax}.`,
  )
}

export function limitReached(message: string): ServiceError {
  return new ServiceError('QuotaExceeded', 403, message)
}

export function invalidOperation(message: string): ServiceError {
  return new ServiceError('InvalidOperation', 400, message)
}

export function argumentError(message: string): ServiceError {
  return new ServiceError('ArgumentError', 400, message)
}

export function badRequest(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}

export function serviceBusy(path: string): ServiceError {
  return new ServiceError(
    'ServiceBusy',
    503,
    `The definition of '${path}' changes faster than messages can be routed. Please try again.`,
  )
}

/** Told to whoever goes on receiving: an empty answer would be asked for again at once, without end. */
export function serviceStopped(): ServiceError {
  return new ServiceError(
    'ServiceCommunicationProblem',
    503,
    'The Service Bus has stopped: nothing can be received from it any more.',
  )
}

export function namespaceNotFound(name: string): ServiceError {
  return new ServiceError(
    'ResourceNotFound',
    404,
    `The Resource 'Microsoft.ServiceBus/namespaces/${name}' was not found.`,
  )
}

export function immutableProperty(name: string, kind: string): ServiceError {
  return badRequest(
    `SubCode=40000. The value for the '${name}' property of an existing ${kind} can't be changed.`,
  )
}

export function unauthorized(reason: string): ServiceError {
  return new ServiceError('Unauthorized', 401, `Unauthorized access. ${reason}`)
}

export function methodNotAllowed(): ServiceError {
  return new ServiceError('MethodNotAllowed', 405, 'The method is not supported.')
}
