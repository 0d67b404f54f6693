import type { Caller, Permission } from '../access.ts'
import type { Answer } from '../answer.ts'
import type { Storage } from '../service.ts'
import type { StorageRequest } from '../storage-request.ts'
import { queueNotFound } from './errors.ts'
import type { QueueAddress } from './queue-address.ts'
import type { QueueRecord } from './queue.ts'

/** A request whose caller may do what it asks. */
export interface QueueCall {
  readonly storage: Storage
  readonly request: StorageRequest
  readonly address: QueueAddress
  readonly caller: Caller
  readonly queue: QueueRecord | undefined
}

/** One operation of the wire: where it is asked for, what it needs, and what it does. */
export interface QueueOperation {
  readonly name: string
  readonly method: string
  readonly level: QueueAddress['level']
  /** The value of the query parameter `comp`; empty for none. */
  readonly comp: string
  /** Set where `peekonly=true` is asked. */
  readonly isPeek?: boolean
  readonly permission: Permission
  handle(call: QueueCall): Promise<Answer>
}

/** The queue that a call is of; refuses where it is not there. */
export function queueOf({ queue }: Pick<QueueCall, 'queue'>): QueueRecord {
  if (!queue) throw queueNotFound()
  return queue
}
