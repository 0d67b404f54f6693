/** The managed connector `azureblob`: https://learn.microsoft.com/connectors/azureblob/ */
import { buffer } from 'node:stream/consumers'
import { formatTraceparent } from '../../base/trace-context.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import type {
  ManagedConnector,
  ManagedConnectorAnswer,
} from '../../services/logic-apps/managed-connector.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'
import { blobExists, blobNotFound, invalidUri } from '../../services/storage/errors.ts'
import { listBlobs, type ListedItem } from '../../services/storage/listing.ts'
import type { BlobName, Storage } from '../../services/storage/service.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { BlobConnections, isTrue, splitContainer, type BlobAction } from './blob-connection.ts'
import { bytesOf, contentOf, inferredType } from './blob-content.ts'
import { managedConnector, type ManagedOperation, type OperationCall } from './managed-operation.ts'

const folderPageMax = 5_000
const onlyCurrent = { snapshots: false, versions: false, deleted: false, uncommitted: false }
/** What the designer writes where the connection itself names the account. */
const fromSettings = /^(?:AccountNameFromSettings|default)$/i

export function blobConnector(
  storage: Storage,
  resources: ResourceManager,
  principalOf: PrincipalOfApp,
): ManagedConnector {
  const parts = { storage, connections: new BlobConnections(storage, principalOf) }
  const operations = operationsOf(parts)
  // The first version of each has no account in its path.
  const first = operations.map((each) => ({
    ...each,
    path: each.path.replace('/v2/datasets/{account}/', '/datasets/default/'),
    id: each.id.replace(/_V[24]$/, ''),
  }))
  return managedConnector('azureblob', resources, [...operations, ...first])
}

interface Parts {
  readonly storage: Storage
  readonly connections: BlobConnections
}

function operationsOf(parts: Parts): readonly ManagedOperation[] {
  const files = '/v2/datasets/{account}/files'
  const byId = (call: OperationCall) => pathOfId(call.named('id'))
  const byPath = (call: OperationCall) => call.query('path') ?? ''
  const metadata = (pathOf: (call: OperationCall) => string) => async (call: OperationCall) =>
    describe(parts, await nameOf(parts, call, { action: 'read', path: pathOf(call) }))
  const content = (pathOf: (call: OperationCall) => string) => async (call: OperationCall) =>
    readFile(parts, call, await nameOf(parts, call, { action: 'read', path: pathOf(call) }))
  return [
    { method: 'post', path: files, id: 'CreateFile_V2', answer: (call) => createFile(parts, call) },
    { method: 'get', path: `${files}/{id}`, id: 'GetFileMetadata_V2', answer: metadata(byId) },
    {
      method: 'put',
      path: `${files}/{id}`,
      id: 'UpdateFile_V2',
      answer: (call) => updateFile(parts, call),
    },
    {
      method: 'delete',
      path: `${files}/{id}`,
      id: 'DeleteFile_V2',
      answer: (call) => deleteFile(parts, call),
    },
    {
      method: 'get',
      path: `${files}/{id}/content`,
      id: 'GetFileContent_V2',
      answer: content(byId),
    },
    {
      method: 'get',
      path: '/v2/datasets/{account}/GetFileByPath',
      id: 'GetFileMetadataByPath_V2',
      answer: metadata(byPath),
    },
    {
      method: 'get',
      path: '/v2/datasets/{account}/GetFileContentByPath',
      id: 'GetFileContentByPath_V2',
      answer: content(byPath),
    },
    {
      method: 'get',
      path: '/v2/datasets/{account}/foldersV2/{id}',
      id: 'ListFolder_V4',
      answer: (call) => listFolder(parts, call, pathOfId(call.named('id'))),
    },
    {
      method: 'get',
      path: '/v2/datasets/{account}/foldersV2',
      id: 'ListRootFolder_V4',
      answer: (call) => listRoot(parts, call),
    },
    {
      method: 'post',
      path: '/v2/datasets/{account}/copyFile',
      id: 'CopyFile_V2',
      answer: (call) => copyFile(parts, call),
    },
  ]
}

