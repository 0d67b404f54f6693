import { randomFraction } from '../../base/ids.ts'
import type { DeliveryAnswer } from './destination.ts'
import type { Endpoint } from './event-subscription.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** https://learn.microsoft.com/azure/event-grid/delivery-and-retry#retry-schedule */
const retryScheduleMs: readonly number[] = [
  10 * second,
  30 * second,
  minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
]

/** How much longer than scheduled a wait may be. */
const randomPart = 0.1

const leastWaitsMs: Readonly<Record<number, number>> = { 408: 2 * minute, 503: 30 * second }
const leastResourceWaitsMs: Readonly<Record<number, number>> = { 401: 5 * minute, 404: 5 * minute }

/** https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events */
const outcomes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'TimedOut',
  413: 'PayloadTooLarge',
  429: 'Busy',
  503: 'Busy',
}

/** How long an endpoint that keeps failing gets nothing, by its last outcome. */
const probationMs: Readonly<Record<string, number>> = {
  Busy: 10 * second,
  NotFound: 5 * minute,
  SocketError: 30 * second,
  ResolutionError: 5 * minute,
  Disabled: 5 * minute,
  Full: 5 * minute,
  TimedOut: 10 * second,
  Unauthorized: 5 * minute,
  Forbidden: 5 * minute,
  InvalidAzureFunctionDestination: 10 * minute,
}

/** Only these count as taken: a redirect does not, and is not followed. */
export function isDelivered(answer: DeliveryAnswer): boolean {
  return answer.status >= 200 && answer.status <= 204
}

/** Whether a failure is worth another try. */
export function isRetried(answer: DeliveryAnswer, kind: Endpoint['kind']): boolean {
  const { status } = answer
  if (status === 400 || status === 413 || status === 403) return false
  return !(kind === 'WebHook' && status === 401)
}

/** In Azure's word, as dead letters tell it. */
export function outcomeOf(answer: DeliveryAnswer): string {
  return answer.outcome ?? outcomes[answer.status] ?? 'GenericError'
}

/** How long until the next try after so many. */
export function retryDelayMs(
  attempts: number,
  answer: DeliveryAnswer,
  kind: Endpoint['kind'],
): number {
  const scheduled = retryScheduleMs[Math.min(attempts, retryScheduleMs.length) - 1] ?? second
  const least = leastWaitsMs[answer.status] ?? 0
  const leastOfResource = kind === 'WebHook' ? 0 : (leastResourceWaitsMs[answer.status] ?? 0)
  const delayMs = Math.max(scheduled, least, leastOfResource)
  return Math.round(delayMs * (1 + randomFraction() * randomPart))
}

/** How long nothing is sent to an endpoint that failed again and again. */
export function probationOf(answer: DeliveryAnswer): number {
  return probationMs[outcomeOf(answer)] ?? 10 * second
}
