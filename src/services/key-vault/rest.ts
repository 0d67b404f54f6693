import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { objectMember } from '../../base/json.ts'
import { childOf, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { splitRequestPath } from '../../protocols/http/request-path.ts'
import { Router } from '../../protocols/http/router.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import {
  addressNotFound,
  apiVersionMissing,
  apiVersionUnknown,
  methodNotAllowed,
  tokenMissing,
} from './errors.ts'
import { requestBytesMax } from './limits.ts'
import { operations, refuseUnsupported } from './operations.ts'
import type { Operation, SecretCall } from './operations.ts'
import { checkSecretName } from './secret-request.ts'
import type { KeyVault } from './service.ts'
import type { Caller } from './vault-access.ts'

/** What a request is about, once it is known, for its span. */
interface Progress {
  operation?: Operation
  resource?: string
}

const apiVersions = ['2015-06-01', '2016-10-01', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6']
const latestApiVersion = '7.6'

/** Answers the data plane of the vaults; the host name says which one. */
export function keyVaultHandler(keyVault: KeyVault): HttpHandler {
  const router = new Router<Operation>()
  for (const operation of operations) router.add(operation.method, operation.path, operation)
  return async (request, response) => {
    const startMs = keyVault.clock.preciseNow()
    const progress: Progress = {}
    response.setHeader('x-ms-request-id', newUuid())
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('cache-control', 'no-cache')
    try {
      await answer(keyVault, { router, request, response, progress })
      report(keyVault, progress, { request, startMs })
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      report(keyVault, progress, { request, startMs, error })
      sendFault(keyVault, { request, response, error })
    }
  }
}

/** The token is looked at first: without one nothing is told, not even whether there is such an address. */
async function answer(
  keyVault: KeyVault,
  exchange: {
    router: Router<Operation>
    request: IncomingMessage
    response: ServerResponse
    progress: Progress
  },
): Promise<void> {
  const { router, request, response, progress } = exchange
  const caller = callerOf(keyVault, request)
  const vault = await keyVault.vault((request.headers.host ?? '').split('.')[0] ?? '')
  progress.resource = vault.name
  const { operation, name, version } = findOperation(router, request)
  progress.operation = operation
  if (name !== '') progress.resource = `${vault.name}/${name}`
  const call = { keyVault, vault, name, ...(version ? { version } : {}) }
  const body = await operation.handle(await readCall(call, { operation, request, caller }))
  if (!body) {
    response.writeHead(204).end()
    return
  }
  sendJson(response, 200, body)
}

function callerOf(keyVault: KeyVault, request: IncomingMessage): Caller {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) throw tokenMissing()
  return keyVault.verifyToken(token)
}

function findOperation(
  router: Router<Operation>,
  request: IncomingMessage,
): { operation: Operation; name: string; version: string | undefined } {
  const { method = 'GET', url = '/' } = request
  refuseUnsupported(method, splitRequestPath(url))
  const match = router.match(method, url)
  if (match.kind === 'not-found') throw addressNotFound()
  if (match.kind === 'method-not-allowed') throw methodNotAllowed(method)
  const { name, version } = match.params
  const operation = match.value
  return {
    operation,
    name: name === undefined ? '' : checkSecretName(String(name)),
    version: version === undefined ? undefined : String(version),
  }
}

async function readCall(
  call: Pick<SecretCall, 'keyVault' | 'vault' | 'name' | 'version'>,
  asked: { operation: Operation; request: IncomingMessage; caller: Caller },
): Promise<SecretCall> {
  const { operation, request, caller } = asked
  const path = request.url ?? '/'
  const question = path.indexOf('?')
  const query = new URLSearchParams(question < 0 ? '' : path.slice(question + 1))
  checkApiVersion(query.get('api-version'))
  const secret = call.name === '' ? {} : { secret: call.name }
  await call.keyVault.checkAccess(call.vault, { caller, action: operation.action, ...secret })
  const body = await readBody(request, { bytesMax: requestBytesMax })
  return { ...call, path, query, body: body.toString('utf8') }
}

function checkApiVersion(version: string | null): void {
  if (version === null || version === '') throw apiVersionMissing()
  const [number = ''] = version.split('-preview')
  // Versions are dates again since 2025.
  if (apiVersions.includes(number) || /^20(?:2[5-9]|[3-9]\d)-\d\d-\d\d$/.test(number)) return
  throw apiVersionUnknown(version, latestApiVersion)
}

/** One hop of a trace; a payload would be a secret, and the first call of a client only asks for the challenge. */
function report(
  keyVault: KeyVault,
  progress: Progress,
  call: { request: IncomingMessage; startMs: number; error?: ServiceError },
): void {
  const { operation, resource } = progress
  if (!operation || resource === undefined) return
  const { request, startMs, error } = call
  const header = request.headers['traceparent']
  const parent = parseTraceparent(typeof header === 'string' ? header : undefined)
  keyVault.telemetry.span({
    context: parent ? childOf(parent) : newTrace(),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    service: 'key-vault',
    operation: operation.name.toLowerCase(),
    resource,
    startMs,
    durationMs: keyVault.clock.preciseNow() - startMs,
    status: error ? 'error' : 'ok',
    ...(error ? { reason: `${error.code}: ${error.message}` } : {}),
  })
}

function sendFault(
  keyVault: KeyVault,
  exchange: { request: IncomingMessage; response: ServerResponse; error: ServiceError },
): void {
  const { request, response, error } = exchange
  // What is left of an unread body must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  if (error.status === 401) response.setHeader('www-authenticate', challenge(keyVault.tenantId))
  const innererror = objectMember(error.details, 'innererror')
  const inner = Object.keys(innererror).length > 0 ? { innererror } : {}
  sendJson(response, error.status, {
    error: { code: error.code, message: error.message, ...inner },
  })
}

/** https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses */
function challenge(tenantId: string): string {
  return `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
