import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import { openService, type OpenedService } from './service-fixture.ts'

// A case: a policy document of the API, perhaps lines `named NAME VALUE`, `fragment NAME <xml>`, `backend NAME PATH` and
// `put PATH JSON` (any entity with its properties) before it; then for each call a line `> METHOD /path`, its headers, an empty line and its body; a line `----------`; and what comes
// back: `backend: METHOD /path` with the headers `x-*` and the body it got, then the status, headers and body of the
// answer. `@wait SECONDS` moves the clock. A document that cannot be saved has only its error. The backend answers 200
// with `{"got":"METHOD /path"}`; `/status/N` answers N, `/echo` gives back the body with its type.
const folder = join('tests', 'golden', 'policies')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`policies golden: ${file}`, async (t) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const [input = '', expected = ''] = text.split('----------\n')
    const manualClock = new ManualClock()
    const service = await openService(t, { manualClock })
    const got = await run(service, input, manualClock)
    assert.equal(got.trim(), expected.trim())
  })
}

async function run(service: OpenedService, input: string, clock: ManualClock): Promise<string> {
  const [head = '', ...calls] = input.split(/^(?=[>@])/m).reduce(joinDocument, [])
  const lines = head.split('\n')
  const settings = lines.filter((line) => /^(named|fragment|backend|put) /.test(line))
  const value = lines.filter((line) => !settings.includes(line)).join('\n')
  service.answer = (request, response) => {
    if (request.url.startsWith('/echo')) {
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' })
      response.end(request.body)
      return
    }
    const [, status = '200'] = /^\/status\/(\d+)/.exec(request.url) ?? []
    response.writeHead(Number(status), {
      'content-type': 'application/json',
      'x-powered-by': 'test',
    })
    response.end(JSON.stringify({ got: `${request.method} ${request.url}` }))
  }
  await prepare(service, settings)
  try {
    await service.put('apis/api-1/policies/policy', { format: 'rawxml', value })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return `error: ${detailOf(error)}`
  }
  const answers: string[] = []
  for (const each of calls) {
    const [, seconds] = /^@wait (\d+)/.exec(each) ?? []
    if (seconds === undefined) answers.push(await callOnce(service, each))
    else await clock.advance(Number(seconds) * 1000)
  }
  return answers.join('\n')
}

// `@` begins a line of a document too: only `@wait` ends it.
function joinDocument(parts: string[], part: string): string[] {
  const isCall = /^(> |@wait )/.test(part)
  if (isCall || parts.length === 0) return [...parts, part]
  return [...parts.slice(0, -1), `${parts.at(-1)}${part}`]
}

async function prepare(service: OpenedService, settings: readonly string[]): Promise<void> {
  const serviceUrl = service.backendUrl
  await service.put('apis/api-1', { path: 'api', serviceUrl, subscriptionRequired: false })
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
    const id = `${method.toLowerCase()}-any`
    await service.put(`apis/api-1/operations/${id}`, { method, urlTemplate: '/*' })
    await service.put(`apis/api-1/operations/${id}-order`, {
      method,
      urlTemplate: '/orders/{id}',
      responses: [
        {
          statusCode: 200,
          representations: [
            { contentType: 'application/json', examples: { default: { value: { id: 7 } } } },
          ],
        },
      ],
    })
  }
  for (const line of settings) {
    const [kind, name = '', ...rest] = line.split(' ')
    const text = rest.join(' ')
    if (kind === 'named')
      await service.put(`namedValues/${name}`, { displayName: name, value: text })
    if (kind === 'backend') await service.put(`backends/${name}`, { url: `${serviceUrl}${text}` })
    if (kind === 'fragment') {
      await service.put(`policyFragments/${name}`, { format: 'rawxml', value: text })
    }
    if (kind === 'put') {
      const properties = parseJson(text)
      assert.ok(isJsonObject(properties), line)
      await service.put(name, properties)
    }
  }
}

async function callOnce(service: OpenedService, text: string): Promise<string> {
  const [first = '', ...rest] = text.trimEnd().split('\n')
  const [, method = 'GET', path = '/'] = first.split(' ')
  const end = rest.indexOf('')
  const headerLines = end < 0 ? rest : rest.slice(0, end)
  const body = end < 0 ? undefined : rest.slice(end + 1).join('\n')
  const headers = headerLines.map((line): [string, string] => {
    const at = line.indexOf(':')
    return [line.slice(0, at), line.slice(at + 1).trim()]
  })
  const before = service.seen.length
  const response = await service.call(`/api${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  const answer = await response.text()
  const seen = service.seen.slice(before).map((each) => {
    const own = Object.entries(each.headers).filter(([name]) => /^(x-|authorization)/.test(name))
    const shown = own.map(([name, value]) => `${name}: ${String(value)}`)
    return [
      `backend: ${each.method} ${each.url}`,
      ...shown,
      ...(each.body === '' ? [] : [each.body]),
    ].join('\n')
  })
  const hidden = /^(connection|keep-alive|date|transfer-encoding|content-length)$/
  const shown = [...response.headers]
    .filter(([name]) => !hidden.test(name))
    .map(([name, value]) => `${name}: ${value}`)
  const stable = answer
    .replace(/"activityId": "[^"]+"/, '"activityId": "..."')
    .replaceAll(service.backendUrl, 'http://backend')
  return [...seen, `${response.status} ${response.statusText}`, ...shown, '', stable]
    .join('\n')
    .trimEnd()
}

function detailOf(error: ServiceError): string {
  const { details } = error.details
  const [first] = Array.isArray(details) ? details : []
  return isJsonObject(first) ? (stringMember(first, 'message') ?? '') : error.message
}
