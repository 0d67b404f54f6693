import { invalidResourceName } from '../errors.ts'
import type { AccessPolicy } from '../access.ts'
import { queueNameLength } from './errors.ts'
import { queueNameCharsMax, queueNameCharsMin } from './limits.ts'

/** A queue; `id` is its own for ever, so that a new one of the same name is empty. */
export interface QueueRecord {
  readonly id: string
  readonly account: string
  readonly name: string
  readonly metadata: Readonly<Record<string, string>>
  readonly policies: readonly AccessPolicy[]
}

/** https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata#queue-names */
export function checkQueueName(name: string): void {
  if (name.length < queueNameCharsMin || name.length > queueNameCharsMax) throw queueNameLength()
  if (!/^[a-z\d](?:-?[a-z\d])*$/.test(name)) throw invalidResourceName()
}
