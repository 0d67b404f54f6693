import type { Answer } from './answer.ts'
import type { BlobRecord } from './blob.ts'
import { readMarker, toMarker } from './list-answer.ts'
import { listBlobs, type ListedItem } from './listing.ts'
import { pageItemsMax } from './limits.ts'
import { invalidQuery } from './errors.ts'
import { containerOf, type StorageCall } from './operation.ts'
import { pathNotFound } from './path-errors.ts'
import { readProperties } from './path-headers.ts'
import { readConditions } from './request-headers.ts'

const none = { snapshots: false, versions: false, deleted: false, uncommitted: false }

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/filesystem/create */
export async function createFilesystem({ storage, request }: StorageCall): Promise<Answer> {
  const { account, container: name } = request
  const made = await storage.containers.create(account.name, name, {
    metadata: readProperties(request),
  })
  const headers = { 'x-ms-namespace-enabled': String(account.isHierarchical) }
  return { status: 201, headers: { ...written(made), ...headers } }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/filesystem/setproperties */
export async function setFilesystem({ storage, request }: StorageCall): Promise<Answer> {
  const { account, container: name } = request
  const changed = await storage.containers.setMetadata(account.name, name, {
    metadata: readProperties(request),
    conditions: readConditions(request.headers),
  })
  return { status: 200, headers: written(changed) }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/filesystem/getproperties */
export async function getFilesystem(call: StorageCall): Promise<Answer> {
  const found = containerOf(call)
  const properties = Object.entries(found.metadata)
    .map(([name, value]) => `${name}=${Buffer.from(value).toString('base64')}`)
    .join(',')
  return {
    status: 200,
    headers: {
      ...written(found),
      'x-ms-properties': properties,
      'x-ms-namespace-enabled': String(call.request.account.isHierarchical),
    },
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/filesystem/delete */
export async function deleteFilesystem({ storage, request }: StorageCall): Promise<Answer> {
  const { account, container: name, headers } = request
  await storage.containers.delete(account, name, readConditions(headers))
  return { status: 202 }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/filesystem/list */
export async function listFilesystems({ storage, request }: StorageCall): Promise<Answer> {
  const { query, account } = request
  const prefix = query.get('prefix') ?? ''
  const limit = pageSizeOf(query)
  const all = await storage.containers.list(account.name, prefix, Number.MAX_SAFE_INTEGER)
  const from = continuationOf(query)
  const found = all.filter(({ name }) => name.startsWith(prefix) && name >= from)
  const filesystems = found.slice(0, limit).map((each) => ({
    name: each.name,
    lastModified: new Date(each.modifiedMs).toUTCString(),
    etag: each.etag,
  }))
  return json({ filesystems }, found[limit]?.name)
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/list */
export async function listPaths(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { query, account } = request
  const container = containerOf(call)
  const directory = (query.get('directory') ?? '').replaceAll(/^\/|\/$/g, '')
  const isRecursive = query.get('recursive')?.toLowerCase() === 'true'
  if (directory !== '') {
    const found = await storage.table.find({ account, container, name: directory })
    if (account.isHierarchical && found?.isDirectory !== true) throw pathNotFound()
  }
  const { items, next } = await listBlobs(
    storage.table,
    { account, container },
    {
      prefix: directory === '' ? '' : `${directory}/`,
      delimiter: isRecursive ? '' : '/',
      from: continuationOf(query),
      limit: pageSizeOf(query),
      include: none,
    },
  )
  return json({ paths: items.map(pathBody) }, next)
}

function pathBody(item: ListedItem): object {
  const record = item.kind === 'uncommitted' ? undefined : item.record
  if (item.kind !== 'blob') {
    const name = item.kind === 'prefix' ? item.name.slice(0, -1) : item.name
    return { name, isDirectory: 'true', ...(record ? recordBody(record) : {}) }
  }
  const isDirectory = item.record.isDirectory === true ? { isDirectory: 'true' } : {}
  return { name: item.record.name, ...isDirectory, ...recordBody(item.record) }
}

function recordBody(record: BlobRecord): object {
  const { access, createdMs, expiresMs } = record
  return {
    contentLength: String(record.length),
    creationTime: ticksOf(createdMs),
    ...(expiresMs === undefined ? {} : { expiryTime: ticksOf(expiresMs) }),
    etag: record.etag.replaceAll('"', ''),
    lastModified: new Date(record.modifiedMs).toUTCString(),
    ...(access
      ? { owner: access.owner, group: access.group, permissions: access.permissions }
      : {}),
  }
}

/** Times in lists are those of Windows: 100 ns since 1601. */
function ticksOf(ms: number): string {
  return String(BigInt(Math.floor(ms)) * 10_000n + 116_444_736_000_000_000n)
}

function pageSizeOf(query: URLSearchParams): number {
  const text = query.get('maxresults') ?? query.get('maxResults')
  if (text === null || text === '') return pageItemsMax
  const size = Number(text)
  if (!Number.isInteger(size) || size < 1) {
    throw invalidQuery('maxResults', text, 'expected 1 or more')
  }
  return Math.min(size, pageItemsMax)
}

function continuationOf(query: URLSearchParams): string {
  const marker = query.get('continuation') ?? ''
  return readMarker(new URLSearchParams({ marker }))
}

function json(body: object, next: string | undefined): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'x-ms-continuation': next === undefined ? undefined : toMarker(next),
    },
    body: JSON.stringify(body),
  }
}

function written(record: { readonly etag: string; readonly modifiedMs: number }) {
  return { etag: record.etag, 'last-modified': new Date(record.modifiedMs).toUTCString() }
}
