/**
 * The operations `AzureBlob` of workflows -> blobs and containers.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azureblob/#actions
 */
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import { sign } from '../../protocols/auth/shared-key.ts'
import { parseStorageSas, serviceSasText } from '../../protocols/auth/storage-sas.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderOutputs,
} from '../../services/logic-apps/service-provider.ts'
import { endpointOf, type Account } from '../../services/storage/account.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'
import type { ContainerRecord } from '../../services/storage/container.ts'
import { blobNotFound } from '../../services/storage/errors.ts'
import { listBlobs } from '../../services/storage/listing.ts'
import type { BlobName, Storage } from '../../services/storage/service.ts'
import { BlobConnections, isTrue, required, splitContainer } from './blob-connection.ts'
import { blobItem, blobProperties, bytesOf, contentOf, inferredType } from './blob-content.ts'
import type { PrincipalOfApp } from './app-principal.ts'

type Actions = ServiceProvider['actions']

/** Items of one answer of a listing. */
const pageMax = 5_000
const sasVersion = '2022-11-02'
const sasLifeMs = 86_400_000

export function logicAppsToStorage(storage: Storage, principalOf: PrincipalOfApp): Actions {
  const connections = new BlobConnections(storage, principalOf)
  const parts = { storage, connections }
  return {
    ...byBlob(connections, 'read', {
      readBlob: (call, name) => readBlob(storage, call, name),
      blobExists: (_, name) => blobExists(storage, name),
      getBlobMetadata: async (_, name) => blobItem(await found(storage, name), name.container),
      getBlobSASUri: async (call, name) => ({ blobUri: sasUri(storage, call, name) }),
    }),
    ...byBlob(connections, 'write', {
      uploadBlob: (call, name) => uploadBlob(storage, call, name),
    }),
    ...byBlob(connections, 'delete', {
      deleteBlob: async (call, name) => {
        await storage.deleteBlob(name, formatTraceparent(call.trace))
        return undefined
      },
    }),
    copyBlob: (call) => copyBlob(parts, call),
    copyBlobFromUri: (call) => copyBlobFromUri(parts, call),
    listBlobs: (call) => listInContainer(parts, call, required(call.parameters, 'containerName')),
    listBlobsFromUri: (call) => listInContainer(parts, call, required(call.parameters, 'blobUri')),
    listBlobDirectories: (call) => listDirectories(parts, call),
    listContainers: (call) => listContainers(parts, call),
    getContainerMetadata: async (call) => ({ body: containerItem(await container(parts, call)) }),
    getAccessPolicies: async (call) => ({ body: policiesOf(await container(parts, call)) }),
  }
}

interface Parts {
  readonly storage: Storage
  readonly connections: BlobConnections
}

type BlobWork = (call: ServiceProviderCall, name: BlobName) => Promise<JsonObject | undefined>

/** Each operation twice: by container and name, and with `FromUri` by path. */
function byBlob(
  connections: BlobConnections,
  right: 'read' | 'write' | 'delete',
  works: Readonly<Record<string, BlobWork>>,
): Actions {
  const actions: Record<string, Actions[string]> = {}
  const action = `containers/blobs/${right}` as const
  for (const [operation, work] of Object.entries(works)) {
    actions[operation] = async (call) =>
      outputs(await work(call, await connections.blob(call, action)))
    // https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azureblob/: there is none of this one.
    if (operation === 'blobExists') continue
    actions[`${operation}FromUri`] = async (call) =>
      outputs(await work(call, await connections.blobAt(call, action, 'blobUri')))
  }
  return actions
}

function outputs(body: JsonObject | undefined): ServiceProviderOutputs {
  return body ? { body } : {}
}

async function readBlob(
  storage: Storage,
  { parameters }: ServiceProviderCall,
  name: BlobName,
): Promise<JsonObject> {
  const { record, content } = await storage.readBlob(name)
  const inferred = isTrue(parameters['inferContentType']) ? inferredType(record.name) : undefined
  return {
    content: contentOf(await buffer(content), inferred ?? record.contentType),
    ...described(record, name.container),
  }
}

async function blobExists(storage: Storage, name: BlobName): Promise<JsonObject> {
  const record = await storage.findBlob(name)
  if (!record) return { isBlobExists: false, properties: null, metadata: null }
  return { isBlobExists: true, ...described(record, name.container) }
}

