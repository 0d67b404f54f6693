import type { IncomingMessage } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { addressNotFound, apiVersionMissing, apiVersionUnsupported } from './errors.ts'
import type { GridEvent } from './event.ts'
import { publishBytesMax } from './limits.ts'
import { checkSender } from './publish-access.ts'
import { readPublishedEvents } from './published-events.ts'
import type { EventGrid } from './service.ts'
import { topicHost } from './topic.ts'
import type { EventGridTopic } from './topic.ts'

/** A request as the operations see it. */
export interface GridCall {
  readonly eventGrid: EventGrid
  readonly request: IncomingMessage
  /** Of the local address, where the host name says nothing. */
  readonly topicName: string | undefined
  readonly query: URLSearchParams
}

export interface GridAnswer {
  readonly status: number
  readonly text?: string
}

/** One address of the data plane. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly path: string
  handle(call: GridCall): Promise<GridAnswer>
}

/** Every address that is answered: https://learn.microsoft.com/azure/event-grid/post-to-custom-topic */
export const operations: readonly Operation[] = [
  { name: 'Publish Events', method: 'POST', path: '/api/events', handle: publishEvents },
  {
    name: 'Publish Events (by name)',
    method: 'POST',
    path: '/topics/{topicName}/api/events',
    handle: publishEvents,
  },
  { name: 'Probe Topic', method: 'OPTIONS', path: '/api/events', handle: probe },
  {
    name: 'Validate Subscription',
    method: 'GET',
    path: '/eventsubscriptions/{name}/validate',
    handle: validate,
  },
]

async function publishEvents(call: GridCall): Promise<GridAnswer> {
  const { eventGrid, request } = call
  const startMs = eventGrid.clock.preciseNow()
  const topic = topicOf(call)
  const { traceparent } = request.headers
  const parent = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
  try {
    await eventGrid.publishTo(topic, await readEvents(call, topic), parent)
  } catch (error) {
    if (error instanceof ServiceError) eventGrid.reportRefusal(topic, { error, startMs }, parent)
    throw error
  }
  return { status: 200 }
}

/** The events of a publisher who may send them. */
async function readEvents(call: GridCall, topic: EventGridTopic): Promise<readonly GridEvent[]> {
  const { eventGrid, request, query } = call
  const { clock, verifyToken, topics } = eventGrid
  const { isLocalAuthDisabled, schema, mapping } = topics.settingsOf(topic)
  const { headers } = request
  const hosts = [topicHost(topic), (headers.host ?? '').toLowerCase()]
  const proof = { headers, hosts, nowMs: clock.now() }
  await checkSender(topic, proof, { isLocalAuthDisabled, verifyToken })
  checkApiVersion(query.get('api-version'))
  const body = await readBody(request, { bytesMax: publishBytesMax + 1 })
  return readPublishedEvents(
    { headers, contentType: headers['content-type'], body },
    { schema, nowMs: clock.now(), ...(mapping ? { mapping } : {}) },
  )
}

async function probe(call: GridCall): Promise<GridAnswer> {
  topicOf(call)
  return { status: 200 }
}

/** The URL that a validation event names: https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema */
async function validate({ eventGrid, query }: GridCall): Promise<GridAnswer> {
  await eventGrid.subscriptions.validate(query.get('id') ?? '', query.get('token') ?? '')
  return { status: 200, text: 'Webhook successfully validated as a subscription endpoint' }
}

function topicOf(call: GridCall): EventGridTopic {
  const { eventGrid, request, topicName } = call
  const [host = ''] = (request.headers.host ?? '').split(':')
  const { topics } = eventGrid
  const topic = topicName === undefined ? topics.byHost(host) : topics.byName(topicName)
  if (!topic) throw addressNotFound(`https://${host}${request.url?.split('?')[0] ?? ''}`)
  return topic
}

function checkApiVersion(version: string | null): void {
  if (version === null || version === '') throw apiVersionMissing()
  if (version !== '2018-01-01') throw apiVersionUnsupported(version)
}
