import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  objectMember,
  stringMember,
  tryParseJson,
} from '../../base/json.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { findKind } from './entity-kinds.ts'
import type { EntityKind } from './entity-kind.ts'
import { entityViews, tagResources } from './entity-views.ts'
import { type Entity, pathOf } from './entity-tree.ts'
import {
  authenticationFailed,
  entityNotFound,
  invalidJson,
  kindNotSupported,
  missingApiVersion,
  operationNotSupported,
  serviceNotFound,
  validationError,
} from './errors.ts'
import { managementBodyBytesMax } from './limits.ts'
import { parseListFilter } from './list-filter.ts'
import { type EntityAction, actionsOf } from './operations.ts'
import { answerQuota, quotaKinds } from './quota-rest.ts'
import type { ServiceInstance } from './service-instance.ts'
import type { ApiManagementParts } from './service-parts.ts'

/** An address of the management REST, taken apart. */
interface Target {
  readonly serviceId: string
  readonly service: string
  readonly kind: string
  readonly names: readonly string[]
  /** A collection has one name less than its kind has segments. */
  readonly isCollection: boolean
  readonly action: string | undefined
}

interface Answer {
  readonly status: number
  readonly body?: JsonValue
  readonly etag?: string
}

/** The management REST: https://learn.microsoft.com/rest/api/apimanagement/ */
export class ManagementRest {
  readonly #find: (name: string) => ServiceInstance | undefined
  readonly #verifyToken: ApiManagementParts['verifyManagementToken']

  constructor(options: {
    find: (name: string) => ServiceInstance | undefined
    verifyToken: ApiManagementParts['verifyManagementToken']
  }) {
    this.#find = options.find
    this.#verifyToken = options.verifyToken
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      write(request, response, await this.#answer(request))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const { code, message, details, status } = error
      write(request, response, { status, body: { error: { code, message, ...details } } })
    }
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = urlOf(request)
    const target = parseTarget(url.pathname)
    const method = request.method ?? 'GET'
    if (!target) throw operationNotSupported(method, url.pathname)
    await this.#checkToken(request, { target, method, resourceId: url.pathname })
    if (!url.searchParams.has('api-version')) throw missingApiVersion()
    const instance = this.#find(target.service)
    if (!instance) throw serviceNotFound(target.service)
    if (target.kind === '') return serviceAnswer(method, { instance, target })
    if (quotaKinds.includes(target.kind)) return quotaAnswer(request, { instance, target })
    if (target.kind === 'tagResources' && method === 'GET') {
      const value = tagResources(instance)
      return { status: 200, body: { value, count: value.length } }
    }
    const view = entityViews[target.kind]
    if (view && target.isCollection && method === 'GET') {
      return listOf(view(instance, target.names), { instance, target, url })
    }
    const kind = findKind(target.kind)
    if (!kind) throw kindNotSupported(target.kind)
    const subject = { instance, kind, target, url }
    if (target.action !== undefined) return act(request, subject)
    if (target.isCollection) return list(method, subject)
    return entityAnswer(request, subject)
  }

  async #checkToken(
    request: IncomingMessage,
    call: { target: Target; method: string; resourceId: string },
  ): Promise<void> {
    const { target, method, resourceId } = call
    const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) {
      throw authenticationFailed("The 'Authorization' header is missing or not a bearer token.")
    }
    const type = ['Microsoft.ApiManagement/service', target.kind].filter((each) => each !== '')
    const verb = verbOf(method, target.action)
    await this.#verifyToken({ token, resourceId, action: `${type.join('/')}/${verb}` })
  }
}

interface Subject {
  readonly instance: ServiceInstance
  readonly kind: EntityKind
  readonly target: Target
  readonly url: URL
}

function verbOf(method: string, action: string | undefined): string {
  if (action !== undefined) return `${action}/action`
  if (method === 'GET' || method === 'HEAD') return 'read'
  return method === 'DELETE' ? 'delete' : 'write'
}

// `apis/orders/operations/fetch`: kinds and names take turns; one word more than pairs is a collection or an action.
function parseTarget(pathname: string): Target | undefined {
  const pattern =
    /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ApiManagement\/service\/([^/]+))(?:\/(.*))?$/i
  const [, serviceId, service, rest = ''] = pattern.exec(pathname) ?? []
  if (serviceId === undefined || service === undefined) return undefined
  const words = rest
    .split('/')
    .filter((word) => word !== '')
    .map(decodeName)
  const kinds = words.filter((_, index) => index % 2 === 0)
  const names = words.filter((_, index) => index % 2 === 1)
  const isOdd = words.length % 2 === 1
  const last = kinds.at(-1) ?? ''
  const outer = kinds.slice(0, -1).join('/')
  const action = isOdd ? findAction(outer, last) : undefined
  const kind = action === undefined ? kinds.join('/') : outer
  const isCollection = isOdd && action === undefined
  return { serviceId, service, kind, names, isCollection, action: action && last }
}

function urlOf(request: IncomingMessage): URL {
  const target = `https://management.azure.com${request.url ?? '/'}`
  if (!URL.canParse(target)) throw operationNotSupported(request.method ?? '', request.url ?? '')
  return new URL(target)
}

function decodeName(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    // Not UTF-8: no entity has such a name.
    return word
  }
}

function findAction(kind: string, name: string): EntityAction | undefined {
  const actions = Object.entries(actionsOf(kind))
  return actions.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1]
}

