import { STATUS_CODES } from 'node:http'
import { ServiceError } from '../../../base/errors.ts'
import { newUuid } from '../../../base/ids.ts'
import type { Answer } from '../answer.ts'
import { permissionMismatch } from '../access-errors.ts'
import { readText } from '../body.ts'
import {
  boundaryOf,
  readPart,
  readPartRequest,
  splitParts,
  type PartRequest,
} from '../multipart.ts'
import { headerOf, toStorageRequest, type StorageRequest } from '../storage-request.ts'
import { changedId, ChangeRefused, type EntityChange } from './entities.ts'
import { entityPath } from './entity-json.ts'
import { changeAnswer, readChange, type ChangeOperation } from './entity-operations.ts'
import { differentPartitions, duplicateRow, inputInvalid, tableNotFound } from './errors.ts'
import { faultBody } from './json-fault.ts'
import { transactionBytesMax, transactionCountMax } from './limits.ts'
import type { TableCall, TableOperation } from './operation.ts'
import { tableAddressOf, type TableAddress } from './table-address.ts'
import { checkSasTable } from './table-target.ts'

/** Finds what a part asks for; given, since the table of operations has this one too. */
type FindChange = (request: StorageRequest, address: TableAddress) => ChangeOperation

/** https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
export function transactionOperation(find: FindChange): TableOperation {
  return {
    level: 'batch',
    method: 'POST',
    comp: '',
    name: 'Entity Group Transaction',
    permission: {
      sas: 'raud',
      action: 'tables/entities/write',
      otherAction: 'tables/entities/read',
    },
    handle: (call) => transact(call, find),
  }
}

/** One change of the transaction. */
interface TransactionPart {
  readonly contentId: string
  readonly request: StorageRequest
  readonly address: TableAddress
  readonly change: EntityChange
}

async function transact(call: TableCall, find: FindChange): Promise<Answer> {
  const { request } = call
  const boundary = boundaryOf(headerOf(request.headers, 'content-type') ?? '')
  const body = await readText(request, transactionBytesMax)
  const requests = changesetOf(body, boundary)
  try {
    return multipart(await runParts(call, requests, find))
  } catch (error) {
    if (!(error instanceof ChangeRefused)) throw error
    // The message begins with the place of the change that was refused; the others are not made.
    const { fault, index } = error
    const message = `${index}:${fault.message}`
    const refusal = new ServiceError(fault.code, fault.status, message, { cause: error })
    const answer: Answer = {
      status: fault.status,
      headers: { 'content-type': 'application/json;odata=minimalmetadata;charset=utf-8' },
      body: faultBody(call.storage, refusal, request.origin.requestId),
    }
    return multipart([{ contentId: requests[index]?.contentId ?? '', answer }])
  }
}

function changesetOf(body: string, boundary: string): readonly PartRequest[] {
  const [section, second] = splitParts(body, boundary, 1)
  if (section === undefined || second !== undefined) {
    throw inputInvalid('A batch request has one changeset.')
  }
  const part = readPart(section)
  const type = String(part.headers['content-type'] ?? '')
  if (!/^multipart\/mixed/i.test(type)) {
    throw inputInvalid('A batch request has one changeset; a query is sent by itself.')
  }
  const requests = splitParts(part.body, boundaryOf(type), transactionCountMax).map(readPartRequest)
  if (requests.length === 0 || requests.length > transactionCountMax) {
    throw inputInvalid(
      'The batch request operation exceeds the maximum 100 changes per change set.',
    )
  }
  return requests
}

interface PartAnswer {
  readonly contentId: string
  readonly answer: Answer
  /** `Flights(PartitionKey='AA',RowKey='123')` with its endpoint. */
  readonly location?: string
}

