import type { IncomingMessage, ServerResponse } from 'node:http'
import { isJsonObject, tryParseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { hostVersion } from './host-version.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { presentedKey, type FunctionKeys } from './function-keys.ts'
import { methodsOf, routeOf, type ServedApp } from './http-listener.ts'
import { adminBodyBytesMax } from './limits.ts'
import type { TypedValue } from './typed-value.ts'

/**
 * The host's own endpoints, for which the master key is needed.
 * https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export class AdminApi {
  readonly #served: ServedApp
  readonly #keys: FunctionKeys

  constructor(served: ServedApp, keys: FunctionKeys) {
    this.#served = served
    this.#keys = keys
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await this.#isAllowed(request))) return answer(response, 401)
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.toLowerCase()
    const [, , area, name, action] = path.split('/')
    const method = request.method ?? 'GET'
    if (area === 'host' && name === 'status' && method === 'GET')
      return answer(response, 200, this.#status())
    if (area === 'host' && name === 'ping') return answer(response, 200)
    if (area !== 'functions') return answer(response, 404)
    if (name === undefined || name === '') return answer(response, 200, this.#functions())
    const definition = this.#served.definitions.find(
      (candidate) => candidate.name.toLowerCase() === name,
    )
    if (!definition) return answer(response, 404)
    if (action === 'status' && method === 'GET') return answer(response, 200, {})
    if (action !== undefined) return answer(response, 404)
    if (method === 'GET') return answer(response, 200, describe(definition, this.#served))
    if (method === 'POST') return this.#run(definition, request, response)
    return answer(response, 405)
  }

  async #isAllowed(request: IncomingMessage): Promise<boolean> {
    if (this.#served.folder.local?.keysEnforced === false) return true
    return this.#keys.allows({ level: 'admin', key: presentedKey(request) })
  }

  #status(): JsonObject {
    const { app } = this.#served
    return {
      id: app.name,
      state: app.state === 'running' ? 'Running' : 'Error',
      version: hostVersion,
      versionDetails: hostVersion,
      processUptime: Math.round(process.uptime() * 1_000),
      ...(app.failure === undefined ? {} : { errors: [app.failure] }),
    }
  }

  #functions(): JsonValue {
    return this.#served.definitions.map((definition) => describe(definition, this.#served))
  }

  // The caller learns only that the call was accepted, as from the real host.
  async #run(
    definition: FunctionDefinition,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = tryParseJson(
      (await readBody(request, { bytesMax: adminBodyBytesMax })).toString('utf8'),
    )
    const input = isJsonObject(body) ? body['input'] : undefined
    if (!isJsonObject(body) || (input !== undefined && typeof input !== 'string')) {
      return answer(response, 400, { message: 'Expected a JSON object with the text "input".' })
    }
    void this.#served.runner.run(definition, { input: inputOf(definition, input ?? '') })
    return answer(response, 202)
  }
}

function inputOf(definition: FunctionDefinition, text: string): TypedValue {
  if (definition.trigger.type.toLowerCase() !== 'timertrigger') return { kind: 'string', text }
  return {
    kind: 'json',
    text: JSON.stringify({ Schedule: { AdjustForDST: true }, IsPastDue: false }),
  }
}

function describe(definition: FunctionDefinition, served: ServedApp): JsonObject {
  const isHttp = definition.trigger.type.toLowerCase() === 'httptrigger'
  const invokeUrl = isHttp ? `/${routeOf(definition, served.folder)}` : null
  return {
    name: definition.name,
    href: `/admin/functions/${definition.name}`,
    invoke_url_template: invokeUrl,
    language: 'node',
    isDisabled: definition.disabled !== undefined,
    isDirect: isHttp,
    isProxy: false,
    config: {
      name: definition.name,
      language: 'node',
      bindings: [...definition.bindings],
      ...(isHttp ? { methods: methodsOf(definition) } : {}),
    },
  }
}

function answer(response: ServerResponse, status: number, body?: JsonValue): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...type, 'content-length': Buffer.byteLength(text) }).end(text)
}
