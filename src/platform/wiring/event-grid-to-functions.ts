/**
 * Events of Event Grid -> the `eventGridTrigger` of functions: by the resource id of a function, and by the webhook
 * of its app. https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-grid-trigger
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { isJsonObject, objectMember, stringMember, tryParseJson } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import type { DeliveryAnswer, EventDestination } from '../../services/event-grid/destination.ts'
import { invalidRequest } from '../../services/event-grid/errors.ts'
import type {
  ExtensionWebhook,
  TriggerContext,
  TriggerItem,
  TriggerListener,
  TriggerSource,
} from '../../services/functions/extension.ts'

/** How long a delivery waits for a function whose app is being loaded. */
const listenWaitMs = 20_000
const webhookBytesMax = 2 * 1024 * 1024

interface FunctionEvent {
  readonly json: string
  readonly trace?: TraceContext
}

/** Joins the functions that listen to the events that are for them. */
export class EventGridTriggers {
  readonly #clock: Clock
  readonly #appOf: (site: string) => string | undefined
  readonly #listening = new Map<string, ListeningFunction>()
  readonly #waiting = new Set<() => void>()

  /** `appOf` gives the app whose code a site has. */
  constructor(options: { clock: Clock; appOf: (site: string) => string | undefined }) {
    this.#clock = options.clock
    this.#appOf = options.appOf
  }

  /** The trigger, for function apps. */
  get source(): TriggerSource {
    return {
      type: 'eventgridtrigger',
      listen: async (context) => {
        const key = keyOf(context.app, context.functionName)
        const listening = new ListeningFunction(context)
        this.#listening.set(key, listening)
        for (const wake of this.#waiting) wake()
        return {
          stop: async () => {
            if (this.#listening.get(key) === listening) this.#listening.delete(key)
            await listening.stop()
          },
          pending: () => listening.pending(),
        }
      },
    }
  }

  /** The endpoint type `AzureFunction`, for Event Grid. */
  get destination(): EventDestination {
    return {
      check: (resourceId) => void placeOf(resourceId),
      deliver: async (delivery) => {
        const { site, functionName } = placeOf(delivery.resourceId)
        const app = this.#appOf(site) ?? site
        const listening = await this.#find(keyOf(app, functionName), delivery.signal)
        if (listening) return listening.take(delivery.events)
        const reason = `No function '${functionName}' with an Event Grid trigger runs in '${site}'.`
        return { status: 404, reason }
      },
    }
  }

  /** Answers `/runtime/webhooks/eventgrid?functionName=NAME` of every app. */
  get webhook(): ExtensionWebhook {
    return {
      name: 'eventgrid',
      handle: (app, request, response) => this.handleWebhook(app, request, response),
    }
  }

  /**
   * Answers a caller that has shown a key which opens the endpoint.
   * https://learn.microsoft.com/azure/azure-functions/event-grid-how-tos#webhook-endpoint-url
   */
  async handleWebhook(
    app: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    const functionName = query.get('functionName') ?? ''
    const listening = this.#listening.get(keyOf(app, functionName))
    if (!listening) return answer(response, 404, `cannot find function: '${functionName}'`)
    if (request.method === 'OPTIONS') return allow(request, response)
    const kind = request.headers['aeg-event-type']
    const body = await readBody(request, { bytesMax: webhookBytesMax })
    const events = eventsOf(tryParseJson(body.toString('utf8')))
    switch (String(kind).toLowerCase()) {
      case 'subscriptionvalidation': {
        const validationResponse = stringMember(objectMember(events[0], 'data'), 'validationCode')
        return answer(response, 200, JSON.stringify({ validationResponse }))
      }
      case 'notification': {
        const header = request.headers['traceparent']
        const trace = parseTraceparent(typeof header === 'string' ? header : undefined)
        const taken = events.map((event) => ({
          json: JSON.stringify(event),
          ...(trace ? { trace } : {}),
        }))
        const { status, reason = '' } = await listening.take(taken)
        return answer(response, status === 200 ? 202 : status, reason)
      }
      case 'unsubscribe':
        return answer(response, 202, '')
      default:
        return answer(response, 400, '')
    }
  }

  async #find(key: string, signal: AbortSignal): Promise<ListeningFunction | undefined> {
    const untilMs = this.#clock.now() + listenWaitMs
    for (;;) {
      const found = this.#listening.get(key)
      const leftMs = untilMs - this.#clock.now()
      if (found || leftMs <= 0 || signal.aborted) return found
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          timer.cancel()
          this.#waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = this.#clock.after(leftMs, wake)
        this.#waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    }
  }
}

/** A function that takes events, and those that it is busy with. */
class ListeningFunction implements TriggerListener {
  readonly #context: TriggerContext
  readonly #running = new Set<Promise<boolean>>()

  constructor(context: TriggerContext) {
    this.#context = context
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running)
  }

  async pending(): Promise<number> {
    return this.#running.size
  }

  /** All of the events or none: one that fails is a failure of the delivery. */
  async take(events: readonly FunctionEvent[]): Promise<DeliveryAnswer> {
    const isBatch = stringMember(this.#context.binding, 'cardinality')?.toLowerCase() === 'many'
    const calls = isBatch ? [this.#callWithAll(events)] : events.map((event) => this.#call(event))
    for (const call of calls) {
      this.#running.add(call)
      void call.finally(() => this.#running.delete(call))
    }
    const results = await Promise.all(calls)
    if (results.every(Boolean)) return { status: 200 }
    return { status: 500, reason: `The function '${this.#context.functionName}' failed.` }
  }

  async #call(event: FunctionEvent): Promise<boolean> {
    const fields = tryParseJson(event.json)
    const bindingData: JsonObject = isJsonObject(fields) ? fields : {}
    const outcome = await this.#context.invoke({
      input: { kind: 'json', text: event.json },
      metadata: { data: bindingData['data'] ?? null },
      bindingData,
      ...(event.trace ? { trace: event.trace } : {}),
    })
    return outcome.ok
  }

  async #callWithAll(events: readonly FunctionEvent[]): Promise<boolean> {
    const items = events.map(({ json, trace }): TriggerItem => {
      return trace ? { text: json, trace } : { text: json }
    })
    const text = `[${events.map(({ json }) => json).join(',')}]`
    const outcome = await this.#context.invoke({ input: { kind: 'json', text }, items })
    return outcome.ok
  }
}

function placeOf(resourceId: string): { readonly site: string; readonly functionName: string } {
  const pattern = /\/providers\/Microsoft\.Web\/sites\/([^/]+)\/functions\/([^/]+)$/i
  const [, site, functionName] = pattern.exec(resourceId) ?? []
  if (site !== undefined && functionName !== undefined) return { site, functionName }
  throw invalidRequest(`'${resourceId}' is not the id of a function.`)
}

function keyOf(app: string, functionName: string): string {
  return `${app}/${functionName}`.toLowerCase()
}

function eventsOf(value: JsonValue | undefined): readonly JsonObject[] {
  const items = Array.isArray(value) ? value : [value ?? null]
  return items.filter(isJsonObject)
}

/** https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#42-validation-response */
function allow(request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers['webhook-request-origin']
  response.writeHead(200, {
    'content-length': 0,
    ...(typeof origin === 'string' ? { 'webhook-allowed-origin': origin } : {}),
  })
  response.end()
}

function answer(response: ServerResponse, status: number, text: string): void {
  const type = text.startsWith('{') ? 'application/json' : 'text/plain'
  response.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'content-type': `${type}; charset=utf-8` }),
  })
  response.end(text)
}
