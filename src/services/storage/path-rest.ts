import type { IncomingMessage } from 'node:http'
import type { ServiceError } from '../../base/errors.ts'
import type { Answer } from './answer.ts'
import type { Storage } from './service.ts'
import type { StorageService } from './storage-request.ts'

/** Which endpoint a request means: by its host, or on the local one by what only Data Lake knows. */
export function serviceOf(message: IncomingMessage): StorageService {
  const { headers, method, url = '' } = message
  if (/^[a-z\d-]+\.dfs\.core\.windows\.net/i.test(headers.host ?? '')) return 'dfs'
  if (/^[a-z\d-]+\.blob\.core\.windows\.net/i.test(headers.host ?? '')) return 'blob'
  const isPath =
    method === 'PATCH' ||
    headers['x-ms-rename-source'] !== undefined ||
    /[?&](?:resource|action|recursive)=/.test(url)
  return isPath ? 'dfs' : 'blob'
}

/** The codes of blobs, in the words of Data Lake. */
const pathCodes: Readonly<Record<string, string>> = {
  ContainerNotFound: 'FilesystemNotFound',
  ContainerAlreadyExists: 'FilesystemAlreadyExists',
  BlobNotFound: 'PathNotFound',
  BlobAlreadyExists: 'PathAlreadyExists',
  LeaseIdMismatchWithBlobOperation: 'LeaseIdMismatch',
  LeaseNotPresentWithBlobOperation: 'LeaseNotPresent',
}

const pathMessages: Readonly<Record<string, string>> = {
  FilesystemNotFound: 'The specified filesystem does not exist.',
  FilesystemAlreadyExists: 'The specified filesystem already exists.',
  PathNotFound: 'The specified path does not exist.',
  PathAlreadyExists: 'The specified path already exists.',
}

/** https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2-error-codes */
export function pathFault(storage: Storage, error: ServiceError, requestId: string): Answer {
  const { status } = error
  const code = pathCodes[error.code] ?? error.code
  const headers: Record<string, string> = { 'x-ms-error-code': code }
  if (status === 401) {
    headers['www-authenticate'] =
      `Bearer authorization_uri=https://login.microsoftonline.com/${storage.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`
  }
  if (status === 304) return { status, headers }
  const time = new Date(storage.clock.now()).toISOString().replace('Z', '0000Z')
  const message = `${pathMessages[code] ?? error.message}\nRequestId:${requestId}\nTime:${time}`
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json;charset=utf-8' },
    body: JSON.stringify({ error: { code, message } }),
  }
}
