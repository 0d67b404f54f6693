import type { Answer } from './answer.ts'
import { getBlob, readable } from './blob-reads.ts'
import { writtenHeaders } from './blob-headers.ts'
import { leaseBlob, setProperties } from './blob-changes.ts'
import { deleteBlob } from './blob-removal.ts'
import { withBody } from './body.ts'
import { isContainerName } from './container.ts'
import {
  invalidHeader,
  invalidQuery,
  invalidResourceName,
  missingQuery,
  notSupported,
} from './errors.ts'
import { putBlobBytesMax } from './limits.ts'
import { placeOf, type StorageCall } from './operation.ts'
import { getAccess, putAccess, putAccessRecursive } from './path-access-operations.ts'
import type { PathOperation } from './path-operation.ts'
import { hierarchyNeeded, pathNotFound } from './path-errors.ts'
import { newAccess, pathHeaders, readProperties } from './path-headers.ts'
import {
  createFilesystem,
  deleteFilesystem,
  getFilesystem,
  listFilesystems,
  listPaths,
  setFilesystem,
} from './filesystem-operations.ts'
import { appendToPath, createPath, deleteDirectory, flushPath, renamePath } from './paths.ts'
import { readConditions, readContentHeaders, readLeaseAction } from './request-headers.ts'
import { headerOf } from './storage-request.ts'

const blobs = 'containers/blobs'
const read = { sas: 'r', action: `${blobs}/read`, publicAccess: 'blob' } as const
const write = { sas: 'w', action: `${blobs}/write` } as const
const create = { sas: 'cw', action: `${blobs}/write` } as const
const path = { level: 'blob' } as const
const filesystem = { level: 'container', what: 'filesystem' } as const

/** https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2 */
export const pathOperations: readonly PathOperation[] = [
  {
    level: 'service',
    method: 'GET',
    what: 'account',
    name: 'Filesystem - List',
    permission: { sas: '', accountSas: 'l', action: 'containers/read' },
    handle: listFilesystems,
  },
  {
    ...filesystem,
    method: 'PUT',
    name: 'Filesystem - Create',
    permission: { sas: '', accountSas: 'cw', action: 'containers/write' },
    handle: createFilesystem,
  },
  {
    ...filesystem,
    method: 'PATCH',
    name: 'Filesystem - Set Properties',
    permission: { sas: 'w', action: 'containers/write' },
    handle: setFilesystem,
  },
  {
    ...filesystem,
    method: 'HEAD',
    name: 'Filesystem - Get Properties',
    permission: { sas: 'r', action: 'containers/read' },
    handle: getFilesystem,
  },
  {
    ...filesystem,
    method: 'DELETE',
    name: 'Filesystem - Delete',
    permission: { sas: '', accountSas: 'd', action: 'containers/delete' },
    handle: deleteFilesystem,
  },
  {
    ...filesystem,
    method: 'GET',
    name: 'Path - List',
    permission: { sas: 'l', action: `${blobs}/read` },
    handle: listPaths,
  },
  {
    ...path,
    method: 'PUT',
    what: 'rename',
    name: 'Path - Rename',
    permission: { sas: 'mw', action: `${blobs}/move/action` },
    handle: rename,
  },
  {
    ...path,
    method: 'PUT',
    what: 'file',
    name: 'Path - Create File',
    permission: create,
    handle: makeFile,
  },
  {
    ...path,
    method: 'PUT',
    what: 'directory',
    name: 'Path - Create Directory',
    permission: create,
    handle: makeDirectory,
  },
  {
    ...path,
    method: 'PATCH',
    what: 'append',
    name: 'Path - Append',
    permission: write,
    handle: append,
  },
  {
    ...path,
    method: 'PATCH',
    what: 'flush',
    name: 'Path - Flush',
    permission: write,
    handle: flush,
  },
  {
    ...path,
    method: 'PATCH',
    what: 'setproperties',
    name: 'Path - Set Properties',
    permission: write,
    handle: putProperties,
  },
  {
    ...path,
    method: 'PATCH',
    what: 'setaccesscontrol',
    name: 'Path - Set Access Control',
    permission: { sas: 'p', action: `${blobs}/modifyPermissions/action` },
    handle: putAccess,
  },
  {
    ...path,
    method: 'PATCH',
    what: 'setaccesscontrolrecursive',
    name: 'Path - Set Access Control Recursive',
    permission: { sas: 'p', action: `${blobs}/modifyPermissions/action` },
    handle: putAccessRecursive,
  },
  {
    ...path,
    method: 'POST',
    what: 'lease',
    name: 'Path - Lease',
    permission: write,
    handle: lease,
  },
  {
    ...path,
    method: 'HEAD',
    what: 'getaccesscontrol',
    name: 'Path - Get Access Control',
    permission: read,
    handle: getAccess,
  },
  {
    ...path,
    method: 'HEAD',
    what: 'getstatus',
    name: 'Path - Get Status',
    permission: read,
    handle: getProperties,
  },
  {
    ...path,
    method: 'HEAD',
    what: '',
    name: 'Path - Get Properties',
    permission: read,
    handle: getProperties,
  },
  { ...path, method: 'GET', what: '', name: 'Path - Read', permission: read, handle: getBlob },
  {
    ...path,
    method: 'DELETE',
    what: '',
    name: 'Path - Delete',
    permission: { sas: 'd', action: `${blobs}/delete` },
    handle: remove,
  },
]

