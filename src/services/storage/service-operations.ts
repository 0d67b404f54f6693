import { xmlAnswer, type Answer } from './answer.ts'
import type { Account, BlobServiceSettings } from './account.ts'
import { blobBatch } from './batch.ts'
import { leaseWords } from './blob-headers.ts'
import { readText } from './body.ts'
import type { ContainerRecord } from './container.ts'
import { missingQuery, notSupported } from './errors.ts'
import { xmlBodyBytesMax } from './limits.ts'
import { findByTags } from './tag-search.ts'
import { readInclude, readMarker, readPageSize, toMarker } from './list-answer.ts'
import { lastCharacter } from './listing.ts'
import type { Operation, StorageCall } from './operation.ts'
import { readCors, readServiceProperties, sharedProperties } from './service-properties.ts'
import { userDelegationKey } from './user-delegation-key.ts'
import { childrenOf, textOf, type XmlElement } from './xml-reader.ts'
import { document, element, escapeXml, group, type Xml } from './xml-writer.ts'

const service = { level: 'service' } as const
const get = { ...service, method: 'GET' } as const
const read = { sas: '', accountSas: 'r', action: 'read' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-the-account--blob-service- */
export const serviceOperations: readonly Operation[] = [
  {
    ...get,
    name: 'List Containers',
    comp: 'list',
    permission: { ...read, accountSas: 'l', action: 'containers/read' },
    handle: listContainers,
  },
  {
    ...get,
    name: 'Get Blob Service Properties',
    comp: 'properties',
    permission: read,
    handle: getServiceProperties,
  },
  {
    ...service,
    method: 'PUT',
    name: 'Set Blob Service Properties',
    comp: 'properties',
    permission: { sas: '', accountSas: 'w', action: 'write' },
    handle: putServiceProperties,
  },
  { ...get, name: 'Get Blob Service Stats', comp: 'stats', permission: read, handle: refuseStats },
  {
    ...service,
    method: 'POST',
    name: 'Get User Delegation Key',
    comp: 'userdelegationkey',
    permission: { sas: '', action: 'generateUserDelegationKey/action' },
    handle: ({ storage, request, caller }) =>
      userDelegationKey(storage, { request, caller, service: 'b' }),
  },
  {
    ...service,
    method: 'POST',
    name: 'Blob Batch',
    comp: 'batch',
    permission: { sas: '', accountSas: 'rwdlxyt', action: 'containers/blobs/read' },
    handle: blobBatch,
  },
  {
    ...get,
    name: 'Find Blobs by Tags',
    comp: 'blobs',
    permission: { sas: '', accountSas: 'f', action: 'containers/blobs/filter/action' },
    handle: findByTags,
  },
]

/** https://learn.microsoft.com/rest/api/storageservices/list-containers2 */
async function listContainers({ storage, request }: StorageCall): Promise<Answer> {
  if (request.query.get('comp') !== 'list') throw missingQuery('comp')
  const { query, account } = request
  const include = readInclude(query.get('include'), ['metadata', 'deleted', 'system'])
  const prefix = query.get('prefix') ?? ''
  const limit = readPageSize(query)
  const from = [prefix, readMarker(query)].toSorted().at(-1) ?? ''
  const live = await storage.containers.list(account.name, from, limit + 1)
  const deleted = include.has('deleted') ? await storage.containers.deleted(account.name) : []
  const all = [...live, ...deleted.filter(({ name }) => name >= from)]
    .filter(({ name }) => name.startsWith(prefix) && name <= `${prefix}${lastCharacter}`)
    .filter(({ name }) => !name.startsWith('$') || include.has('system') || name === '$root')
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  const nowMs = storage.clock.now()
  const page = all.slice(0, limit).map((each) => containerElement(each, { include, nowMs }))
  const next = all[limit]?.name
  const root = group(
    'EnumerationResults',
    [
      element('Prefix', query.get('prefix') ?? undefined),
      element('Marker', query.get('marker') ?? undefined),
      element('MaxResults', query.get('maxresults') ?? undefined),
      group('Containers', page),
      element('NextMarker', next === undefined ? '' : toMarker(next)),
    ],
    `ServiceEndpoint="${escapeXml(`${request.endpoint}/`)}"`,
  )
  return xmlAnswer(document(root))
}

function containerElement(
  record: ContainerRecord,
  { include, nowMs }: { readonly include: ReadonlySet<string>; readonly nowMs: number },
): Xml {
  const lease = leaseWords(record.lease, nowMs)
  const { deleted } = record
  const daysMs = 86_400_000
  const metadata = Object.entries(record.metadata).map(([name, value]) => element(name, value))
  return group('Container', [
    element('Name', record.name),
    deleted ? element('Deleted', true) : '',
    element('Version', deleted?.version),
    group('Properties', [
      element('Last-Modified', new Date(record.modifiedMs).toUTCString()),
      element('Etag', record.etag),
      element('LeaseStatus', lease.status),
      element('LeaseState', lease.state),
      element('LeaseDuration', lease.duration),
      element('PublicAccess', record.publicAccess),
      element('DefaultEncryptionScope', '$account-encryption-key'),
      element('DenyEncryptionScopeOverride', false),
      element('HasImmutabilityPolicy', false),
      element('HasLegalHold', false),
      element('ImmutableStorageWithVersioningEnabled', false),
      deleted ? element('DeletedTime', new Date(deleted.atMs).toUTCString()) : '',
      deleted
        ? element('RemainingRetentionDays', Math.floor((deleted.untilMs - nowMs) / daysMs))
        : '',
    ]),
    include.has('metadata') ? group('Metadata', metadata) : '',
  ])
}

/** https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties */
async function getServiceProperties({ request }: StorageCall): Promise<Answer> {
  const { cors, blobRetentionDays, defaultVersion } = request.account.blobService
  const root = group('StorageServiceProperties', [
    ...sharedProperties(cors),
    element('DefaultServiceVersion', defaultVersion),
    group('DeleteRetentionPolicy', [
      element('Enabled', blobRetentionDays !== undefined),
      element('Days', blobRetentionDays),
    ]),
    group('StaticWebsite', [element('Enabled', false)]),
  ])
  return xmlAnswer(document(root))
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-service-properties */
async function putServiceProperties({ storage, request }: StorageCall): Promise<Answer> {
  const xml = readServiceProperties(await readText(request, xmlBodyBytesMax))
  const isOn = (name: string) => textOf(childrenOf(xml, name)[0], 'Enabled') === 'true'
  if (isOn('StaticWebsite')) throw notSupported('Static websites')
  const { account } = request
  await storage.accounts.put({ ...account, blobService: changedSettings(account, xml) })
  return { status: 202 }
}

function changedSettings(account: Account, xml: XmlElement): BlobServiceSettings {
  const [retention] = childrenOf(xml, 'DeleteRetentionPolicy')
  const days = Number(textOf(retention, 'Days'))
  const isKept = textOf(retention, 'Enabled') === 'true'
  const { blobService } = account
  return {
    ...blobService,
    cors: readCors(xml) ?? blobService.cors,
    blobRetentionDays: retention ? (isKept ? days : undefined) : blobService.blobRetentionDays,
    defaultVersion: textOf(xml, 'DefaultServiceVersion') ?? blobService.defaultVersion,
  }
}

async function refuseStats(): Promise<Answer> {
  throw notSupported('Statistics of a secondary location')
}
