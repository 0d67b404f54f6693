import { xmlAnswer, type Answer } from './answer.ts'
import type { BlobRecord } from './blob.ts'
import { leaseWords, tierOf } from './blob-headers.ts'
import { tagsElement } from './tags-element.ts'
import { invalidQuery } from './errors.ts'
import { pageItemsMax } from './limits.ts'
import { listBlobs, type ListedItem } from './listing.ts'
import { containerOf, type StorageCall } from './operation.ts'
import { document, element, escapeXml, group, nameElement, type Xml } from './xml-writer.ts'

const words = [
  'snapshots',
  'versions',
  'deleted',
  'deletedwithversions',
  'uncommittedblobs',
  'metadata',
  'tags',
  'copy',
  'immutabilitypolicy',
  'legalhold',
  'permissions',
]

/** https://learn.microsoft.com/rest/api/storageservices/list-blobs */
export async function listBlobsAnswer(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { query, account } = request
  const container = containerOf(call)
  const include = readInclude(query.get('include'), words)
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const limit = readPageSize(query)
  const { items, next } = await listBlobs(
    storage.table,
    { account, container },
    {
      prefix,
      delimiter,
      limit,
      from: readMarker(query),
      startFrom: query.get('startfrom') ?? '',
      include: {
        snapshots: include.has('snapshots'),
        versions: include.has('versions') || include.has('deletedwithversions'),
        deleted: include.has('deleted') || include.has('deletedwithversions'),
        uncommitted: include.has('uncommittedblobs'),
      },
    },
  )
  const nowMs = storage.clock.now()
  const blobs = items.map((item) => itemElement(item, { include, nowMs }))
  const attributes = `ServiceEndpoint="${escapeXml(`${request.endpoint}/`)}" ContainerName="${escapeXml(container.name)}"`
  const root = group(
    'EnumerationResults',
    [
      element('Prefix', query.get('prefix') ?? undefined),
      element('Marker', query.get('marker') ?? undefined),
      element('MaxResults', query.get('maxresults') ?? undefined),
      element('Delimiter', query.get('delimiter') ?? undefined),
      group('Blobs', blobs),
      element('NextMarker', next === undefined ? '' : toMarker(next)),
    ],
    attributes,
  )
  return xmlAnswer(document(root))
}

/** The words of `include`; refuses those that are not known. */
export function readInclude(text: string | null, known: readonly string[]): ReadonlySet<string> {
  const given = (text ?? '')
    .toLowerCase()
    .split(',')
    .filter((word) => word !== '')
  for (const word of given) {
    if (!known.includes(word)) throw invalidQuery('include', word, `expected ${known.join(', ')}`)
  }
  return new Set(given)
}

/** How many items a page has. */
export function readPageSize(query: URLSearchParams): number {
  const text = query.get('maxresults')
  if (text === null || text === '') return pageItemsMax
  const size = Number(text)
  if (!Number.isInteger(size) || size < 1)
    throw invalidQuery('maxresults', text, 'expected 1 or more')
  return Math.min(size, pageItemsMax)
}

/** Where the next page begins, in a form that is not to be looked at. */
export function toMarker(name: string): string {
  return `2!${Buffer.from(name).toString('base64url')}`
}

/** What `toMarker` wrote; nothing for the first page. */
export function readMarker(query: URLSearchParams): string {
  const marker = query.get('marker') ?? ''
  if (marker === '') return ''
  const [, text] = /^2!([\w-]+)$/.exec(marker) ?? []
  if (text === undefined) throw invalidQuery('marker', marker, 'expected what a list answered')
  return Buffer.from(text, 'base64url').toString()
}

interface Shown {
  readonly include: ReadonlySet<string>
  readonly nowMs: number
}

function itemElement(item: ListedItem, shown: Shown): Xml {
  switch (item.kind) {
    case 'prefix':
      return group('BlobPrefix', [nameElement(item.name)])
    case 'uncommitted':
      return group('Blob', [
        nameElement(item.name),
        group('Properties', [element('Content-Length', 0), element('BlobType', 'BlockBlob')]),
      ])
    case 'blob':
      return blobElement(item.record, { ...shown, isCurrent: item.isCurrent })
  }
}

function blobElement(record: BlobRecord, shown: Shown & { readonly isCurrent: boolean }): Xml {
  const { include, isCurrent } = shown
  const { version, snapshot, deletedMs, tags } = record
  const metadata = Object.entries(record.metadata).map(([name, value]) => element(name, value))
  const isVersionShown = version !== undefined && (include.has('versions') || isCurrent)
  return group('Blob', [
    nameElement(record.name),
    deletedMs === undefined ? '' : element('Deleted', true),
    element('Snapshot', snapshot),
    isVersionShown ? element('VersionId', version) : '',
    isVersionShown && isCurrent ? element('IsCurrentVersion', true) : '',
    propertiesElement(record, shown),
    include.has('metadata') ? group('Metadata', metadata) : '',
    include.has('tags') && tags && Object.keys(tags).length > 0 ? tagsElement(tags, 'Tags') : '',
    element('OrMetadata', ''),
  ])
}

function propertiesElement(record: BlobRecord, { include, nowMs }: Shown): Xml {
  const { copy, access, tags, deletedMs, keptUntilMs } = record
  const { tier, inferred } = tierOf(record)
  const lease = leaseWords(record.lease, nowMs)
  const daysMs = 86_400_000
  const tagCount = tags ? Object.keys(tags).length : 0
  return group('Properties', [
    element('Creation-Time', new Date(record.createdMs).toUTCString()),
    element('Last-Modified', new Date(record.modifiedMs).toUTCString()),
    element('Etag', record.etag.replaceAll('"', '')),
    access ? element('ResourceType', record.isDirectory === true ? 'directory' : 'file') : '',
    element('Content-Length', record.length),
    element('Content-Type', record.contentType ?? 'application/octet-stream'),
    element('Content-Encoding', record.contentEncoding ?? ''),
    element('Content-Language', record.contentLanguage ?? ''),
    element('Content-CRC64', ''),
    element('Content-MD5', record.contentMd5 ?? ''),
    element('Cache-Control', record.cacheControl ?? ''),
    element('Content-Disposition', record.contentDisposition ?? ''),
    element('x-ms-blob-sequence-number', record.sequenceNumber),
    element('BlobType', record.kind),
    element('AccessTier', tier),
    inferred ? element('AccessTierInferred', true) : '',
    record.tierChangedMs === undefined
      ? ''
      : element('AccessTierChangeTime', new Date(record.tierChangedMs).toUTCString()),
    element('LeaseStatus', lease.status),
    element('LeaseState', lease.state),
    element('LeaseDuration', lease.duration),
    ...(copy && include.has('copy')
      ? [
          element('CopyId', copy.id),
          element('CopyStatus', copy.status),
          element('CopySource', copy.source),
          element('CopyProgress', `${copy.bytes}/${copy.bytes}`),
          element('CopyCompletionTime', new Date(copy.completedMs).toUTCString()),
        ]
      : []),
    element('ServerEncrypted', true),
    record.isSealed === true ? element('Sealed', true) : '',
    tagCount > 0 ? element('TagCount', tagCount) : '',
    deletedMs === undefined ? '' : element('DeletedTime', new Date(deletedMs).toUTCString()),
    keptUntilMs === undefined
      ? ''
      : element('RemainingRetentionDays', Math.max(Math.floor((keptUntilMs - nowMs) / daysMs), 0)),
    ...(access && include.has('permissions')
      ? [
          element('Owner', access.owner),
          element('Group', access.group),
          element('Permissions', access.permissions),
        ]
      : []),
  ])
}