async function makeFile(call: StorageCall): Promise<Answer> {
  return make(call, false)
}

async function makeDirectory(call: StorageCall): Promise<Answer> {
  if (!call.request.account.isHierarchical) throw hierarchyNeeded()
  return make(call, true)
}

async function make(call: StorageCall, isDirectory: boolean): Promise<Answer> {
  const { storage, request, caller } = call
  refuseOnWrites(call)
  const conditions = readConditions(request.headers)
  const record = await createPath(storage.table, placeOf(call), {
    given: {
      isDirectory,
      headers: contentHeaders(call),
      metadata: readProperties(request),
      access: newAccess(call, isDirectory),
      conditions: caller.isCreator ? { ...conditions, ifNoneMatch: '*' } : conditions,
    },
    origin: request.origin,
  })
  return {
    status: 201,
    headers: { ...writtenHeaders(record), 'x-ms-request-server-encrypted': 'true' },
  }
}

/** Writes that take a lease or set an expiry on the way. */
function refuseOnWrites({ request }: StorageCall): void {
  for (const name of ['x-ms-lease-action', 'x-ms-proposed-lease-id', 'x-ms-expiry-option']) {
    const isGiven = headerOf(request.headers, name) !== undefined
    if (isGiven) throw notSupported(`The header ${name} of a write`)
  }
}

// The Data Lake endpoint has names of its own for the headers of a file.
function contentHeaders({ request }: StorageCall) {
  const { headers } = request
  const of = (name: string) => headerOf(headers, `x-ms-${name}`)
  return {
    contentType: of('content-type'),
    contentEncoding: of('content-encoding'),
    contentLanguage: of('content-language'),
    contentDisposition: of('content-disposition'),
    cacheControl: of('cache-control'),
    contentMd5: of('content-md5') ?? readContentHeaders(headers, { isBody: false }).contentMd5,
  }
}

async function rename(call: StorageCall): Promise<Answer> {
  const { storage, request, caller } = call
  if (!request.account.isHierarchical) throw hierarchyNeeded()
  const source = headerOf(request.headers, 'x-ms-rename-source') ?? ''
  const [given = '', query = ''] = source.split('?')
  if (query.includes('sig=') && caller.kind !== 'key') throw notSupported('A signed rename source')
  const segments = decodeURIComponent(given).split('/').slice(1)
  // A path-style address begins with the account.
  if (segments[0] === request.named.name) segments.shift()
  const [container = '', ...names] = segments
  if (!isContainerName(container)) throw invalidResourceName()
  const { account } = request
  const from = {
    account,
    container: await storage.containers.get(account.name, container),
    name: names.join('/'),
  }
  const record = await renamePath(
    storage.table,
    { from, to: placeOf(call) },
    {
      conditions: readConditions(request.headers),
      sourceConditions: readConditions(request.headers, 'x-ms-source-'),
      origin: request.origin,
    },
  )
  return { status: 201, headers: { ...writtenHeaders(record), 'content-length': 0 } }
}