async function runParts(
  call: TableCall,
  requests: readonly PartRequest[],
  find: FindChange,
): Promise<readonly PartAnswer[]> {
  const parts: TransactionPart[] = []
  for (const [index, each] of requests.entries()) {
    parts.push(await indexed(index, () => toPart(call, each, find)))
  }
  checkGroup(parts)
  const { storage, request } = call
  const { account, origin } = request
  const name = parts[0]?.address.table ?? ''
  const table = await indexed(0, async () => {
    const found = await storage.tables.find(account.name, name)
    if (!found) throw tableNotFound()
    return found
  })
  const changes = parts.map(({ change }) => change)
  const entities = await storage.entities.changeAll(table, changes, origin.trace)
  return parts.flatMap((part, index) => {
    const entity = entities[index]
    if (!entity) return []
    const location = `${request.endpoint}/${entityPath(name, entity)}`
    const { contentId, change } = part
    return [{ contentId, location, answer: changeAnswer(part, change, entity) }]
  })
}

/** Says which part a fault is of. */
async function indexed<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ServiceError ? new ChangeRefused(index, error) : error
  }
}

async function toPart(
  call: TableCall,
  part: PartRequest,
  find: FindChange,
): Promise<TransactionPart> {
  const { storage, request: whole, caller } = call
  const { isSecure, address: from, version, origin } = whole
  const request = toStorageRequest(
    {
      headers: { ...part.headers, host: whole.headers.host },
      url: part.url,
      method: part.method,
      isSecure,
      address: from,
      requestId: origin.requestId,
      version,
      message: undefined,
    },
    { accounts: storage.accounts, service: 'table' },
  )
  if (request.account.name !== whole.account.name) throw inputInvalid()
  const address = tableAddressOf(request.segments)
  const operation = find(request, address)
  if (caller.sas?.kind === 'service') checkSasTable(caller.sas, address.table)
  for (const needed of [operation.permission, operation.alsoNeeds]) {
    if (needed && !(await caller.may(needed))) throw permissionMismatch()
  }
  const change = readChange({ address, caller, request }, operation, part.body)
  return { contentId: part.contentId, request, address, change }
}

/** All are of one partition of one table, and each of another entity. */
function checkGroup(parts: readonly TransactionPart[]): void {
  const [first] = parts
  const seen = new Set<string>()
  for (const [index, { address, change }] of parts.entries()) {
    const isSame =
      address.table.toLowerCase() === first?.address.table.toLowerCase() &&
      change.partitionKey === first.change.partitionKey
    if (!isSame) throw new ChangeRefused(index, differentPartitions())
    const id = changedId(change)
    if (seen.has(id)) throw new ChangeRefused(index, duplicateRow())
    seen.add(id)
  }
}

const headerNames: Readonly<Record<string, string>> = {
  etag: 'ETag',
  location: 'Location',
  'content-type': 'Content-Type',
  'preference-applied': 'Preference-Applied',
}

function multipart(answers: readonly PartAnswer[]): Answer {
  const [batch, changeset] = [`batchresponse_${newUuid()}`, `changesetresponse_${newUuid()}`]
  const parts = answers.map((each) => `--${changeset}\r\n${partText(each)}`)
  const body = [
    `--${batch}\r\nContent-Type: multipart/mixed; boundary=${changeset}\r\n\r\n`,
    ...parts,
    `--${changeset}--\r\n--${batch}--\r\n`,
  ].join('')
  return { status: 202, headers: { 'content-type': `multipart/mixed; boundary=${batch}` }, body }
}

function partText({ contentId, answer, location }: PartAnswer): string {
  const { status, headers = {}, body } = answer
  const id = location === undefined ? {} : { dataserviceid: location }
  const lines = Object.entries({ dataserviceversion: '3.0;', ...id, ...headers }).map(
    ([name, value]) => `${headerNames[name] ?? name}: ${String(value)}\r\n`,
  )
  return [
    'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n',
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`,
    contentId === '' ? '' : `Content-ID: ${contentId}\r\n`,
    'X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\n',
    ...lines,
    `\r\n${typeof body === 'string' ? body : ''}\r\n`,
  ].join('')
}
