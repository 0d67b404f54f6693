import { FilterError } from '../../../languages/odata-filter/filter-error.ts'
import { evaluateFilter } from '../../../languages/odata-filter/evaluate.ts'
import type { Filter } from '../../../languages/odata-filter/filter.ts'
import { parseFilter } from '../../../languages/odata-filter/parse.ts'
import { isJsonObject, stringMember, tryParseJson } from '../../../base/json.ts'
import { xmlAnswer, type Answer } from '../answer.ts'
import { readText } from '../body.ts'
import { invalidQuery } from '../errors.ts'
import { xmlBodyBytesMax } from '../limits.ts'
import { policiesXml, readPolicies } from '../stored-policies.ts'
import { member } from './entity-json.ts'
import { inputInvalid, notImplemented } from './errors.ts'
import { jsonAnswer, metadataLevelOf, wantsContent } from './format.ts'
import { entityBodyBytesMax, pageEntitiesMax, readEntitiesMax } from './limits.ts'
import { tableOf, type TableCall, type TableOperation } from './operation.ts'
import type { TableRecord } from './table.ts'

const acl = { sas: '', action: 'tables/setAcl/action' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-tables */
export const tableOperations: readonly TableOperation[] = [
  {
    level: 'tables',
    method: 'GET',
    comp: '',
    name: 'Query Tables',
    permission: { sas: '', accountSas: 'l', action: 'tables/read' },
    handle: query,
  },
  {
    level: 'tables',
    method: 'POST',
    comp: '',
    name: 'Create Table',
    permission: { sas: '', accountSas: 'cw', action: 'tables/write' },
    handle: create,
  },
  {
    level: 'table',
    method: 'GET',
    comp: '',
    name: 'Query Table',
    permission: { sas: '', accountSas: 'l', action: 'tables/read' },
    handle: getTable,
  },
  {
    level: 'table',
    method: 'DELETE',
    comp: '',
    name: 'Delete Table',
    permission: { sas: '', accountSas: 'd', action: 'tables/delete' },
    handle: remove,
  },
  {
    level: 'entities',
    method: 'GET',
    comp: 'acl',
    name: 'Get Table ACL',
    permission: { ...acl, action: 'tables/getAcl/action' },
    handle: getPolicies,
  },
  {
    level: 'entities',
    method: 'PUT',
    comp: 'acl',
    name: 'Set Table ACL',
    permission: acl,
    handle: putPolicies,
  },
]

/** The condition of `$filter`, or nothing; what tables cannot do is refused by its own code. */
export function readFilter(query: URLSearchParams): Filter | undefined {
  const text = query.get('$filter')
  if (text === null || text.trim() === '') return undefined
  try {
    return parseFilter(text)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw error.isUnsupported ? notImplemented() : inputInvalid(`$filter: ${error.message}`)
  }
}

/** How many items a page has. */
export function readTop(query: URLSearchParams): number {
  const text = query.get('$top')
  if (text === null || text === '') return pageEntitiesMax
  const top = Number(text)
  if (!/^\d{1,9}$/.test(text) || top < 1 || top > pageEntitiesMax) {
    throw invalidQuery('$top', text, 'expected 1 to 1000')
  }
  return top
}

/** A place to go on from, in a form that is not to be looked at. */
export function toToken(key: string): string {
  return `1!${Buffer.byteLength(key)}!${Buffer.from(key).toString('base64url')}`
}

/** What `toToken` wrote; nothing for the first page. */
export function readToken(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const [, token] = /^1!\d+!([\w-]*)$/.exec(text) ?? []
  if (token === undefined) throw invalidQuery(name, text, 'expected what a query answered')
  return Buffer.from(token, 'base64url').toString()
}

/** https://learn.microsoft.com/rest/api/storageservices/query-tables */
async function query(call: TableCall): Promise<Answer> {
  const { request } = call
  const filter = readFilter(request.query)
  const top = readTop(request.query)
  const from = readToken(request.query, 'NextTableName') ?? ''
  const found: TableRecord[] = []
  for await (const table of tablesFrom(call, from)) {
    if (filter && !isMeant(filter, table)) continue
    found.push(table)
    if (found.length > top) break
  }
  const next = found[top]?.name
  const values = found.slice(0, top).map(({ name }) => `{${tableMembers(call, name).join(',')}}`)
  const answer = jsonAnswer(request, {
    context: 'Tables',
    members: [`"value":[${values.join(',')}]`],
  })
  const headers = {
    ...answer.headers,
    'x-ms-continuation-nexttablename': next === undefined ? undefined : toToken(next),
  }
  return { ...answer, headers }
}

async function* tablesFrom({ storage, request }: TableCall, first: string) {
  let from = first
  for (;;) {
    const page = await storage.tables.list(request.account.name, from, readEntitiesMax)
    yield* page
    const last = page.at(-1)
    if (!last || page.length < readEntitiesMax) return
    from = `${last.name}\u0001`
  }
}

function isMeant(filter: Filter, { name }: TableRecord): boolean {
  return evaluateFilter(filter, (property) =>
    property === 'TableName' ? { type: 'Edm.String', value: name } : undefined,
  )
}

function tableMembers({ request }: TableCall, name: string): string[] {
  const own = member('TableName', name)
  if (metadataLevelOf(request) !== 'full') return [own]
  const path = `Tables('${name}')`
  return [
    member('odata.type', `${request.named.name}.Tables`),
    member('odata.id', `${request.endpoint}/${path}`),
    member('odata.editLink', path),
    own,
  ]
}

/** https://learn.microsoft.com/rest/api/storageservices/create-table */
async function create(call: TableCall): Promise<Answer> {
  const { storage, request } = call
  const json = tryParseJson(await readText(request, entityBodyBytesMax))
  const name = isJsonObject(json) ? stringMember(json, 'TableName') : undefined
  if (name === undefined) throw inputInvalid()
  const isEchoed = wantsContent(request)
  const answer = jsonAnswer(request, {
    context: 'Tables/@Element',
    members: tableMembers(call, name),
  })
  await storage.tables.create(request.account.name, name)
  const location = { location: `${request.endpoint}/Tables('${name}')` }
  return isEchoed
    ? { ...answer, status: 201, headers: { ...answer.headers, ...location } }
    : { status: 204, headers: { ...location, 'preference-applied': 'return-no-content' } }
}

async function getTable(call: TableCall): Promise<Answer> {
  const { name } = tableOf(call)
  const members = tableMembers(call, name)
  return jsonAnswer(call.request, { context: 'Tables/@Element', members })
}

async function remove(call: TableCall): Promise<Answer> {
  await call.storage.tables.delete(tableOf(call))
  return { status: 204 }
}

async function getPolicies(call: TableCall): Promise<Answer> {
  return xmlAnswer(policiesXml(tableOf(call).policies))
}

async function putPolicies(call: TableCall): Promise<Answer> {
  const text = await readText(call.request, xmlBodyBytesMax)
  await call.storage.tables.setPolicies(tableOf(call), readPolicies(text))
  return { status: 204 }
}