async function createFile(parts: Parts, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const path = `${call.query('folderPath') ?? ''}/${call.query('name') ?? ''}`
  const name = await nameOf(parts, call, { action: 'write', path })
  return write(parts, call, name)
}

async function updateFile(parts: Parts, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const name = await nameOf(parts, call, { action: 'write', path: pathOfId(call.named('id')) })
  if (!(await parts.storage.findBlob(name))) throw blobNotFound()
  return write(parts, call, name)
}

async function write(
  { storage }: Parts,
  call: OperationCall,
  name: BlobName,
): Promise<ManagedConnectorAnswer> {
  const { bytes, contentType } = bytesOf(call.body ?? '')
  const given = call.header('content-type') ?? contentType
  const { trace } = call.providerCall({})
  const record = await storage.putBlob(name, {
    content: [bytes],
    headers: { contentType: given },
    trace: formatTraceparent(trace),
  })
  return { statusCode: 200, body: fileOf(record, name.container) }
}

async function deleteFile(parts: Parts, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const name = await nameOf(parts, call, { action: 'delete', path: pathOfId(call.named('id')) })
  await parts.storage.deleteBlob(name, formatTraceparent(call.providerCall({}).trace))
  return { statusCode: 200 }
}

async function describe({ storage }: Parts, name: BlobName): Promise<ManagedConnectorAnswer> {
  const record = await storage.findBlob(name)
  if (!record) throw blobNotFound()
  return { statusCode: 200, body: fileOf(record, name.container) }
}

async function readFile(
  { storage }: Parts,
  call: OperationCall,
  name: BlobName,
): Promise<ManagedConnectorAnswer> {
  const { record, content } = await storage.readBlob(name)
  const isInferred = isTrue(call.query('inferContentType') ?? 'true')
  const type = (isInferred ? inferredType(record.name) : undefined) ?? record.contentType
  const contentType = type ?? 'application/octet-stream'
  return {
    statusCode: 200,
    headers: { 'Content-Type': contentType, ETag: record.etag },
    body: contentOf(await buffer(content), contentType),
  }
}

async function copyFile(parts: Parts, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const { storage } = parts
  const [from, to] = [call.query('source') ?? '', call.query('destination') ?? '']
  const source = await nameOf(parts, call, { action: 'read', path: from })
  const destination = await nameOf(parts, call, { action: 'write', path: to })
  const isNew = !isTrue(call.query('overwrite') ?? 'false')
  if (isNew && (await storage.findBlob(destination))) throw blobExists()
  const { record, content } = await storage.readBlob(source)
  const { contentType, metadata } = record
  const trace = formatTraceparent(call.providerCall({}).trace)
  const copied = await storage.putBlob(destination, {
    content,
    headers: { contentType },
    metadata,
    trace,
  })
  return { statusCode: 200, body: fileOf(copied, destination.container) }
}

