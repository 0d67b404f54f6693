import { ServiceError } from '../../base/errors.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-troubleshoot */
const conditions: Readonly<Record<string, string>> = {
  ArgumentError: 'com.microsoft:argument-error',
  BadRequest: 'com.microsoft:argument-error',
  InvalidOperation: 'amqp:not-allowed',
  MessageLockLost: 'com.microsoft:message-lock-lost',
  MessageNotFound: 'com.microsoft:message-not-found',
  MessageSizeExceeded: 'amqp:link:message-size-exceeded',
  MessagingEntityAlreadyExists: 'com.microsoft:entity-already-exists',
  MessagingEntityDisabled: 'com.microsoft:entity-disabled',
  MessagingEntityNotFound: 'amqp:not-found',
  QuotaExceeded: 'amqp:resource-limit-exceeded',
  ServiceBusy: 'com.microsoft:server-busy',
  ServiceCommunicationProblem: 'com.microsoft:server-busy',
  SessionCannotBeLocked: 'com.microsoft:session-cannot-be-locked',
  SessionLockLost: 'com.microsoft:session-lock-lost',
}

/** A fault as the peer is told of it; what is no caller's fault is thrown on. */
export function toAmqpError(error: unknown): AmqpError {
  if (error instanceof AmqpError) return error
  if (!(error instanceof ServiceError)) throw error
  return new AmqpError(conditions[error.code] ?? 'amqp:internal-error', error.message)
}

/** The status that answers of `$management` have for a condition. */
export function statusOf(condition: string): number {
  return statuses[condition] ?? 500
}

const statuses: Readonly<Record<string, number>> = {
  'amqp:link:message-size-exceeded': 403,
  'amqp:not-allowed': 400,
  'amqp:not-found': 404,
  'amqp:not-implemented': 501,
  'amqp:resource-limit-exceeded': 403,
  'amqp:unauthorized-access': 401,
  'com.microsoft:argument-error': 400,
  'com.microsoft:entity-already-exists': 409,
  'com.microsoft:entity-disabled': 400,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:server-busy': 503,
  'com.microsoft:session-cannot-be-locked': 410,
  'com.microsoft:session-lock-lost': 410,
  'com.microsoft:timeout': 408,
}