function serviceAnswer(
  method: string,
  { instance, target }: { instance: ServiceInstance; target: Target },
): Answer {
  if (method !== 'GET') throw operationNotSupported(method, target.serviceId)
  const body = {
    id: target.serviceId,
    name: instance.name,
    type: 'Microsoft.ApiManagement/service',
    ...instance.resource,
  }
  return { status: 200, body }
}

async function quotaAnswer(
  request: IncomingMessage,
  { instance, target }: { instance: ServiceInstance; target: Target },
): Promise<Answer> {
  const body = await answerQuota(instance.quotas, {
    method: request.method ?? 'GET',
    names: target.names,
    readProperties: () => readProperties(request),
  })
  return { status: 200, body }
}

// The gateway of the service itself, which is not one of those that people add.
const managedGateway: Entity = {
  kind: 'gateways',
  names: ['managed'],
  properties: {},
  etag: '',
}

async function act(request: IncomingMessage, subject: Subject): Promise<Answer> {
  const { instance, kind, target } = subject
  const action = findAction(kind.kind, target.action ?? '')
  if (request.method !== 'POST' || !action) {
    throw operationNotSupported(request.method ?? '', target.action ?? '')
  }
  const isManaged = kind.kind === 'gateways' && target.names[0]?.toLowerCase() === 'managed'
  const entity = isManaged ? managedGateway : instance.get(kind.kind, target.names)
  if (!entity) throw entityNotFound(kind.label)
  const body = await action(instance, entity, await readJsonBody(request))
  return body === undefined ? { status: 204 } : { status: 200, body, etag: entity.etag }
}

function list(method: string, { instance, kind, target, url }: Subject): Answer {
  if (method !== 'GET') throw operationNotSupported(method, target.kind)
  return listOf(instance.list(kind.kind, target.names), { instance, target, url })
}

function listOf(all: readonly Entity[], { target, url }: Omit<Subject, 'kind'>): Answer {
  const filter = url.searchParams.get('$filter') ?? ''
  const skip = countOf(url, '$skip', 0)
  const top = countOf(url, '$top', 1) ?? all.length
  const matches = filter.trim() === '' ? undefined : parseListFilter(filter)
  const found = matches
    ? all.filter((each) => matches({ ...each, properties: shownProperties(each) }))
    : all
  const value = found.slice(skip).slice(0, top)
  const bodies = value.map((each) => bodyOf(each, target))
  return { status: 200, body: { value: bodies, count: found.length } }
}

function countOf(url: URL, name: string, min: number): number | undefined {
  const text = url.searchParams.get(name)
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text)
  const message = `The value '${text}' is not a whole number from ${min} up.`
  throw validationError([{ target: name, message }])
}

async function entityAnswer(request: IncomingMessage, subject: Subject): Promise<Answer> {
  const { instance, kind, target, url } = subject
  const { names } = target
  const given = request.headers['if-match']
  const options = given === undefined ? {} : { ifMatch: given }
  const old = instance.get(kind.kind, names)
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (!old) throw entityNotFound(kind.label)
      if (request.method === 'HEAD' && linkKinds.has(kind.kind)) return { status: 204 }
      return { status: 200, body: bodyOf(old, target), etag: old.etag }
    case 'PUT': {
      const properties = await readProperties(request)
      const entity = await instance.put({ kind: kind.kind, names, properties }, options)
      return { status: old ? 200 : 201, body: bodyOf(entity, target), etag: entity.etag }
    }
    case 'PATCH': {
      const properties = await readProperties(request)
      const entity = await instance.patch({ kind: kind.kind, names, properties }, options)
      return { status: 200, body: bodyOf(entity, target), etag: entity.etag }
    }
    case 'DELETE':
      if (url.searchParams.get('deleteSubscriptions') === 'true') await deleteSubscriptions(subject)
      return { status: (await instance.delete(kind.kind, names, options)) ? 200 : 204 }
    case undefined:
    default:
      throw operationNotSupported(request.method ?? '', target.kind)
  }
}

// That one entity belongs to another is asked with HEAD, and there is nothing to tell but yes.
const linkKinds = new Set(['products/apis', 'products/groups', 'groups/users'])

async function deleteSubscriptions({ instance, kind, target }: Subject): Promise<void> {
  const scope = `/${kind.kind}/${target.names[0] ?? ''}`.toLowerCase()
  for (const each of instance.list('subscriptions')) {
    const own = stringMember(each.properties, 'scope')?.toLowerCase()
    if (own?.endsWith(scope)) await instance.delete('subscriptions', each.names)
  }
}

async function readProperties(request: IncomingMessage): Promise<JsonObject> {
  return objectMember(await readJsonBody(request), 'properties')
}

async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBody(request, { bytesMax: managementBodyBytesMax })
  if (bytes.length === 0) return {}
  const body = tryParseJson(bytes.toString('utf8'))
  if (!isJsonObject(body)) throw invalidJson()
  return body
}

function bodyOf(entity: Entity, target: Target): JsonObject {
  return {
    id: `${target.serviceId}/${pathOf(entity.kind, entity.names)}`,
    type: `Microsoft.ApiManagement/service/${entity.kind}`,
    name: entity.names.at(-1) ?? '',
    properties: shownProperties(entity),
  }
}

function shownProperties(entity: Entity): JsonObject {
  return findKind(entity.kind)?.show?.(entity) ?? entity.properties
}

function write(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(answer.etag === undefined ? {} : { etag: `"${answer.etag}"` }),
    ...(request.complete ? {} : { connection: 'close' }),
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache',
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}