async function listFolder(
  parts: Parts,
  call: OperationCall,
  path: string,
): Promise<ManagedConnectorAnswer> {
  const { storage } = parts
  const { account } = await nameOf(parts, call, { action: 'read', path: `${path}/x` })
  const { container, folder } = splitContainer(path.replace(/^\//, ''))
  const place = {
    account: storage.accounts.get(account),
    container: await storage.containers.get(account, container),
  }
  const { items, next } = await listBlobs(storage.table, place, {
    prefix: folder,
    delimiter: isTrue(call.query('useFlatListing') ?? 'false') ? '' : '/',
    from: Buffer.from(call.query('nextPageMarker') ?? '', 'base64').toString('utf8'),
    limit: folderPageMax,
    include: onlyCurrent,
  })
  const value = items.flatMap((item) => entryOf(item, container))
  const nextPageMarker = next === undefined ? '' : Buffer.from(next).toString('base64')
  return { statusCode: 200, body: { value, nextLink: null, nextPageMarker } }
}

async function listRoot(parts: Parts, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const { storage, connections } = parts
  const account = await connections.account(connectionOf(parts, call), 'containers/read')
  const found = await storage.containers.list(account.name, '', folderPageMax)
  const value = found.map(({ name, modifiedMs }) => folderOf(`/${name}`, modifiedMs))
  return { statusCode: 200, body: { value, nextLink: null, nextPageMarker: '' } }
}

function entryOf(item: ListedItem, container: string): JsonObject[] {
  if (item.kind === 'blob') return [fileOf(item.record, container)]
  return item.kind === 'prefix' ? [folderOf(`/${container}/${item.name}`, undefined)] : []
}

function fileOf(record: BlobRecord, container: string): JsonObject {
  const path = `/${container}/${record.name}`
  const name = record.name.split('/').at(-1) ?? ''
  return {
    Id: idOfPath(path),
    Name: name,
    DisplayName: name,
    Path: path,
    LastModified: new Date(record.modifiedMs).toISOString(),
    Size: record.length,
    MediaType: record.contentType ?? 'application/octet-stream',
    IsFolder: false,
    ETag: record.etag,
    FileLocator: idOfPath(path),
    LastModifiedBy: null,
  }
}

function folderOf(path: string, modifiedMs: number | undefined): JsonObject {
  const name = path.replace(/\/$/, '').split('/').at(-1) ?? ''
  return {
    Id: idOfPath(path),
    Name: name,
    DisplayName: name,
    Path: path,
    LastModified: new Date(modifiedMs ?? 0).toISOString(),
    Size: 0,
    MediaType: '',
    IsFolder: true,
    ETag: '',
    FileLocator: idOfPath(path),
    LastModifiedBy: null,
  }
}

/** The account of the path, or of the connection; the only one there is where neither says. */
function connectionOf(
  { storage }: Parts,
  call: OperationCall,
): {
  readonly app: string
  readonly connection: ReturnType<OperationCall['providerCall']>['connection']
} {
  const named = call.named('account')
  const own = stringMember(call.values, 'accountName') ?? ''
  const [only, second] = storage.accounts.declared()
  const given = named === '' || fromSettings.test(named) ? own : named
  const account = given === '' && only && !second ? only.name : given
  const host = URL.canParse(account) ? new URL(account).hostname : account
  const { app, connection } = call.providerCall({})
  const key = stringMember(call.values, 'accessKey')
  const name = host.split('.')[0] ?? ''
  return {
    app,
    connection: {
      ...connection,
      parameterValues:
        key === undefined || key === ''
          ? { ...call.values, blobStorageEndpoint: `https://${name}.blob.core.windows.net` }
          : { connectionString: `AccountName=${name};AccountKey=${key}` },
    },
  }
}

function nameOf(
  parts: Parts,
  call: OperationCall,
  wanted: { readonly action: 'read' | 'write' | 'delete'; readonly path: string },
): Promise<BlobName> {
  const path = wanted.path.replaceAll(/\/{2,}/g, '/').replace(/^\//, '')
  const slash = path.indexOf('/')
  if (slash < 1 || slash === path.length - 1) throw invalidUri()
  const action: BlobAction = `containers/blobs/${wanted.action}`
  return parts.connections.named(connectionOf(parts, call), action, {
    container: path.slice(0, slash),
    blob: path.slice(slash + 1),
  })
}

/** An id is its path, encoded; definitions also write the path itself. */
function pathOfId(id: string): string {
  if (id.includes('/')) return id
  const text = Buffer.from(id, 'base64').toString('utf8')
  if (!/^(?:\/|%2f)/i.test(text)) return id
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function idOfPath(path: string): string {
  return Buffer.from(
    encodeURIComponent(path).replaceAll(/%[\dA-F]{2}/g, (each) => each.toLowerCase()),
  ).toString('base64')
}
