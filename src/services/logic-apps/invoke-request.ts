import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonValue } from '../../base/json.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { DotnetException } from '../../languages/dotnet/exceptions.ts'
import { type Value, type ValueObject, isArray } from '../../languages/workflow-expression/value.ts'
import {
  gatewayTimeout,
  invalidBody,
  methodNotValid,
  noResponse,
  relativePathMismatch,
  schemaMismatch,
  splitOnWithResponse,
  workflowDisabled,
} from './errors.ts'
import { headerObject, headerOf, requestBody, writeMessage } from './http-message.ts'
import { compileSchema } from './json-schema-check.ts'
import { messageBytesMax } from './limits.ts'
import type { LogicApp } from './logic-app.ts'
import { matchRelativePath } from './relative-path.ts'
import type { WorkflowResponse } from './responder.ts'
import { untilAnswered } from './run-answer.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import type { TriggerEvent } from './trigger-type.ts'
import type { WorkflowHost } from './workflow-host.ts'
import { memberOf, textOf, toJson } from './workflow-value.ts'

/** A request to the address of a trigger whose signature was checked. */
export interface InvokeRequest {
  readonly app: LogicApp
  readonly host: WorkflowHost
  readonly trigger: TriggerDefinition
  /** What follows `/invoke` in the address. */
  readonly relativePath: string
  readonly url: URL
}

/** Starts the run of a request and answers: with the run's Response, or with 202 as soon as the run is durable. */
export async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  call: InvokeRequest,
): Promise<void> {
  const { app, host, trigger } = call
  if (!app.isEnabled(host)) throw workflowDisabled(host.workflow.name, trigger.name)
  const isWebhook = /webhook|notification/i.test(trigger.type)
  if (isWebhook && answerCloudHandshake(request, response)) return
  if (!isWebhook) checkMethod(request, trigger)
  const bytes = await readBody(request, { bytesMax: messageBytesMax })
  const headers = headerObject(request.rawHeaders)
  const body = bodyOf(bytes, headerOf(headers, 'content-type'))
  if (isWebhook && answerHandshake(response, body)) return
  checkSchema(trigger, body)
  const parameters = relativePathParameters(call)
  const outputs: Value = {
    headers,
    ...(parameters ? { relativePathParameters: parameters } : {}),
    ...queriesOf(call.url),
    ...(body === undefined ? {} : { body }),
  }
  const trace = parseTraceparent(headerOf(headers, 'traceparent'))
  const clientTrackingId = headerOf(headers, 'x-ms-client-tracking-id')
  const delivery = isWebhook ? deliveryKey(headers, { bytes, body }) : undefined
  await new Invocation(request, response, call).run({
    outputs,
    ...(delivery === undefined ? {} : { keys: [delivery] }),
    ...(trace ? { trace } : {}),
    ...(clientTrackingId === undefined ? {} : { clientTrackingId }),
  })
}

function bodyOf(bytes: Buffer, type: string | undefined): Value | undefined {
  try {
    return requestBody(bytes, type)
  } catch (error) {
    if (error instanceof DotnetException) throw invalidBody(error.message)
    throw error
  }
}

class Invocation {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #call: InvokeRequest
  #answer: WorkflowResponse | undefined
  #isOver = false
  #wake: () => void = () => {}

  constructor(request: IncomingMessage, response: ServerResponse, call: InvokeRequest) {
    this.#request = request
    this.#response = response
    this.#call = call
  }

