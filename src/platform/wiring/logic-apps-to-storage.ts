/**
 * The service provider `AzureBlob`: actions of workflows that read and write blobs.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azureblob/
 */
import { buffer } from 'node:stream/consumers'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, stringMember, tryParseJson, type JsonValue } from '../../base/json.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderConnection,
} from '../../services/logic-apps/service-provider.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'
import type { BlobName, Storage } from '../../services/storage/service.ts'

export function logicAppsToStorage(storage: Storage): ServiceProvider {
  return {
    id: 'AzureBlob',
    actions: {
      readBlob: async (call) => {
        const name = blobOf(storage, call)
        const { record, content } = await storage.readBlob(name)
        const bytes = await buffer(content)
        return {
          body: { content: contentOf(bytes, record.contentType), properties: toProperties(record) },
        }
      },
      uploadBlob: async (call) => {
        const name = blobOf(storage, call)
        const { bytes, contentType } = bytesOf(call.parameters['content'] ?? null)
        const record = await storage.putBlob(name, {
          content: [bytes],
          headers: { contentType },
          isNew: call.parameters['overrideIfExists'] === false,
          trace: formatTraceparent(call.trace),
        })
        return { body: { properties: toProperties(record) } }
      },
      deleteBlob: async (call) => {
        await storage.deleteBlob(blobOf(storage, call), formatTraceparent(call.trace))
        return { body: { deleteStatus: true } }
      },
      blobExists: async (call) => {
        const found = await storage.findBlob(blobOf(storage, call))
        return { body: { isBlobExists: found !== undefined } }
      },
    },
    triggers: {},
  }
}

function blobOf(storage: Storage, { connection, parameters }: ServiceProviderCall): BlobName {
  return {
    account: accountOf(storage, connection),
    container: required(parameters, 'containerName'),
    name: required(parameters, 'blobName'),
  }
}

/** By `blobStorageEndpoint` of an identity, or by the connection string. */
function accountOf(storage: Storage, { name, parameterValues }: ServiceProviderConnection): string {
  const text = stringMember(parameterValues, 'connectionString') ?? ''
  const endpoint =
    stringMember(parameterValues, 'blobStorageEndpoint') ?? /BlobEndpoint=([^;]*)/i.exec(text)?.[1]
  const fromEndpoint = URL.canParse(endpoint ?? '') ? new URL(endpoint ?? '') : undefined
  const account =
    /AccountName=([^;]*)/i.exec(text)?.[1] ??
    (fromEndpoint?.hostname.includes('.') === true
      ? fromEndpoint.hostname.split('.')[0]
      : undefined)
  const found = storage.accounts.resolve(account ?? '')
  if (found) return found.account.name
  throw new ServiceError(
    'ServiceProviderConnectionNotFound',
    404,
    `The connection '${name}' names the storage account '${account ?? ''}', which no template declares.`,
  )
}

function required(parameters: ServiceProviderCall['parameters'], name: string): string {
  const value = stringMember(parameters, name)
  if (value !== undefined && value !== '') return value
  throw new ServiceError(
    'ServiceOperationRequiredParameterMissing',
    400,
    `The required parameter '${name}' is missing.`,
  )
}

/** JSON as JSON, text as text, anything else as base64 with its type. */
function contentOf(bytes: Buffer, contentType = 'application/octet-stream'): JsonValue {
  const binary = { '$content-type': contentType, $content: bytes.toString('base64') }
  const text = bytes.toString('utf8')
  if (/json/i.test(contentType)) return tryParseJson(text) ?? text
  if (/^text\//i.test(contentType)) return text
  return binary
}

function bytesOf(content: JsonValue): { bytes: Buffer; contentType: string } {
  if (typeof content === 'string') return { bytes: Buffer.from(content), contentType: 'text/plain' }
  if (isJsonObject(content) && typeof content['$content'] === 'string') {
    const contentType = stringMember(content, '$content-type') ?? 'application/octet-stream'
    return { bytes: Buffer.from(content['$content'], 'base64'), contentType }
  }
  return { bytes: Buffer.from(JSON.stringify(content)), contentType: 'application/json' }
}

function toProperties(record: BlobRecord): Record<string, JsonValue> {
  return {
    name: record.name,
    contentLength: record.length,
    contentType: record.contentType ?? 'application/octet-stream',
    eTag: record.etag,
    lastModified: new Date(record.modifiedMs).toISOString(),
  }
}