async function append(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  refuseOnWrites(call)
  const { table } = storage
  const position = positionOf(call)
  return withBody(request, { table, bytesMax: putBlobBytesMax }, async (staged, hashes) => {
    if (staged.length === 0) throw invalidHeader('Content-Length', '0')
    const conditions = { leaseId: headerOf(request.headers, 'x-ms-lease-id') }
    const { origin } = request
    const place = placeOf(call)
    await appendToPath(table, place, { staged, position, conditions, origin })
    const isFlushed = request.query.get('flush')?.toLowerCase() === 'true'
    const answer = { status: 202, headers: { 'content-md5': hashes.md5 } }
    if (!isFlushed) return answer
    const record = await flushPath(table, place, {
      position: position + staged.length,
      headers: {},
      isClosed: false,
      isRetained: false,
      conditions,
      origin,
    })
    return { ...answer, headers: { ...writtenHeaders(record), ...answer.headers } }
  })
}

async function flush(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const isTrue = (name: string) => request.query.get(name)?.toLowerCase() === 'true'
  const record = await flushPath(storage.table, placeOf(call), {
    position: positionOf(call),
    headers: contentHeaders(call),
    isClosed: isTrue('close'),
    isRetained: isTrue('retainuncommitteddata') || isTrue('retainUncommittedData'),
    conditions: readConditions(request.headers),
    origin: request.origin,
  })
  return { status: 200, headers: { ...writtenHeaders(record), 'content-length': 0 } }
}

function positionOf({ request }: StorageCall): number {
  const text = request.query.get('position')
  if (text === null) throw missingQuery('position')
  if (!/^\d{1,16}$/.test(text)) throw invalidQuery('position', text, 'expected a whole number')
  return Number(text)
}

async function putProperties(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const record = await setProperties(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    origin: request.origin,
    headers: contentHeaders(call),
    metadata:
      headerOf(request.headers, 'x-ms-properties') === undefined
        ? undefined
        : readProperties(request),
  })
  return { status: 200, headers: writtenHeaders(record) }
}

async function lease(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const action = readLeaseAction(request.headers)
  const { leaseId: _id, ...conditions } = readConditions(request.headers)
  const { origin } = request
  const outcome = await leaseBlob(storage.table, placeOf(call), { action, conditions, origin })
  const status = action.kind === 'acquire' ? 201 : action.kind === 'break' ? 202 : 200
  const time = action.kind === 'break' ? Math.ceil(outcome.remainingMs / 1000) : undefined
  const headers = { 'x-ms-lease-id': outcome.lease?.id, 'x-ms-lease-time': time }
  return { status, headers: { ...writtenHeaders(outcome.record), ...headers } }
}

async function getProperties(call: StorageCall): Promise<Answer> {
  const record = await readable(call)
  const headers = pathHeaders(record, call.storage.clock.now())
  return { status: 200, headers: { ...headers, 'content-length': record.length } }
}

async function remove(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const place = placeOf(call)
  const found = await storage.table.find(place)
  if (!found) throw pathNotFound()
  const conditions = readConditions(request.headers)
  const { origin } = request
  if (found.isDirectory === true) {
    const isRecursive = request.query.get('recursive')?.toLowerCase() === 'true'
    const isDone = await deleteDirectory(storage.table, place, { isRecursive, conditions, origin })
    const continuation = isDone ? undefined : 'more'
    return { status: 200, headers: { 'x-ms-continuation': continuation } }
  }
  const api = 'DeleteFile'
  await deleteBlob(storage.table, place, { conditions, origin, snapshots: 'include', api })
  return { status: 200 }
}
