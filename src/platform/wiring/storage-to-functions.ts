/**
 * Blobs -> the `blobTrigger` and the `blob` input of functions.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, objectMember, stringMember, tryParseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type {
  BindingContext,
  ExtensionWebhook,
  InputSource,
  TriggerContext,
  TriggerListener,
  TriggerSource,
} from '../../services/functions/extension.ts'
import type { TypedValue } from '../../services/functions/typed-value.ts'
import { endpointOf } from '../../services/storage/account.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'
import { BlobWatcher, type WatchedBlob } from '../../services/storage/blob-watcher.ts'
import { readWhole } from '../../services/storage/reading.ts'
import type { BlobName, Storage } from '../../services/storage/service.ts'
import { BindingReader } from './binding-reader.ts'
import { parseBlobPathPattern, type BlobPathPattern } from './blob-path-pattern.ts'
import { storageAccountOf } from './storage-connection.ts'
import { encodeMessage } from './storage-queue-text.ts'

/** A blob that a function is to have as a whole: more does not fit into a call. */
const inputBytesMax = 256 * 1024 * 1024
const poisonQueue = 'webjobs-blobtrigger-poison'
const webhookBytesMax = 2 * 1024 * 1024

/** The triggers of functions that take blobs, and how each hears of them. */
export class BlobTriggers {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #byWebhook = new Map<string, BlobFunction>()

  constructor(options: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#storage = options.storage
    this.#clock = options.clock
    this.#logger = options.logger
  }

  /** The trigger, for function apps. */
  get source(): TriggerSource {
    return {
      type: 'blobtrigger',
      listen: async (context) => {
        const blobFunction = new BlobFunction(this.#storage, context)
        const reader = new BindingReader(context)
        const isByEvents = reader.string('source')?.toLowerCase() === 'eventgrid'
        return isByEvents ? this.#listen(blobFunction) : this.#watch(blobFunction)
      },
    }
  }

  /** Answers `/runtime/webhooks/blobs?functionName=Host.Functions.NAME` of every app, for triggers by Event Grid. */
  get webhook(): ExtensionWebhook {
    return { name: 'blobs', handle: (...call) => this.#answer(...call) }
  }

  #listen(blobFunction: BlobFunction): TriggerListener {
    const key = keyOf(blobFunction.context.app, blobFunction.context.functionName)
    this.#byWebhook.set(key, blobFunction)
    return {
      stop: async () => {
        if (this.#byWebhook.get(key) === blobFunction) this.#byWebhook.delete(key)
        await blobFunction.settled()
      },
      pending: async () => blobFunction.running,
    }
  }

  #watch(blobFunction: BlobFunction): TriggerListener {
    const { context, account, pattern } = blobFunction
    const { app, functionName, hostName, host } = context
    const watcher = new BlobWatcher({
      storage: this.#storage,
      account,
      container: pattern.container,
      owner: `${hostName}/${app}/${functionName}`,
      matches: (name) => pattern.match(name) !== undefined,
      parallel: host.blobs.maxDegreeOfParallelism,
      attemptsMax: host.blobs.poisonBlobThreshold,
      clock: this.#clock,
      logger: this.#logger,
      onBlob: (blob) => blobFunction.call(blob),
      onGivenUp: async ({ record }) => {
        const ids = { app, function: functionName, blob: `${pattern.container}/${record.name}` }
        const text = `the function failed ${host.blobs.poisonBlobThreshold} times: '${poisonQueue}' has a message`
        await this.#tellPoison(blobFunction, record)
        this.#logger.error(ids, text)
      },
    })
    watcher.start()
    return watcher
  }

  /** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#poison-blobs */
  async #tellPoison(
    { context, account, pattern }: BlobFunction,
    record: BlobRecord,
  ): Promise<void> {
    const queue = await this.#storage.queues.ensure(account, poisonQueue)
    const message = {
      FunctionId: `${context.app}.Functions.${context.functionName}`,
      BlobType: record.kind,
      ContainerName: pattern.container,
      BlobName: record.name,
      ETag: record.etag,
    }
    const text = encodeMessage(JSON.stringify(message), context.host.queues.messageEncoding)
    await this.#storage.queueMessages.put(queue, [{ text }])
  }

  async #answer(app: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    const name = (query.get('functionName') ?? '').replace(/^Host\.Functions\./i, '')
    const blobFunction = this.#byWebhook.get(keyOf(app, name))
    if (!blobFunction) return send(response, 404, `cannot find function: '${name}'`)
    const body = await readBody(request, { bytesMax: webhookBytesMax })
    const parsed = tryParseJson(body.toString('utf8'))
    const events = (Array.isArray(parsed) ? parsed : [parsed ?? null]).filter(isJsonObject)
    if (/^subscriptionvalidation$/i.test(String(request.headers['aeg-event-type']))) {
      const validationResponse = stringMember(objectMember(events[0], 'data'), 'validationCode')
      return send(response, 200, JSON.stringify({ validationResponse }))
    }
    const header = request.headers['traceparent']
    const trace = typeof header === 'string' ? { trace: header } : {}
    const results = await Promise.all(events.map((event) => blobFunction.take(event, trace)))
    // Event Grid tries again what was not handled.
    return results.every(Boolean)
      ? send(response, 202, '')
      : send(response, 500, `The function '${name}' failed.`)
  }
}

