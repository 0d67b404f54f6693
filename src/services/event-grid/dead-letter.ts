import { newUuid } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { toDeliverySchema, toEventGridSchema } from './event.ts'
import type { DeliverySchema, GridEvent } from './event.ts'
import type { DeliveryHistory } from './waiting-event.ts'

/**
 * The name of a dead letter's blob: the subscription in upper case, then the hour without leading zeros.
 * https://learn.microsoft.com/azure/event-grid/manage-event-delivery#set-dead-letter-location
 */
export function deadLetterName(subscription: string, nowMs: number): string {
  const now = new Date(nowMs)
  const hour = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate(), now.getUTCHours()]
  return `${subscription.toUpperCase()}/${hour.join('/')}/${newUuid()}.json`
}

/**
 * An event with what became of it; one in a custom schema is told in the Event Grid schema.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry#delivery-event-formats
 */
export function deadLetterBody(
  event: GridEvent,
  history: DeliveryHistory & { readonly reason: string },
  schema: DeliverySchema,
): JsonObject {
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['deadLetterReason', history.reason],
    ['deliveryAttempts', history.attempts],
    ['lastDeliveryOutcome', history.outcome],
    ['publishTime', new Date(history.publishedMs).toISOString()],
    ['lastDeliveryAttemptTime', timeOf(history.lastAttemptMs)],
  ]
  const isCloudEvent = schema === 'CloudEventSchemaV1_0'
  const body: JsonObject = isCloudEvent
    ? { ...toDeliverySchema(event, schema) }
    : { ...toEventGridSchema(event) }
  for (const [name, value] of facts) {
    // Attributes of CloudEvents are in lower case.
    if (value !== undefined) body[isCloudEvent ? name.toLowerCase() : name] = value
  }
  return body
}

function timeOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString()
}
