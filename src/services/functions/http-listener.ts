/** The HTTP side of one function app: its port stays while the app reloads. Nothing here survives a crash. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { Router } from '../../protocols/http/router.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { AdminApi } from './admin-api.ts'
import { answerCors } from './cors.ts'
import type { ExtensionWebhook } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { presentedKey, type FunctionKeys } from './function-keys.ts'
import { toFunctionRequest, toTriggerEvent } from './http-request.ts'
import { authLevelOf, routesOf } from './http-route.ts'
import { writeFunctionResponse } from './http-response.ts'
import { HttpStreams } from './http-streams.ts'
import { httpBodyBytesMax } from './limits.ts'
import { RequestThrottle } from './request-throttle.ts'
import type { ServedApp } from './served-app.ts'

/** Routes requests to the functions of an app: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger */
export class HttpListener {
  readonly #server: HttpServer
  readonly #app: string
  readonly #keys: FunctionKeys
  readonly #webhooks: readonly ExtensionWebhook[]
  readonly #streams: HttpStreams
  #served: ServedApp | undefined
  #router = new Router<FunctionDefinition>()
  readonly #throttle = new RequestThrottle()

  constructor(options: {
    app: string
    host: string
    port: number
    keys: FunctionKeys
    webhooks: readonly ExtensionWebhook[]
    logger: Logger
    clock: Clock
  }) {
    this.#app = options.app
    this.#keys = options.keys
    this.#webhooks = options.webhooks
    this.#streams = new HttpStreams()
    this.#server = new HttpServer({
      host: options.host,
      port: options.port,
      name: `functions/${options.app}`,
      limits: { bodyBytesMax: httpBodyBytesMax },
      logger: options.logger,
      clock: options.clock,
      handler: (request, response) => this.#handle(request, response),
    })
  }

  /** Resolves with the port. */
  async start(): Promise<number> {
    for (const { name } of this.#webhooks) await this.#keys.systemKey(`${name}_extension`)
    return this.#server.start()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await this.#streams.stop()
    this.#keys.stop()
  }

  /** Serves the functions of an app that has loaded; a malformed route is a fault of its function. */
  serve(served: ServedApp): void {
    this.#router = routesOf(served.definitions, served.folder)
    this.#served = served
  }

  /** Answers 503 until the app serves again. */
  close(): void {
    this.#served = undefined
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const served = this.#served
    if (!served) {
      response.writeHead(503, { 'content-length': 0, 'retry-after': '1' }).end()
      return
    }
    if (answerCors(request, response, served.folder.local?.cors)) return
    if (isAdminPath(request.url)) {
      await new AdminApi(served, this.#keys).handle(request, response)
      return
    }
    const webhook = this.#webhookAt(request.url)
    if (webhook) {
      await this.#callWebhook(webhook, request, response)
      return
    }
    const match = this.#router.match(request.method ?? 'GET', request.url ?? '/')
    if (match.kind !== 'found') {
      answerEmpty(response, isHomePage(request) ? 200 : 404)
      return
    }
    if (!(await this.#isAllowed(request, match.value))) {
      answerEmpty(response, 401)
      return
    }
    const limits = served.folder.host.http
    const work = (): Promise<void> => this.#run({ served, request, response, match })
    if (!(await this.#throttle.run(limits, work))) answerEmpty(response, 429)
  }

  #webhookAt(url: string | undefined): ExtensionWebhook | undefined {
    const [, name] = /^\/runtime\/webhooks\/([^/?]+)/i.exec(url ?? '') ?? []
    return this.#webhooks.find((each) => each.name === name?.toLowerCase())
  }

  async #callWebhook(
    webhook: ExtensionWebhook,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const isOpen = this.#served?.folder.local?.keysEnforced === false
    const key = presentedKey(request)
    if (isOpen || (await this.#keys.allows({ level: 'system', key })))
      await webhook.handle(this.#app, request, response)
    else answerEmpty(response, 401)
  }

  async #run(call: {
    served: ServedApp
    request: IncomingMessage
    response: ServerResponse
    match: {
      readonly value: FunctionDefinition
      readonly params: Readonly<Record<string, string | undefined>>
    }
  }): Promise<void> {
    const { served, request, response, match } = call
    if (served.isStreaming) {
      await this.#streams.run(call)
      return
    }
    const body = await readBody(request, { bytesMax: httpBodyBytesMax })
    const event = toTriggerEvent(toFunctionRequest(request, body, match.params))
    const result = await served.runner.run(match.value, event)
    writeFunctionResponse(response, result, served.folder.host.http.customHeaders)
  }

  async #isAllowed(request: IncomingMessage, definition: FunctionDefinition): Promise<boolean> {
    const level = authLevelOf(definition)
    if (level === 'anonymous' || this.#served?.folder.local?.keysEnforced === false) return true
    return this.#keys.allows({ level, functionName: definition.name, key: presentedKey(request) })
  }
}

function isAdminPath(url: string | undefined): boolean {
  return /^\/admin(\/|$|\?)/i.test(url ?? '')
}

function isHomePage(request: IncomingMessage): boolean {
  return request.url === '/' && request.method === 'GET'
}

function answerEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end()
}
