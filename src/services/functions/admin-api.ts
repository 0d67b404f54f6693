import type { IncomingMessage, ServerResponse } from 'node:http'
import { isJsonObject, tryParseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { AdminKeys } from './admin-keys.ts'
import { hostVersion } from './host-version.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { presentedKey, type FunctionKeys, type KeyScope } from './function-keys.ts'
import { isHttp, methodsOf, routeOf } from './http-route.ts'
import { adminBodyBytesMax } from './limits.ts'
import type { ServedApp } from './served-app.ts'
import type { TypedValue } from './typed-value.ts'

const hostKeyScopes: Readonly<Record<string, KeyScope>> = {
  keys: { kind: 'host' },
  functionkeys: { kind: 'host' },
  systemkeys: { kind: 'system' },
}

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
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const [, , area = '', ...rest] = path.split('/').map(decodeURIComponent)
    const names = rest.filter((name) => name !== '')
    switch (area.toLowerCase()) {
      case 'host':
        return this.#host(names, request, response)
      case 'functions':
        return this.#function(names, request, response)
      default:
        return answer(response, 404)
    }
  }

  async #host(
    names: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [area = '', keyName, ...more] = names
    const scope = hostKeyScopes[area.toLowerCase()]
    if (scope && more.length === 0) {
      return this.#answerKeys(request, response, { scope, path: `/admin/host/${area}`, keyName })
    }
    const isStatus = /^(?:status|ping)$/i.test(area) && keyName === undefined
    if (!isStatus) return answer(response, 404)
    if (area.toLowerCase() === 'ping') return answer(response, 200)
    return request.method === 'GET' || request.method === 'HEAD'
      ? answer(response, 200, this.#status())
      : answer(response, 405)
  }

  async #function(
    names: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [name, action, keyName, ...more] = names
    if (name === undefined) return answer(response, 200, this.#functions())
    const definition = this.#find(name)
    if (!definition || more.length > 0) return answer(response, 404)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    switch (action?.toLowerCase()) {
      case 'keys': {
        const scope: KeyScope = { kind: 'function', functionName: definition.name }
        const path = `/admin/functions/${definition.name}/keys`
        return this.#answerKeys(request, response, { scope, path, keyName })
      }
      case 'status':
        // The host names an error here where a function has one; such an app does not load at all.
        return isRead && keyName === undefined
          ? answer(response, 200, {})
          : answer(response, keyName === undefined ? 405 : 404)
      case undefined:
        if (isRead) return answer(response, 200, describe(definition, this.#served))
        if (request.method === 'POST') return this.#run(definition, request, response)
        return answer(response, 405)
      default:
        return answer(response, 404)
    }
  }

  #find(name: string): FunctionDefinition | undefined {
    const wanted = name.toLowerCase()
    return this.#served.definitions.find((candidate) => candidate.name.toLowerCase() === wanted)
  }

  async #answerKeys(
    request: IncomingMessage,
    response: ServerResponse,
    keys: { scope: KeyScope; path: string; keyName: string | undefined },
  ): Promise<void> {
    const { status, body } = await new AdminKeys(this.#keys).handle({
      ...keys,
      method: request.method ?? 'GET',
      body: () => readJson(request),
    })
    return answer(response, status, body)
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
    const body = await readJson(request)
    const input = isJsonObject(body) ? body['input'] : undefined
    if (!isJsonObject(body) || (input !== undefined && typeof input !== 'string')) {
      return answer(response, 400, { message: 'Expected a JSON object with the text "input".' })
    }
    void this.#served.runner.run(definition, { input: inputOf(definition, input ?? '') })
    return answer(response, 202)
  }
}

async function readJson(request: IncomingMessage): Promise<JsonValue | undefined> {
  const body = await readBody(request, { bytesMax: adminBodyBytesMax })
  return tryParseJson(body.toString('utf8'))
}

function inputOf(definition: FunctionDefinition, text: string): TypedValue {
  if (definition.trigger.type.toLowerCase() !== 'timertrigger') return { kind: 'string', text }
  return {
    kind: 'json',
    text: JSON.stringify({ Schedule: { AdjustForDST: true }, IsPastDue: false }),
  }
}

function describe(definition: FunctionDefinition, served: ServedApp): JsonObject {
  const isDirect = isHttp(definition)
  const invokeUrl = isDirect ? `/${routeOf(definition, served.folder)}` : null
  return {
    name: definition.name,
    href: `/admin/functions/${definition.name}`,
    invoke_url_template: invokeUrl,
    language: 'node',
    isDisabled: definition.disabled !== undefined,
    isDirect,
    isProxy: false,
    config: {
      name: definition.name,
      language: 'node',
      bindings: [...definition.bindings],
      ...(isDirect ? { methods: methodsOf(definition) } : {}),
    },
  }
}

function answer(response: ServerResponse, status: number, body?: JsonValue): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...type, 'content-length': Buffer.byteLength(text) }).end(text)
}