/** The `blob` input: the blob that the path names, or nothing where there is none. */
export function storageToFunctions(storage: Storage): InputSource {
  return {
    type: 'blob',
    open: async (context) => {
      const find = blobNameFor(storage, context)
      return async (bindingData) => {
        try {
          const name = find(bindingData)
          return valueOf(context, await bytesOf(storage, name))
        } catch (error) {
          if (error instanceof ServiceError && error.status === 404) return undefined
          throw error
        }
      }
    },
  }
}

/** The blob that a binding's path names, for the data of one event. */
export function blobNameFor(
  storage: Storage,
  context: BindingContext,
): (bindingData: JsonObject) => BlobName {
  const reader = new BindingReader(context)
  const connection = reader.string('connection')
  const { name: account } = storageAccountOf(storage, context, { connection, service: 'blob' })
  const path = compileBindingExpression(reader.required('path'), context)
  return (bindingData) => {
    const text = path(bindingData).replace(/^\//, '')
    const slash = text.indexOf('/')
    if (slash < 1) throw reader.fault('path', `expected container/blob, found '${text}'`)
    return { account, container: text.slice(0, slash), name: text.slice(slash + 1) }
  }
}

/** A function with a blob trigger. */
class BlobFunction {
  readonly context: TriggerContext
  readonly account: string
  readonly pattern: BlobPathPattern
  readonly #storage: Storage
  readonly #calls = new Set<Promise<boolean>>()

  constructor(storage: Storage, context: TriggerContext) {
    this.#storage = storage
    this.context = context
    const reader = new BindingReader(context)
    const connection = reader.string('connection')
    this.account = storageAccountOf(storage, context, { connection, service: 'blob' }).name
    this.pattern = parseBlobPathPattern(reader.required('path'))
  }

  get running(): number {
    return this.#calls.size
  }

  async settled(): Promise<void> {
    await Promise.all(this.#calls)
  }

  /** Handles an event of Event Grid; one of a blob that is not meant, or is gone, is done with. */
  take(event: JsonObject, trace: { readonly trace?: string }): Promise<boolean> {
    const call = this.#take(event, trace)
    this.#calls.add(call)
    return call.finally(() => this.#calls.delete(call))
  }

  /** Calls the function with a blob; true when it succeeded. */
  async call({ record, trace }: WatchedBlob): Promise<boolean> {
    const { container } = this.pattern
    const { account } = this
    const parts = this.pattern.match(record.name)
    if (!parts) return true
    const bytes = await bytesOf(this.#storage, { account, container, name: record.name })
    const metadata = { ...metadataOf(record, { account, container }), ...parts }
    const context = parseTraceparent(trace)
    const outcome = await this.context.invoke({
      input: valueOf(this.context, bytes),
      metadata,
      bindingData: metadata,
      ...(context ? { trace: context } : {}),
    })
    return outcome.ok
  }

  async #take(event: JsonObject, trace: { readonly trace?: string }): Promise<boolean> {
    const subject = stringMember(event, 'subject') ?? ''
    const [, container, name] = /\/containers\/([^/]+)\/blobs\/(.+)$/.exec(subject) ?? []
    const type = stringMember(event, 'eventType') ?? stringMember(event, 'type')
    if (type !== 'Microsoft.Storage.BlobCreated' || container !== this.pattern.container)
      return true
    if (name === undefined || !this.pattern.match(name)) return true
    const record = await this.#storage.findBlob({ account: this.account, container, name })
    return record ? this.call({ record, ...trace }) : true
  }
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#metadata */
function metadataOf(
  record: BlobRecord,
  place: { readonly account: string; readonly container: string },
): JsonObject {
  const path = `${place.container}/${record.name}`
  return {
    BlobTrigger: path,
    Uri: `${endpointOf(place.account, 'blob')}/${path}`,
    Metadata: { ...record.metadata },
    Properties: {
      ContentType: record.contentType ?? 'application/octet-stream',
      ContentLength: record.length,
      ContentMD5: record.contentMd5 ?? null,
      ETag: record.etag,
      LastModified: new Date(record.modifiedMs).toISOString(),
      CreatedOn: new Date(record.createdMs).toISOString(),
      BlobType: record.kind,
    },
  }
}

async function bytesOf(storage: Storage, name: BlobName): Promise<Buffer> {
  const { record, content } = await storage.readBlob(name)
  if (record.length > inputBytesMax) {
    for await (const _ of content) break
    throw new Error(
      `The blob '${name.name}' has ${record.length} bytes: more than a function is given.`,
    )
  }
  return readWhole(content)
}

/** Text where the binding says so, else bytes, which the library gives as a Buffer. */
function valueOf(context: BindingContext, bytes: Buffer): TypedValue {
  const dataType = stringMember(context.binding, 'dataType')?.toLowerCase()
  return dataType === 'string'
    ? { kind: 'string', text: bytes.toString('utf8') }
    : { kind: 'bytes', bytes }
}

function keyOf(app: string, functionName: string): string {
  return `${app}/${functionName}`.toLowerCase()
}

function send(response: ServerResponse, status: number, text: string): void {
  const type = text.startsWith('{') ? 'application/json' : 'text/plain'
  response.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'content-type': `${type}; charset=utf-8` }),
  })
  response.end(text)
}