async function uploadBlob(
  storage: Storage,
  { parameters, trace }: ServiceProviderCall,
  name: BlobName,
): Promise<JsonObject> {
  const { bytes, contentType } = bytesOf(parameters['content'] ?? null)
  const record = await storage.putBlob(name, {
    content: [bytes],
    headers: { contentType, contentMd5: createHash('md5').update(bytes).digest('base64') },
    isNew: isRefusedToOverwrite(parameters),
    trace: formatTraceparent(trace),
  })
  return described(record, name.container)
}

async function copyBlob(parts: Parts, call: ServiceProviderCall): Promise<ServiceProviderOutputs> {
  const { connections } = parts
  const { parameters } = call
  const source = await connections.named(call, 'containers/blobs/read', {
    container: required(parameters, 'sourceContainerName'),
    blob: required(parameters, 'sourceBlobName'),
  })
  const destination = await connections.named(call, 'containers/blobs/write', {
    container: required(parameters, 'destinationContainerName'),
    blob: required(parameters, 'destinationBlobName'),
  })
  return { body: await copy(parts.storage, call, { source, destination }) }
}

async function copyBlobFromUri(
  { storage, connections }: Parts,
  call: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const source = await connections.blobAt(call, 'containers/blobs/read', 'sourceBlobUri')
  const destination = await connections.blobAt(call, 'containers/blobs/write', 'destinationBlobUri')
  return { body: await copy(storage, call, { source, destination }) }
}

async function copy(
  storage: Storage,
  { parameters, trace }: ServiceProviderCall,
  names: { readonly source: BlobName; readonly destination: BlobName },
): Promise<JsonObject> {
  const { source, destination } = names
  const { record, content } = await storage.readBlob(source)
  const { contentType, contentEncoding, contentLanguage } = record
  const { contentMd5, contentDisposition, cacheControl } = record
  const typed = { contentType, contentEncoding, contentLanguage }
  const copied = await storage.putBlob(destination, {
    content,
    headers: { ...typed, contentMd5, contentDisposition, cacheControl },
    metadata: record.metadata,
    isNew: isRefusedToOverwrite(parameters),
    trace: formatTraceparent(trace),
  })
  return blobItem(copied, destination.container)
}

async function listInContainer(
  { storage, connections }: Parts,
  call: ServiceProviderCall,
  path: string,
): Promise<ServiceProviderOutputs> {
  const { parameters } = call
  const place = await containerOf({ storage, connections }, call, path)
  const { items, next } = await listBlobs(storage.table, place, {
    prefix: `${place.folder}${stringMember(parameters, 'blobNamePrefix') ?? ''}`,
    delimiter: isTrue(parameters['excludeSubFolderBlobs']) ? '/' : '',
    from: fromMarker(stringMember(parameters, 'pageMarker')),
    limit: pageMax,
    include: onlyCurrent,
  })
  const blobs = items.flatMap((item) =>
    item.kind === 'blob' ? [blobItem(item.record, place.container.name)] : [],
  )
  return { body: { blobs, pageMarker: toMarker(next) } }
}

async function listDirectories(
  parts: Parts,
  call: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const { storage } = parts
  const place = await containerOf(parts, call, required(call.parameters, 'containerName'))
  const prefix = `${place.folder}${stringMember(call.parameters, 'blobNamePrefix') ?? ''}`
  const blobDirectories: JsonValue[] = []
  for (let from: string | undefined = ''; from !== undefined;) {
    const request = { prefix, delimiter: '/', from, limit: pageMax, include: onlyCurrent }
    const { items, next } = await listBlobs(storage.table, place, request)
    for (const item of items) if (item.kind === 'prefix') blobDirectories.push({ name: item.name })
    from = next
  }
  return { body: { blobDirectories } }
}

async function listContainers(
  { storage, connections }: Parts,
  call: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const account = await connections.account(call, 'containers/read')
  const from = fromMarker(stringMember(call.parameters, 'pageMarker'))
  const found = await storage.containers.list(account.name, from, pageMax + 1)
  const containers = found.slice(0, pageMax).map(containerItem)
  return { body: { containers, pageMarker: toMarker(found[pageMax]?.name) } }
}

async function container(parts: Parts, call: ServiceProviderCall): Promise<ContainerRecord> {
  return (await containerOf(parts, call, required(call.parameters, 'containerName'))).container
}

