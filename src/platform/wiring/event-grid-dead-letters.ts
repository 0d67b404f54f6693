/**
 * Events that could not be delivered -> blobs in the container that their subscription names.
 * https://learn.microsoft.com/azure/event-grid/manage-event-delivery#set-dead-letter-location
 */
import type { PutDeadLetter } from '../../services/event-grid/destination.ts'
import { accountNotFound } from '../../services/storage/errors.ts'
import type { Storage } from '../../services/storage/service.ts'

export function eventGridDeadLetters(storage: Storage): PutDeadLetter {
  return async ({ accountId, container, blobName, body }) => {
    const id = accountId.toLowerCase()
    const account = storage.accounts
      .declared()
      .find(({ resourceId }) => resourceId.toLowerCase() === id)
    if (!account) throw accountNotFound(accountId.split('/').at(-1) ?? accountId)
    await storage.putBlob(
      { account: account.name, container, name: blobName },
      { content: [Buffer.from(body)], headers: { contentType: 'application/json' } },
    )
  }
}
