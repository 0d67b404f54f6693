import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { stringMember, tryParseJson } from '../../base/json.ts'
import { newTrace } from '../../base/trace-context.ts'
import { attributeHeaders } from './delivery-attributes.ts'
import type { DeliveryAttribute } from './delivery-attributes.ts'
import { handshakeFailed } from './errors.ts'
import type { DeliverySchema } from './event.ts'
import { baseUrlOf } from './webhook-address.ts'
import type { WebhookCaller } from './webhook.ts'

/** What became of a handshake: the endpoint agreed, will agree by hand, or does not listen yet. */
export type Handshake =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'by-hand' }
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface HandshakeRequest {
  readonly subscription: string
  readonly sourceId: string
  readonly url: string
  readonly schema: DeliverySchema
  readonly attributes: readonly DeliveryAttribute[]
  readonly code: string
  /** Where the endpoint's owner can agree by hand. */
  readonly validationUrl: string
  readonly authorization?: string
  /** Ends the handshake with the service. */
  readonly signal: AbortSignal
}

/** Who asks, in the words of the web hooks specification. */
const origin = 'eventgrid.azure.net'

/**
 * Asks an endpoint whether it wants events; throws Azure's fault for one that answers and does not.
 * https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export async function shakeHands(
  request: HandshakeRequest,
  parts: { readonly webhooks: WebhookCaller; readonly clock: Clock },
): Promise<Handshake> {
  return request.schema === 'CloudEventSchemaV1_0'
    ? askByOptions(request, parts.webhooks)
    : askByEvent(request, parts)
}

/** Whether two codes are the same; a wrong one takes as long as a right one. */
export function isSameCode(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function askByEvent(
  request: HandshakeRequest,
  parts: { readonly webhooks: WebhookCaller; readonly clock: Clock },
): Promise<Handshake> {
  const { code, validationUrl, sourceId, subscription, url, signal } = request
  const event = {
    id: newUuid(),
    topic: sourceId,
    subject: '',
    data: { validationCode: code, validationUrl },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date(parts.clock.now()).toISOString(),
    metadataVersion: '1',
    dataVersion: '2',
  }
  const answer = await parts.webhooks.call(
    {
      url,
      method: 'POST',
      headers: {
        ...staticHeaders(request),
        'content-type': 'application/json; charset=utf-8',
        'aeg-event-type': 'SubscriptionValidation',
        'aeg-subscription-name': subscription.toUpperCase(),
        'aeg-delivery-count': '0',
        'aeg-data-version': '2',
        'aeg-metadata-version': '1',
      },
      body: JSON.stringify([event]),
      trace: newTrace(),
      signal,
    },
    { readsBody: true },
  )
  if (isUnreachable(answer.status)) return { kind: 'unreachable', reason: answer.reason ?? '' }
  const told = baseUrlOf(url)
  if (answer.status !== 200) {
    throw handshakeFailed(told, `Http POST request failed with response code ${answer.status}.`)
  }
  const response = stringMember(lowerNames(answer.body), 'validationresponse')
  if (response === undefined) return { kind: 'by-hand' }
  if (isSameCode(response.toLowerCase(), code.toLowerCase())) return { kind: 'agreed' }
  throw handshakeFailed(told, 'The validation code in the response is not the one that was sent.')
}

/** https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection */
async function askByOptions(
  request: HandshakeRequest,
  webhooks: WebhookCaller,
): Promise<Handshake> {
  const { url, validationUrl, signal } = request
  const answer = await webhooks.call(
    {
      url,
      method: 'OPTIONS',
      headers: {
        ...staticHeaders(request),
        'webhook-request-origin': origin,
        'webhook-request-callback': validationUrl,
      },
      trace: newTrace(),
      signal,
    },
    { readsBody: false },
  )
  if (isUnreachable(answer.status)) return { kind: 'unreachable', reason: answer.reason ?? '' }
  const allowed = answer.headers['webhook-allowed-origin']?.trim().toLowerCase()
  const told = baseUrlOf(url)
  if (answer.status < 200 || answer.status > 204) {
    throw handshakeFailed(told, `Http OPTIONS request failed with response code ${answer.status}.`)
  }
  if (allowed === undefined) return { kind: 'by-hand' }
  if (allowed === '*' || allowed === origin) return { kind: 'agreed' }
  throw handshakeFailed(told, `The header WebHook-Allowed-Origin does not name '${origin}'.`)
}

function staticHeaders(request: HandshakeRequest): Record<string, string> {
  const fixed = request.attributes.filter((attribute) => 'value' in attribute)
  const headers = attributeHeaders(fixed, { schema: 'EventGridSchema', body: {} })
  const { authorization } = request
  return authorization === undefined ? headers : { ...headers, authorization }
}

// 503 is what a service of this machine says that has not started yet.
function isUnreachable(status: number): boolean {
  return status === 0 || status === 503
}

/** Azure's own clients write the name in either case. */
function lowerNames(body: string): Record<string, string> {
  const answer = tryParseJson(body) ?? {}
  const members: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === 'string') members[name.toLowerCase()] = value
  }
  return members
}