  async run(event: TriggerEvent): Promise<void> {
    const { host, trigger } = this.#call
    const { hasResponse } = host.workflow
    if (hasResponse && trigger.splitOn && this.#request.method === 'PUT')
      throw splitOnWithResponse()
    // A caller whose event becomes many runs cannot be answered by each of them.
    const isWaiting = hasResponse && !trigger.splitOn && !isAsynchronous(host)
    const answered = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const responder = { respond: (answer: WorkflowResponse) => this.#respond(answer) }
    const isAskedAgain = event.keys !== undefined
    const fired = await host.fire(trigger, {
      ...event,
      ...(isWaiting ? { responder, isAskedAgain } : {}),
    })
    const [run] = fired.runs
    const runId = run?.runId ?? ''
    const known = headersOf(this.#call, {
      runId,
      clientTrackingId: event.clientTrackingId ?? runId,
    })
    if (!run || !isWaiting) {
      this.#accepted(known, runId)
      return
    }
    const end = run.isRepeated ? this.#answerOfStarted(runId) : run.ended
    await this.#waitFor([answered, end.then(() => {})])
    this.#isOver = true
    if (this.#answer) write(this.#response, this.#answer, known)
    else throw withHeaders(this.#response, known, noResponse(runId))
  }

  /** The answer of a run that an earlier delivery of the event has started. */
  async #answerOfStarted(runId: string): Promise<void> {
    const { app, host } = this.#call
    const { engine, clock } = app
    const caller = new AbortController()
    this.#response.once('close', () => caller.abort())
    const { signal } = caller
    this.#answer = await untilAnswered({ host, engine, clock }, { runId, signal })
  }

  #accepted(headers: Readonly<Record<string, string>>, runId: string): void {
    const { app, host } = this.#call
    const isPolled = isAsynchronous(host) && runId !== ''
    const location = isPolled ? { location: app.operationUrl(host, runId), 'retry-after': '5' } : {}
    this.#response.writeHead(202, { ...headers, ...location, 'content-length': 0 }).end()
  }

  #respond(answer: WorkflowResponse): boolean {
    if (this.#isOver || this.#response.destroyed) return false
    this.#answer = answer
    this.#wake()
    return true
  }

  async #waitFor(ends: readonly Promise<void>[]): Promise<void> {
    const { clock, hostSettings } = this.#call.app
    const late = timer(clock, hostSettings.requestTimeoutMs)
    try {
      const isLate = await Promise.race([...ends, late.promise])
      if (isLate === true && !this.#answer) {
        this.#isOver = true
        throw gatewayTimeout('')
      }
    } finally {
      late.cancel()
    }
  }
}

function timer(clock: Clock, ms: number): { promise: Promise<true>; cancel(): void } {
  let cancel: () => void = () => {}
  const promise = new Promise<true>((resolve) => {
    const wait = clock.after(ms, () => resolve(true))
    cancel = () => wait.cancel()
  })
  return { promise, cancel }
}

/** Writes the answer of a Response action. */
export function write(
  response: ServerResponse,
  answer: WorkflowResponse,
  known: Readonly<Record<string, string>>,
): void {
  const { bytes, contentType } = writeMessage(answer.body)
  const own = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !hopHeaders.has(name.toLowerCase())),
  )
  const hasType = Object.keys(own).some((name) => name.toLowerCase() === 'content-type')
  response.writeHead(answer.statusCode, {
    ...known,
    ...(hasType || contentType === undefined ? {} : { 'content-type': contentType }),
    ...own,
    'content-length': bytes?.length ?? 0,
  })
  response.end(bytes)
}

const hopHeaders = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive'])

/** The headers that every answer of a trigger has. */
function headersOf(
  { host, trigger }: InvokeRequest,
  ids: { runId: string; clientTrackingId: string },
): Record<string, string> {
  const { runId, clientTrackingId } = ids
  const { name, file } = host.workflow
  return {
    'x-ms-workflow-run-id': runId,
    'x-ms-correlation-id': runId,
    'x-ms-client-tracking-id': clientTrackingId,
    'x-ms-trigger-history-name': runId,
    'x-ms-execution-location': 'local',
    'x-ms-workflow-system-id': `/workflows/${name}`,
    'x-ms-workflow-id': name,
    'x-ms-workflow-version': file.hash,
    'x-ms-workflow-name': name,
    'x-ms-workflow-trigger-name': trigger.name,
    'x-ms-tracking-id': runId,
    'x-ms-request-id': runId,
  }
}

function withHeaders(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  error: ServiceError,
): ServiceError {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  return error
}

