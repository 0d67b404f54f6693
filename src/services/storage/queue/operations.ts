import type { QueueOperation } from './operation.ts'
import { messageOperations } from './message-operations.ts'
import { queueOperations as ofQueues } from './queue-operations.ts'
import { serviceOperations } from './service-operations.ts'

/** Every operation of the Queue service. */
export const queueOperations: readonly QueueOperation[] = [
  ...serviceOperations,
  ...ofQueues,
  ...messageOperations,
]

/** An operation's address as the documentation writes it: `GET /{queue}/messages?peekonly=true`. */
export function queueAddressText({ method, level, comp, isPeek }: QueueOperation): string {
  const path = {
    service: '/',
    queue: '/{queue}',
    messages: '/{queue}/messages',
    message: '/{queue}/messages/{id}',
  }[level]
  const query = [comp === '' ? '' : `comp=${comp}`, isPeek === true ? 'peekonly=true' : '']
  const text = query.filter((part) => part !== '').join('&')
  return `${method} ${path}${text === '' ? '' : `?${text}`}`
}
