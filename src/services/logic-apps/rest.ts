// Nothing here survives a crash: a caller whose request was not answered has to ask again.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../protocols/http/request-body.ts'
import { splitRequestPath } from '../../protocols/http/request-path.ts'
import { tryParseJson } from '../../base/json.ts'
import {
  addressNotFound,
  invalidBody,
  keyRequired,
  signatureInvalid,
  signatureRequired,
  triggerNotFound,
} from './errors.ts'
import { bodyValue, headerObject, headerOf } from './http-message.ts'
import { invoke, write } from './invoke-request.ts'
import { messageBytesMax } from './limits.ts'
import type { LogicApp } from './logic-app.ts'
import { findOperation } from './operations.ts'
import { answerOfRun } from './run-answer.ts'
import { triggerTypes } from './trigger-table.ts'

/** The base of the management REST: https://learn.microsoft.com/rest/api/appservice/workflows */
const managementPath = ['runtime', 'webhooks', 'workflow', 'api', 'management']

/** Answers what comes to the address of an app: its triggers, its waiting actions, its management. */
export function logicAppHandler(
  app: LogicApp,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', app.baseUrl)
    const segments = splitRequestPath(url.pathname)
    const [first = ''] = segments
    if (first === 'api' || first === 'workflows') {
      await serveWorkflow(app, { request, response, url, segments: segments.slice(1) })
      return
    }
    if (startsWith(segments, managementPath)) {
      await serveManagement(app, { request, response, url, segments: segments.slice(5) })
      return
    }
    if (segments.length === 0) {
      response.writeHead(200, { 'content-length': 0 }).end()
      return
    }
    throw addressNotFound()
  }
}

interface Served {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly segments: readonly string[]
}

async function serveWorkflow(app: LogicApp, served: Served): Promise<void> {
  const { request, response, url, segments } = served
  const [workflow = '', kind = '', name = '', ...rest] = segments
  const host = app.host(workflow)
  if (kind === 'triggers') {
    // A Consumption address has `paths` before `invoke`.
    const path = rest[0] === 'paths' ? rest.slice(1) : rest
    if (path[0] !== 'invoke' && path[0] !== 'run') throw addressNotFound()
    const trigger = host.trigger(name)
    const isCalled = trigger && triggerTypes.get(trigger.type.toLowerCase())?.takesRequests
    if (!trigger || !isCalled) throw triggerNotFound(workflow, name)
    checkSignature(app, `/${host.workflow.name}/triggers/${trigger.name}`, url)
    const raw = url.pathname.split('/').filter((segment) => segment !== '')
    const relativePath = raw.slice(raw.length - path.length + 1).join('/')
    await invoke(request, response, { app, host, trigger, relativePath, url })
    return
  }
  const [section = '', action = ''] = rest
  if (kind === 'runs' && section === 'actions') {
    await takeCallback(app, served, { workflow: host.workflow.name, run: name, key: action })
    return
  }
  if (kind === 'runs' && section === 'operations') {
    checkSignature(app, `/${host.workflow.name}/runs/${name}/operations`, url)
    const answer = await answerOfRun(host, app.engine, name)
    if (answer) write(response, answer, {})
    else {
      const location = app.operationUrl(host, name)
      response.writeHead(202, { location, 'retry-after': '5', 'content-length': 0 }).end()
    }
    return
  }
  throw addressNotFound()
}

async function takeCallback(
  app: LogicApp,
  { request, response, url }: Served,
  target: { workflow: string; run: string; key: string },
): Promise<void> {
  const { workflow, run, key } = target
  checkSignature(app, `/${workflow}/runs/${run}/actions/${key}`, url)
  const bytes = await readBody(request, { bytesMax: messageBytesMax })
  const headers = headerObject(request.rawHeaders)
  const body = bodyValue(bytes, headerOf(headers, 'content-type'))
  const taken = await app.waits.post(run, key, { headers, ...(body === undefined ? {} : { body }) })
  response.writeHead(taken ? 200 : 409, { 'content-length': 0 }).end()
}

async function serveManagement(app: LogicApp, served: Served): Promise<void> {
  const { request, response, url, segments } = served
  const header = request.headers['x-functions-key']
  const key = typeof header === 'string' ? header : (url.searchParams.get('code') ?? undefined)
  const isContent = segments.includes('contents')
  if (isContent && url.searchParams.has('sig')) {
    checkSignature(app, `/${segments.join('/')}`, url)
  } else if (!app.keys.isMasterKey(key)) {
    throw keyRequired()
  }
  const found = findOperation(request.method ?? 'GET', segments)
  if (!found) throw addressNotFound()
  const bytes = await readBody(request, { bytesMax: messageBytesMax })
  const body = bytes.length === 0 ? undefined : tryParseJson(bytes.toString('utf8'))
  if (bytes.length > 0 && body === undefined) throw invalidBody()
  const { names } = found
  const answer = await found.operation.handle({ app, url, names, body })
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...answer.headers,
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function checkSignature(app: LogicApp, path: string, url: URL): void {
  if (!url.searchParams.has('sig')) throw signatureRequired()
  if (!app.keys.allows(path, url.searchParams)) throw signatureInvalid()
}

function startsWith(segments: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((segment, index) => segments[index]?.toLowerCase() === segment)
}
