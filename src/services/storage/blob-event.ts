import type { JsonObject } from '../../base/json.ts'
import { endpointOf, type Account } from './account.ts'
import type { BlobRecord } from './blob.ts'
import { sequencerOf } from './ticks.ts'

export type BlobEventType =
  | 'Microsoft.Storage.BlobCreated'
  | 'Microsoft.Storage.BlobDeleted'
  | 'Microsoft.Storage.BlobRenamed'
  | 'Microsoft.Storage.BlobTierChanged'
  | 'Microsoft.Storage.DirectoryCreated'
  | 'Microsoft.Storage.DirectoryDeleted'
  | 'Microsoft.Storage.DirectoryRenamed'

/** Who caused an event: ids of the request, and its trace. */
export interface Origin {
  readonly requestId: string
  readonly clientRequestId?: string | undefined
  /** W3C `traceparent`. */
  readonly trace?: string | undefined
}

/** An event of a storage account, in Event Grid's words. */
export interface BlobEvent {
  readonly id: string
  readonly account: string
  /** The resource id of the account. */
  readonly topic: string
  readonly subject: string
  readonly eventType: BlobEventType
  readonly eventTime: string
  readonly data: JsonObject
  readonly dataVersion: string
  readonly trace?: string | undefined
}

/** What happened to a blob, before it has a time and a place in the order. */
export interface BlobHappening {
  readonly type: BlobEventType
  /** The operation, as Azure names it: `PutBlob`, `FlushWithClose`. */
  readonly api: string
  readonly record?: BlobRecord | undefined
  /** Where it was before it was renamed. */
  readonly oldName?: string
  readonly recursive?: boolean
}

/** https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage */
export function toBlobEvent(
  place: { readonly account: Account; readonly container: string; readonly name: string },
  happening: BlobHappening,
  stamp: { readonly origin: Origin; readonly ticks: bigint; readonly nowMs: number },
): BlobEvent {
  const { account, container, name } = place
  const { origin, ticks, nowMs } = stamp
  const id = `${origin.requestId.slice(0, 24)}${ticks.toString(16).slice(-12).padStart(12, '0')}`
  return {
    id,
    account: account.name,
    topic: account.resourceId,
    subject: `/blobServices/default/containers/${container}/blobs/${name}`,
    eventType: happening.type,
    eventTime: new Date(nowMs).toISOString(),
    data: {
      api: happening.api,
      ...(origin.clientRequestId === undefined ? {} : { clientRequestId: origin.clientRequestId }),
      requestId: origin.requestId,
      ...contentOf(happening),
      ...addressOf(place, happening),
      ...(happening.recursive === undefined ? {} : { recursive: String(happening.recursive) }),
      sequencer: sequencerOf(ticks),
      storageDiagnostics: { batchId: origin.requestId },
    },
    dataVersion: account.isHierarchical ? '2' : '',
    ...(origin.trace === undefined ? {} : { trace: origin.trace }),
  }
}

function contentOf({ type, record }: BlobHappening): JsonObject {
  if (!record || record.isDirectory === true) return {}
  const content = { contentType: record.contentType ?? 'application/octet-stream' }
  if (type === 'Microsoft.Storage.BlobDeleted') return { ...content, blobType: record.kind }
  if (type === 'Microsoft.Storage.BlobRenamed') return {}
  const size = { contentLength: record.length, blobType: record.kind }
  const tier = record.tier === undefined ? {} : { accessTier: record.tier }
  return { eTag: record.etag.replaceAll('"', ''), ...content, ...size, ...tier }
}

function addressOf(
  place: { readonly account: Account; readonly container: string; readonly name: string },
  { oldName }: BlobHappening,
): JsonObject {
  const { account, container, name } = place
  const blob = (of: string) => `${endpointOf(account.name, 'blob')}/${container}/${of}`
  const path = (of: string) => `${endpointOf(account.name, 'dfs')}/${container}/${of}`
  if (oldName !== undefined) return { destinationUrl: path(name), sourceUrl: path(oldName) }
  return account.isHierarchical
    ? { contentOffset: 0, url: path(name), identity: '$superuser' }
    : { url: blob(name) }
}