async function containerOf(
  { storage, connections }: Parts,
  call: ServiceProviderCall,
  path: string,
): Promise<{ account: Account; container: ContainerRecord; folder: string }> {
  const account = await connections.account(call, 'containers/blobs/read')
  const { container: name, folder } = splitContainer(path)
  return { account, container: await storage.containers.get(account.name, name), folder }
}

function containerItem({ name, etag, modifiedMs }: ContainerRecord): JsonObject {
  return { name, eTag: etag, lastModifiedTime: new Date(modifiedMs).toISOString() }
}

function policiesOf({ policies }: ContainerRecord): JsonValue[] {
  return policies.map(({ permission, expiry, start }) => ({
    permissions: permission ?? null,
    policyExpiresOn: expiry ?? null,
    policyStartsOn: start ?? null,
  }))
}

const permissionLetters: Readonly<Record<string, string>> = {
  read: 'r',
  add: 'a',
  create: 'c',
  write: 'w',
  delete: 'd',
  list: 'l',
  all: 'racwdl',
}

/** https://learn.microsoft.com/rest/api/storageservices/create-service-sas */
function sasUri(storage: Storage, { parameters }: ServiceProviderCall, name: BlobName): string {
  const text = (field: string) => stringMember(parameters, field) ?? ''
  const nowMs = storage.clock.now()
  const policy = text('groupPolicyIdentifier')
  const own = policy === '' ? { se: new Date(nowMs + sasLifeMs), st: new Date(nowMs) } : {}
  const fields: readonly (readonly [string, string])[] = [
    ['sv', sasVersion],
    ['sr', 'b'],
    ['si', policy],
    ['sp', policy === '' ? lettersOf(text('permissions')) : ''],
    ['st', timeOf(text('startTime'), own.st)],
    ['se', timeOf(text('expiryTime'), own.se)],
    ['sip', text('ipAddressRange')],
    ['spr', protocolOf(text('sharedAccessProtocol'))],
  ]
  const given = fields.filter(([, value]) => value !== '').map(([...pair]) => pair)
  const query = new URLSearchParams([...given, ['sig', '']])
  const { keys } = storage.accounts.get(name.account)
  const sas = parseStorageSas(query)
  const resource = `/blob/${name.account}/${name.container}/${name.name}`
  if (sas) query.set('sig', sign(keys[0], serviceSasText(sas, resource, '')))
  const path = [name.container, ...name.name.split('/')].map(encodeURIComponent).join('/')
  return `${endpointOf(name.account, 'blob')}/${path}?${query.toString()}`
}

function lettersOf(permissions: string): string {
  const letters = (permissions === '' ? 'Read' : permissions)
    .split(',')
    .map((word) => permissionLetters[word.trim().toLowerCase()] ?? '')
    .join('')
  return sasLetters.filter((letter) => letters.includes(letter)).join('')
}

function timeOf(text: string, otherwise: Date | undefined): string {
  const time = Number.isNaN(Date.parse(text)) ? otherwise : new Date(text)
  return time ? `${time.toISOString().slice(0, 19)}Z` : ''
}

function protocolOf(word: string): string {
  const lower = word.toLowerCase()
  if (lower === 'https') return 'https'
  return lower === 'httpsandhttp' ? 'https,http' : ''
}

/** In the order that the service wants them. */
const sasLetters = ['r', 'a', 'c', 'w', 'd', 'l'] as const

const onlyCurrent = { snapshots: false, versions: false, deleted: false, uncommitted: false }

async function found(storage: Storage, name: BlobName): Promise<BlobRecord> {
  const record = await storage.findBlob(name)
  if (!record) throw blobNotFound()
  return record
}

function described(record: BlobRecord, containerName: string): JsonObject {
  return {
    properties: blobProperties(record, containerName),
    metadata: { ...record.metadata },
  }
}

function isRefusedToOverwrite(parameters: JsonObject): boolean {
  const given = parameters['overrideIfExists']
  return given !== undefined && given !== null && given !== '' && !isTrue(given)
}

function toMarker(next: string | undefined): string | null {
  return next === undefined ? null : Buffer.from(next).toString('base64')
}

function fromMarker(marker: string | undefined): string {
  return Buffer.from(marker ?? '', 'base64').toString('utf8')
}
