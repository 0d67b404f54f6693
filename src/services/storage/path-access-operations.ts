import type { Answer } from './answer.ts'
import { writtenHeaders } from './blob-headers.ts'
import { readable } from './blob-reads.ts'
import { invalidQuery, missingHeader } from './errors.ts'
import { aclPathsMax } from './limits.ts'
import { readMarker, toMarker } from './list-answer.ts'
import { placeOf, type StorageCall } from './operation.ts'
import { changeAcl } from './path-acl.ts'
import { hierarchyNeeded } from './path-errors.ts'
import { accessHeaders, readAccess } from './path-headers.ts'
import { setAccess } from './paths.ts'
import { readConditions } from './request-headers.ts'
import { headerOf } from './storage-request.ts'

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update: `setAccessControl` */
export async function putAccess(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  if (!request.account.isHierarchical) throw hierarchyNeeded()
  const record = await setAccess(storage.table, placeOf(call), {
    access: readAccess(call),
    conditions: readConditions(request.headers),
    origin: request.origin,
  })
  return { status: 200, headers: writtenHeaders(record) }
}

export async function putAccessRecursive(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { query, headers } = request
  if (!request.account.isHierarchical) throw hierarchyNeeded()
  const mode = query.get('mode')?.toLowerCase()
  if (mode !== 'set' && mode !== 'modify' && mode !== 'remove') {
    throw invalidQuery('mode', mode ?? '', 'expected set, modify or remove')
  }
  const acl = headerOf(headers, 'x-ms-acl')
  if (acl === undefined) throw missingHeader('x-ms-acl')
  const asked = Number(query.get('maxrecords') ?? query.get('maxRecords') ?? aclPathsMax)
  const { directories, files, next } = await changeAcl(storage.table, placeOf(call), {
    mode,
    acl,
    from: readMarker(new URLSearchParams({ marker: query.get('continuation') ?? '' })),
    limit: asked >= 1 ? Math.min(asked, aclPathsMax) : aclPathsMax,
    origin: request.origin,
  })
  const counts = { directoriesSuccessful: directories, filesSuccessful: files, failureCount: 0 }
  return {
    status: 200,
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'x-ms-continuation': next === undefined ? undefined : toMarker(next),
    },
    body: JSON.stringify({ ...counts, failedEntries: [] }),
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/getproperties: `getAccessControl` */
export async function getAccess(call: StorageCall): Promise<Answer> {
  if (call.request.blob === '/') return { status: 200, headers: accessHeaders(rootAccess) }
  const record = await readable(call)
  return { status: 200, headers: { ...writtenHeaders(record), ...accessHeaders(record.access) } }
}

const rootAccess = { owner: '$superuser', group: '$superuser', permissions: 'rwxr-x---' }