function isAsynchronous(host: WorkflowHost): boolean {
  return [...host.workflow.actions.values()].some(
    ({ type, operationOptions }) =>
      type.toLowerCase() === 'response' && operationOptions.has('asynchronous'),
  )
}

/**
 * Names a delivery of Event Grid: one that a crash cut short comes again as it was, while another try of one that
 * failed counts on. https://learn.microsoft.com/azure/event-grid/receive-events#message-headers
 */
function deliveryKey(
  headers: ValueObject,
  { bytes, body = null }: { readonly bytes: Uint8Array; readonly body: Value | undefined },
): string | undefined {
  const id = headerOf(headers, 'aeg-output-event-id') ?? ''
  if (id === '') return undefined
  const count = headerOf(headers, 'aeg-delivery-count') ?? ''
  // An event that says what it is may also have been published twice, and has another name at each delivery then.
  const isNamed = (isArray(body) ? body : [body]).every(isNamedEvent)
  const name = isNamed ? '' : id
  return createHash('sha256').update(`${name}/${count}/`).update(bytes).digest('base64url')
}

/** True in the schemas of Event Grid and of CloudEvents: an id is that of one event. */
function isNamedEvent(event: Value): boolean {
  const isOfSchema = ['eventTime', 'specversion'].some((name) => textOf(event, name) !== undefined)
  return isOfSchema && textOf(event, 'id') !== undefined
}

/** Event Grid asks whoever it delivers to whether they want it: https://learn.microsoft.com/azure/event-grid/webhook-event-delivery */
function answerHandshake(response: ServerResponse, body: Value | undefined): boolean {
  const [event = null] = body !== undefined && isArray(body) ? body : []
  if (textOf(event, 'eventType') !== 'Microsoft.EventGrid.SubscriptionValidationEvent') return false
  const validationResponse = textOf(memberOf(event, 'data'), 'validationCode') ?? ''
  const bytes = Buffer.from(JSON.stringify({ validationResponse }))
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
    })
    .end(bytes)
  return true
}

/** The same for events in the CloudEvents schema: https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection */
function answerCloudHandshake(request: IncomingMessage, response: ServerResponse): boolean {
  const origin = request.headers['webhook-request-origin']
  if (request.method !== 'OPTIONS' || typeof origin !== 'string') return false
  response
    .writeHead(200, {
      'webhook-allowed-origin': origin,
      'webhook-allowed-rate': '*',
      'content-length': 0,
    })
    .end()
  return true
}

function checkMethod(request: IncomingMessage, trigger: TriggerDefinition): void {
  const expected = (textOf(trigger.rawInputs, 'method') ?? 'POST').toUpperCase()
  const actual = request.method ?? 'GET'
  if (actual !== expected) throw methodNotValid(expected, actual)
}

function checkSchema(trigger: TriggerDefinition, body: Value | undefined): void {
  if (!trigger.operationOptions.has('enableschemavalidation')) return
  const schema: JsonValue = toJson(memberOf(trigger.rawInputs, 'schema') ?? {})
  if (!isJsonObject(schema)) return
  const problems = compileSchema(schema)(toJson(body ?? null))
  if (problems.length > 0) throw schemaMismatch(trigger.name, problems.join(','))
}

function relativePathParameters({ trigger, relativePath }: InvokeRequest): Value | undefined {
  const template = textOf(trigger.rawInputs, 'relativePath')
  if (template === undefined) {
    if (relativePath !== '') throw relativePathMismatch('')
    return undefined
  }
  const found = matchRelativePath(template, relativePath)
  if (!found) throw relativePathMismatch(template)
  return found
}

const ownQueries = new Set(['api-version', 'sp', 'sv', 'sig'])

function queriesOf(url: URL): { readonly queries?: Value } {
  const queries: Record<string, string> = {}
  for (const name of new Set(url.searchParams.keys())) {
    if (!ownQueries.has(name.toLowerCase())) queries[name] = url.searchParams.getAll(name).join(',')
  }
  return Object.keys(queries).length > 0 ? { queries } : {}
}
