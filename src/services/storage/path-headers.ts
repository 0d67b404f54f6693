import type { BlobRecord, PathAccess } from './blob.ts'
import { leaseHeaders, writtenHeaders } from './blob-headers.ts'
import { invalidHeader, invalidMetadata } from './errors.ts'
import type { StorageCall } from './operation.ts'
import { aclOf, permissionsOf } from './path-acl.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'

type Headers = Record<string, string | number | undefined>

/** The headers of a path that is looked at: https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/getproperties */
export function pathHeaders(record: BlobRecord, nowMs: number): Headers {
  return {
    ...writtenHeaders(record),
    'content-type': record.isDirectory === true ? undefined : record.contentType,
    'content-encoding': record.contentEncoding,
    'content-language': record.contentLanguage,
    'content-disposition': record.contentDisposition,
    'cache-control': record.cacheControl,
    'content-md5': record.contentMd5,
    'accept-ranges': 'bytes',
    'x-ms-resource-type': record.isDirectory === true ? 'directory' : 'file',
    'x-ms-properties': toProperties(record.metadata),
    ...accessHeaders(record.access),
    ...leaseHeaders(record.lease, nowMs),
  }
}

export function accessHeaders(access: PathAccess | undefined): Headers {
  if (!access) return {}
  return {
    'x-ms-owner': access.owner,
    'x-ms-group': access.group,
    'x-ms-permissions': access.permissions,
    'x-ms-acl': access.acl ?? aclOf(access.permissions),
  }
}

/** What a request says of owner, group, permissions and ACL; they are kept and grant nothing. */
export function readAccess({ request }: StorageCall): Partial<PathAccess> {
  const { headers } = request
  const owner = headerOf(headers, 'x-ms-owner')
  const group = headerOf(headers, 'x-ms-group')
  const given = headerOf(headers, 'x-ms-permissions')
  const acl = headerOf(headers, 'x-ms-acl')
  const meant = acl === undefined ? undefined : permissionsOf(acl)
  const permissions = given === undefined ? meant : symbolic(given)
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(acl === undefined ? {} : { acl }),
  }
}

/**
 * The permissions of a path that is made: what is asked for, without what the umask takes away.
 * https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-access-control#default-permissions-on-new-files-and-directories
 */
export function newAccess(call: StorageCall, isDirectory: boolean): Partial<PathAccess> {
  const given = readAccess(call)
  if (given.acl !== undefined) return given
  const umask = headerOf(call.request.headers, 'x-ms-umask') ?? '0027'
  if (!/^0?[0-7]{3}$/.test(umask)) throw invalidHeader('x-ms-umask', umask)
  const asked = given.permissions ?? (isDirectory ? 'rwxrwxrwx' : 'rw-rw-rw-')
  const taken = symbolic(umask.slice(-3))
  const left = asked
    .slice(0, 9)
    .split('')
    .map((letter, at) => (taken[at] === '-' ? letter : '-'))
  return { ...given, permissions: left.join('') }
}

/** `x-ms-properties`: names and values in base64. */
export function readProperties({
  headers,
}: Pick<StorageRequest, 'headers'>): Record<string, string> {
  const text = headerOf(headers, 'x-ms-properties') ?? ''
  const properties: Record<string, string> = {}
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals).trim()
    if (equals < 1 || !/^[A-Za-z_]\w*$/.test(name)) throw invalidMetadata()
    properties[name] = Buffer.from(pair.slice(equals + 1).trim(), 'base64').toString('utf8')
  }
  return properties
}

function toProperties(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}=${Buffer.from(value).toString('base64')}`)
    .join(',')
}

/** `0750` as `rwxr-x---`. */
function symbolic(text: string): string {
  if (/^(?:[r-][w-][xsStT-]){3}\+?$/.test(text)) return text
  const [, digits] = /^[01]?([0-7]{3})$/.exec(text) ?? []
  if (digits === undefined) throw invalidHeader('x-ms-permissions', text)
  return digits
    .split('')
    .map((digit) => {
      const bits = Number(digit)
      return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`
    })
    .join('')
}
