/** The HTTP side of one function app: its port stays while the app reloads. Nothing here survives a crash. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { Router } from '../../protocols/http/router.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { AdminApi } from './admin-api.ts'
import type { AppFolder } from './app-folder.ts'
import { answerCors } from './cors.ts'
import type { FunctionApp } from './function-app.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { presentedKey, type AuthLevel, type FunctionKeys } from './function-keys.ts'
import type { FunctionRunner } from './function-runner.ts'
import { toFunctionRequest, toTriggerEvent } from './http-request.ts'
import { writeFunctionResponse } from './http-response.ts'
import { HttpStreams } from './http-streams.ts'
import { httpBodyBytesMax } from './limits.ts'

/** What an app serves from the moment its functions are loaded. */
export interface ServedApp {
  readonly app: FunctionApp
  readonly runner: FunctionRunner
  readonly folder: AppFolder
  readonly definitions: readonly FunctionDefinition[]
  /** Where the library takes requests itself, when the app has switched HTTP streams on. */
  readonly streamUrl: string | undefined
}

const allMethods = ['GET', 'POST', 'DELETE', 'HEAD', 'PATCH', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT']

/** Routes requests to the functions of an app: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger */
export class HttpListener {
  readonly #server: HttpServer
  readonly #keys: FunctionKeys
  readonly #streams: HttpStreams
  #served: ServedApp | undefined
  #router = new Router<FunctionDefinition>()
  #outstanding = 0

  constructor(options: {
    app: string
    host: string
    port: number
    keys: FunctionKeys
    logger: Logger
    clock: Clock
  }) {
    this.#keys = options.keys
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
  start(): Promise<number> {
    return this.#server.start()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await this.#streams.stop()
  }

  /** Serves the functions of an app that has loaded; a malformed route is a fault of its function. */
  serve(served: ServedApp): void {
    const router = new Router<FunctionDefinition>()
    for (const definition of served.definitions) {
      if (
        definition.trigger.type.toLowerCase() !== 'httptrigger' ||
        definition.disabled !== undefined
      )
        continue
      const route = routeOf(definition, served.folder)
      try {
        for (const method of methodsOf(definition)) router.add(method, route, definition)
      } catch (error) {
        throw new Error(`Function '${definition.name}', route '${route}': ${messageOf(error)}`, {
          cause: error,
        })
      }
    }
    this.#router = router
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
    const match = this.#router.match(request.method ?? 'GET', request.url ?? '/')
    if (match.kind !== 'found') {
      answerEmpty(response, isHomePage(request) ? 200 : 404)
      return
    }
    if (!(await this.#isAllowed(request, match.value))) {
      answerEmpty(response, 401)
      return
    }
    await this.#throttled(served, response, () => this.#run({ served, request, response, match }))
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
    if (served.streamUrl !== undefined) {
      await this.#streams.run({ ...call, streamUrl: served.streamUrl })
      return
    }
    const body = await readBody(request, { bytesMax: httpBodyBytesMax })
    const event = toTriggerEvent(toFunctionRequest(request, body, match.params))
    const result = await served.runner.run(match.value, event)
    writeFunctionResponse(response, result, served.folder.host.http.customHeaders)
  }

  // More requests than `maxOutstandingRequests` are refused at once, as the host's throttle does.
  async #throttled(
    served: ServedApp,
    response: ServerResponse,
    run: () => Promise<void>,
  ): Promise<void> {
    const { maxOutstandingRequests } = served.folder.host.http
    if (maxOutstandingRequests !== -1 && this.#outstanding >= maxOutstandingRequests) {
      answerEmpty(response, 429)
      return
    }
    this.#outstanding++
    try {
      await run()
    } finally {
      this.#outstanding--
    }
  }

  async #isAllowed(request: IncomingMessage, definition: FunctionDefinition): Promise<boolean> {
    const level = authLevelOf(definition)
    if (level === 'anonymous' || this.#served?.folder.local?.keysEnforced === false) return true
    return this.#keys.allows({ level, functionName: definition.name, key: presentedKey(request) })
  }
}

/** The route of a function below the server's root: the prefix of host.json and its own template. */
export function routeOf(definition: FunctionDefinition, folder: AppFolder): string {
  const declared = definition.trigger.binding['route']
  const route = typeof declared === 'string' && declared !== '' ? declared : definition.name
  return [folder.host.http.routePrefix, route.replace(/^\//, '')]
    .filter((part) => part !== '')
    .join('/')
}

/** The methods a function answers; none declared means GET and POST, as the library registers it. */
export function methodsOf(definition: FunctionDefinition): string[] {
  const declared = definition.trigger.binding['methods']
  const methods = Array.isArray(declared)
    ? declared.map((method) => String(method).toUpperCase())
    : []
  return methods.length > 0 ? methods : allMethods
}

function authLevelOf(definition: FunctionDefinition): AuthLevel {
  const declared = String(definition.trigger.binding['authLevel'] ?? 'function').toLowerCase()
  return declared === 'anonymous' || declared === 'admin' ? declared : 'function'
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
