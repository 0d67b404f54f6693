/** Blobs as workflows see them: their content by its type, and their properties by the connector's names. */
import {
  isJsonObject,
  stringMember,
  tryParseJson,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import type { BlobRecord } from '../../services/storage/blob.ts'

const typeOfExtension: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
}

/** The type that the end of a name tells. */
export function inferredType(name: string): string | undefined {
  return typeOfExtension[/\.([a-z\d]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '']
}

/** JSON as JSON, text as text, anything else as base64 with its type. */
export function contentOf(bytes: Buffer, contentType = 'application/octet-stream'): JsonValue {
  const text = bytes.toString('utf8')
  if (/\bjson\b/i.test(contentType)) return tryParseJson(text.replace(/^\uFEFF/, '')) ?? text
  if (/^text\/(?!xml)/i.test(contentType)) return text
  return { '$content-type': contentType, $content: bytes.toString('base64') }
}

/** What a value is stored as. */
export function bytesOf(content: JsonValue): { bytes: Buffer; contentType: string } {
  if (typeof content === 'string') return { bytes: Buffer.from(content), contentType: 'text/plain' }
  if (isJsonObject(content) && typeof content['$content'] === 'string') {
    const contentType = stringMember(content, '$content-type') ?? 'application/octet-stream'
    return { bytes: Buffer.from(content['$content'], 'base64'), contentType }
  }
  return { bytes: Buffer.from(JSON.stringify(content)), contentType: 'application/json' }
}

const kinds = { BlockBlob: 'Block', AppendBlob: 'Append', PageBlob: 'Page' } as const

/** https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azureblob/#get-blob-metadata-using-path */
export function blobProperties(record: BlobRecord, container: string): JsonObject {
  const { contentDisposition, contentLanguage, contentMd5 } = record
  return {
    creationTime: new Date(record.createdMs).toISOString(),
    blobType: kinds[record.kind],
    blobFullPathWithContainer: `${container}/${record.name}`,
    contentDisposition: contentDisposition ?? null,
    contentMD5: contentMd5 ?? null,
    contentType: record.contentType ?? 'application/octet-stream',
    contentLanguage: contentLanguage ?? null,
    eTag: record.etag,
  }
}

/** What `listBlobs` and `getBlobMetadata` give of a blob. */
export function blobItem(record: BlobRecord, container: string): JsonObject {
  return { name: record.name, ...blobProperties(record, container) }
}
