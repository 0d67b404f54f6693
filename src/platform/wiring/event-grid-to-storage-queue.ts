/**
 * Events of Event Grid -> messages in a storage queue, as base64.
 * https://learn.microsoft.com/azure/event-grid/handler-storage-queues
 */
import { ServiceError } from '../../base/errors.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import { invalidRequest } from '../../services/event-grid/errors.ts'
import type {
  EventDestination,
  EventDestinations,
  OutgoingDelivery,
} from '../../services/event-grid/destination.ts'
import { queueNotFound } from '../../services/storage/queue/errors.ts'
import type { QueueRecord } from '../../services/storage/queue/queue.ts'
import type { Storage } from '../../services/storage/service.ts'

export function eventGridToStorageQueue(storage: Storage): Pick<EventDestinations, 'StorageQueue'> {
  const destination: EventDestination = {
    check: async (resourceId) => {
      await locate(storage, resourceId)
    },
    deliver: async (delivery) => {
      try {
        await put(storage, delivery)
        return { status: 200 }
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        return { status: error.status, reason: error.message }
      }
    },
  }
  return { StorageQueue: destination }
}

async function put(storage: Storage, delivery: OutgoingDelivery): Promise<void> {
  const queue = await locate(storage, delivery.resourceId)
  const { timeToLiveMs } = delivery
  const messages = delivery.events.map(({ json, trace }) => ({
    text: Buffer.from(json).toString('base64'),
    trace: formatTraceparent(trace),
    ...(timeToLiveMs === undefined ? {} : { timeToLiveMs: lifeOf(timeToLiveMs) }),
  }))
  await storage.queueMessages.put(queue, messages)
}

function lifeOf(timeToLiveMs: number): number | 'never' {
  return timeToLiveMs < 0 ? 'never' : timeToLiveMs
}

async function locate(storage: Storage, resourceId: string): Promise<QueueRecord> {
  const [, accountId, queue] =
    /^(.*\/providers\/Microsoft\.Storage\/storageAccounts\/[^/]+)\/queueServices\/default\/queues\/([^/]+)$/i.exec(
      resourceId,
    ) ?? []
  if (accountId === undefined || queue === undefined) {
    throw invalidRequest(`'${resourceId}' is not the id of a queue of a storage account.`)
  }
  const account = storage.accounts
    .declared()
    .find((each) => each.resourceId.toLowerCase() === accountId.toLowerCase())
  const found = account && (await storage.queues.find(account.name, queue.toLowerCase()))
  if (!found) throw queueNotFound()
  return found
}
