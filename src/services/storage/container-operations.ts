import { xmlAnswer, type Answer } from './answer.ts'
import { leaseHeaders, metadataHeaders } from './blob-headers.ts'
import { blobBatch } from './batch.ts'
import { readText } from './body.ts'
import { checkRead } from './conditions.ts'
import type { ContainerRecord, PublicAccess } from './container.ts'
import { invalidHeader, missingHeader } from './errors.ts'
import { publicAccessNotPermitted } from './access-errors.ts'
import { xmlBodyBytesMax } from './limits.ts'
import { listBlobsAnswer } from './list-answer.ts'
import { containerOf, type Operation, type StorageCall } from './operation.ts'
import { readConditions, readLeaseAction, readMetadata } from './request-headers.ts'
import { findByTags } from './tag-search.ts'
import { headerOf } from './storage-request.ts'
import { policiesXml, readPolicies } from './stored-policies.ts'

const read = { sas: 'r', action: 'containers/read', publicAccess: 'container' } as const
const write = { sas: 'w', action: 'containers/write' } as const
const policies = { sas: '', action: 'containers/setAcl/action' } as const
const container = { level: 'container' } as const
const get = { ...container, method: 'GET' } as const
const put = { ...container, method: 'PUT' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-containers */
export const containerOperations: readonly Operation[] = [
  {
    ...put,
    name: 'Create Container',
    comp: '',
    permission: { ...write, sas: '', accountSas: 'cw' },
    handle: create,
  },
  { ...get, name: 'Get Container Properties', comp: '', permission: read, handle: getProperties },
  {
    ...get,
    name: 'Get Container Metadata',
    comp: 'metadata',
    permission: read,
    handle: getProperties,
  },
  {
    ...put,
    name: 'Set Container Metadata',
    comp: 'metadata',
    permission: write,
    handle: putMetadata,
  },
  {
    ...get,
    name: 'Get Container ACL',
    comp: 'acl',
    permission: { ...policies, action: 'containers/getAcl/action' },
    handle: getPolicies,
  },
  { ...put, name: 'Set Container ACL', comp: 'acl', permission: policies, handle: putPolicies },
  {
    ...put,
    name: 'Lease Container',
    comp: 'lease',
    permission: { ...write, sas: 'wd' },
    handle: lease,
  },
  {
    ...put,
    name: 'Restore Container',
    comp: 'undelete',
    permission: { ...write, sas: '', accountSas: 'w' },
    handle: restore,
  },
  {
    ...container,
    method: 'DELETE',
    name: 'Delete Container',
    comp: '',
    permission: { sas: '', accountSas: 'd', action: 'containers/delete' },
    handle: remove,
  },
  {
    ...get,
    name: 'List Blobs',
    comp: 'list',
    permission: { sas: 'l', action: 'containers/blobs/read', publicAccess: 'container' },
    handle: listBlobsAnswer,
  },
  {
    ...get,
    name: 'Find Blobs by Tags in Container',
    comp: 'blobs',
    permission: { sas: 'f', action: 'containers/blobs/filter/action' },
    handle: findByTags,
  },
  {
    ...container,
    method: 'POST',
    name: 'Blob Batch in Container',
    comp: 'batch',
    permission: { sas: 'rwdlxyt', action: 'containers/blobs/read' },
    handle: blobBatch,
  },
]

async function create({ storage, request }: StorageCall): Promise<Answer> {
  const { account } = request
  const made = await storage.containers.create(account.name, request.container, {
    metadata: readMetadata(request),
    publicAccess: readPublicAccess({ storage, request }),
  })
  return { status: 201, headers: written(made) }
}

async function getProperties(call: StorageCall): Promise<Answer> {
  const found = containerOf(call)
  const nowMs = call.storage.clock.now()
  const { leaseId } = readConditions(call.request.headers)
  checkRead(found, { leaseId }, nowMs)
  return {
    status: 200,
    headers: {
      ...written(found),
      ...leaseHeaders(found.lease, nowMs),
      ...metadataHeaders(found.metadata),
      'x-ms-blob-public-access': found.publicAccess,
      'x-ms-has-immutability-policy': 'false',
      'x-ms-has-legal-hold': 'false',
      'x-ms-immutable-storage-with-versioning-enabled': 'false',
      'x-ms-default-encryption-scope': '$account-encryption-key',
      'x-ms-deny-encryption-scope-override': 'false',
    },
  }
}

async function putMetadata({ storage, request }: StorageCall): Promise<Answer> {
  const { account, container: name } = request
  const changed = await storage.containers.setMetadata(account.name, name, {
    metadata: readMetadata(request),
    conditions: readConditions(request.headers),
  })
  return { status: 200, headers: written(changed) }
}

async function getPolicies(call: StorageCall): Promise<Answer> {
  const found = containerOf(call)
  return xmlAnswer(policiesXml(found.policies), {
    ...written(found),
    'x-ms-blob-public-access': found.publicAccess,
  })
}

async function putPolicies({ storage, request }: StorageCall): Promise<Answer> {
  const text = await readText(request, xmlBodyBytesMax)
  const { account, container: name } = request
  const changed = await storage.containers.setPolicies(account.name, name, {
    policies: readPolicies(text),
    publicAccess: readPublicAccess({ storage, request }),
    conditions: readConditions(request.headers),
  })
  return { status: 200, headers: written(changed) }
}

async function lease({ storage, request }: StorageCall): Promise<Answer> {
  const action = readLeaseAction(request.headers)
  const { leaseId: _id, ...conditions } = readConditions(request.headers)
  const { account, container: name } = request
  const outcome = await storage.containers.lease(account.name, name, { action, conditions })
  const hasId = action.kind !== 'break' && action.kind !== 'release'
  return {
    status: action.kind === 'acquire' ? 201 : action.kind === 'break' ? 202 : 200,
    headers: {
      ...written(outcome.container),
      'x-ms-lease-id': hasId ? outcome.lease?.id : undefined,
      'x-ms-lease-time':
        action.kind === 'break' ? Math.ceil(outcome.remainingMs / 1000) : undefined,
    },
  }
}

async function restore({ storage, request }: StorageCall): Promise<Answer> {
  const name = headerOf(request.headers, 'x-ms-deleted-container-name')
  const version = headerOf(request.headers, 'x-ms-deleted-container-version')
  if (name === undefined) throw missingHeader('x-ms-deleted-container-name')
  if (version === undefined) throw missingHeader('x-ms-deleted-container-version')
  const { account, container: as } = request
  const restored = await storage.containers.restore(account.name, { name, version, as })
  return { status: 201, headers: written(restored) }
}

async function remove({ storage, request }: StorageCall): Promise<Answer> {
  const { account, container: name, headers } = request
  await storage.containers.delete(account, name, readConditions(headers))
  return { status: 202 }
}

function readPublicAccess({
  request,
}: Pick<StorageCall, 'storage' | 'request'>): PublicAccess | undefined {
  const value = headerOf(request.headers, 'x-ms-blob-public-access')
  if (value === undefined) return undefined
  if (value !== 'container' && value !== 'blob') {
    throw invalidHeader('x-ms-blob-public-access', value)
  }
  if (!request.account.allowsPublicAccess) throw publicAccessNotPermitted()
  return value
}

function written(record: ContainerRecord) {
  return { etag: record.etag, 'last-modified': new Date(record.modifiedMs).toUTCString() }
}
