/**
 * What happens to blobs -> those who subscribed to the events of their storage account.
 * https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
import { parseTraceparent } from '../../base/trace-context.ts'
import type { EventGrid } from '../../services/event-grid/service.ts'
import type { DeliverBlobEvent } from '../../services/storage/blob-events.ts'

export function storageToEventGrid(eventGrid: EventGrid): DeliverBlobEvent {
  return async ({ topic, trace, id, subject, eventType, eventTime, data, dataVersion }) => {
    const event = { id, subject, eventType, eventTime, data, dataVersion }
    const cause = trace === undefined ? undefined : parseTraceparent(trace)
    await eventGrid.publish({ source: topic, events: [{ ...event, trace: cause }] })
  }
}
