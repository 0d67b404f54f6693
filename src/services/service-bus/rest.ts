/** The administration over HTTP and HTTPS: https://learn.microsoft.com/en-us/rest/api/servicebus/ */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { accessBySignature, accessByToken } from './access.ts'
import type { Access, ServiceBusIdentity } from './access.ts'
import { read, remove, write } from './administration.ts'
import type { AdministrationAnswer, AdministrationCall } from './administration.ts'
import { namespacesOf } from './amqp.ts'
import { writeError } from './atom.ts'
import { badRequest, methodNotAllowed, unauthorized } from './errors.ts'
import { administrationBytesMax } from './limits.ts'
import type { ServiceBus } from './service.ts'

export interface AdministrationOptions {
  readonly serviceBus: ServiceBus
  readonly clock: Clock
  /** Absent where there is no Entra ID: tokens of it are refused. */
  readonly identity?: ServiceBusIdentity
}

const verbs: Readonly<Record<string, (call: AdministrationCall) => Promise<AdministrationAnswer>>> =
  {
    GET: read,
    PUT: write,
    DELETE: remove,
  }

/** Answers `ServiceBusAdministrationClient`: queues, topics, subscriptions and rules as Atom. */
export function serviceBusHandler(options: AdministrationOptions): HttpHandler {
  return async (request, response) => {
    try {
      send(response, await answer(options, request))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      send(response, { status: error.status, body: writeError(error.status, error.message) })
    }
  }
}

async function answer(
  options: AdministrationOptions,
  request: IncomingMessage,
): Promise<AdministrationAnswer> {
  const host = request.headers.host ?? 'localhost'
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
  const access = accessOf(options, request, host)
  const verb = verbs[request.method ?? '']
  if (!verb) throw methodNotAllowed()
  const path = decodedPath(pathname)
  if (!(await access.may('Manage', path.startsWith('$') ? '' : path))) {
    throw unauthorized("'Manage' claim is required to perform this operation.")
  }
  const body = await readBody(request, { bytesMax: administrationBytesMax })
  return verb({
    namespace: access.namespace,
    path,
    query,
    origin: `https://${host}`,
    body: body.toString('utf8'),
    ifMatch: request.headers['if-match'] !== undefined,
    nowMs: options.clock.now(),
  })
}

function accessOf(options: AdministrationOptions, request: IncomingMessage, host: string): Access {
  const { serviceBus, clock, identity } = options
  const namespaces = namespacesOf(serviceBus, host)
  const authorization = request.headers.authorization ?? ''
  if (authorization.startsWith('SharedAccessSignature ')) {
    return accessBySignature(authorization, namespaces, clock)
  }
  const token = /^Bearer (.+)$/i.exec(authorization)?.[1]
  const [namespace] = namespaces
  if (token === undefined || !identity || !namespace || namespaces.length > 1) {
    throw unauthorized('MissingToken: The request has no token that is known here.')
  }
  return accessByToken(token, namespace, identity)
}

function send(response: ServerResponse, { status, body }: AdministrationAnswer): void {
  const isError = status >= 400
  const type = isError ? 'application/xml' : 'application/atom+xml;type=entry'
  response.writeHead(status, {
    ...(body === '' ? {} : { 'content-type': `${type};charset=utf-8` }),
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, '')
  } catch {
    throw badRequest('SubCode=40000. The path is not valid.')
  }
}
