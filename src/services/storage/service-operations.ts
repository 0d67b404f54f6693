import { xmlAnswer, type Answer } from './answer.ts'
import type { Account, BlobServiceSettings, CorsRule } from './account.ts'
import { blobBatch } from './batch.ts'
import { leaseWords } from './blob-headers.ts'
import { readText } from './body.ts'
import type { ContainerRecord } from './container.ts'
import { delegationKey } from './sas-authorization.ts'
import { invalidInput, invalidQuery, missingQuery, notSupported } from './errors.ts'
import { noAuthentication } from './access-errors.ts'
import { corsRuleCountMax, delegationKeyLifeMs, xmlBodyBytesMax } from './limits.ts'
import { findByTags } from './tag-search.ts'
import { readInclude, readMarker, readPageSize, toMarker } from './list-answer.ts'
import { lastCharacter } from './listing.ts'
import type { Operation, StorageCall } from './operation.ts'
import { childrenOf, readXml, textOf, type XmlElement } from './xml-reader.ts'
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
    handle: userDelegationKey,
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
  const off = [element('Enabled', false)]
  const metrics = [element('Version', '1.0'), ...off, group('RetentionPolicy', off)]
  const root = group('StorageServiceProperties', [
    group('Logging', [
      element('Version', '1.0'),
      element('Read', false),
      element('Write', false),
      element('Delete', false),
      group('RetentionPolicy', off),
    ]),
    group('HourMetrics', metrics),
    group('MinuteMetrics', metrics),
    group('Cors', cors.map(corsElement)),
    element('DefaultServiceVersion', defaultVersion),
    group('DeleteRetentionPolicy', [
      element('Enabled', blobRetentionDays !== undefined),
      element('Days', blobRetentionDays),
    ]),
    group('StaticWebsite', off),
  ])
  return xmlAnswer(document(root))
}

function corsElement(rule: CorsRule): Xml {
  return group('CorsRule', [
    element('AllowedMethods', rule.allowedMethods.join(',')),
    element('AllowedOrigins', rule.allowedOrigins.join(',')),
    element('AllowedHeaders', rule.allowedHeaders.join(',')),
    element('ExposedHeaders', rule.exposedHeaders.join(',')),
    element('MaxAgeInSeconds', rule.maxAgeSeconds),
  ])
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-service-properties */
async function putServiceProperties({ storage, request }: StorageCall): Promise<Answer> {
  const xml = readXml(await readText(request, xmlBodyBytesMax))
  if (xml.name !== 'StorageServiceProperties')
    throw invalidInput('Expected StorageServiceProperties.')
  const isOn = (name: string) => textOf(childrenOf(xml, name)[0], 'Enabled') === 'true'
  if (isOn('StaticWebsite')) throw notSupported('Static websites')
  const { account } = request
  await storage.accounts.put({ ...account, blobService: changedSettings(account, xml) })
  return { status: 202 }
}

function changedSettings(account: Account, xml: XmlElement): BlobServiceSettings {
  const [cors] = childrenOf(xml, 'Cors')
  const [retention] = childrenOf(xml, 'DeleteRetentionPolicy')
  const days = Number(textOf(retention, 'Days'))
  const isKept = textOf(retention, 'Enabled') === 'true'
  const { blobService } = account
  return {
    ...blobService,
    cors: cors ? readCors(cors) : blobService.cors,
    blobRetentionDays: retention ? (isKept ? days : undefined) : blobService.blobRetentionDays,
    defaultVersion: textOf(xml, 'DefaultServiceVersion') ?? blobService.defaultVersion,
  }
}

function readCors(xml: XmlElement): readonly CorsRule[] {
  const rules = childrenOf(xml, 'CorsRule')
  if (rules.length > corsRuleCountMax) throw invalidInput('At most five CORS rules can be set.')
  return rules.map((rule) => {
    const list = (name: string) =>
      (textOf(rule, name) ?? '').split(',').filter((each) => each !== '')
    return {
      allowedOrigins: list('AllowedOrigins'),
      allowedMethods: list('AllowedMethods').map((method) => method.toUpperCase()),
      allowedHeaders: list('AllowedHeaders'),
      exposedHeaders: list('ExposedHeaders'),
      maxAgeSeconds: Number(textOf(rule, 'MaxAgeInSeconds') ?? 0),
    }
  })
}

async function refuseStats(): Promise<Answer> {
  throw notSupported('Statistics of a secondary location')
}

/** https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key */
async function userDelegationKey({ storage, request, caller }: StorageCall): Promise<Answer> {
  const { identity } = caller
  if (!identity) throw noAuthentication()
  const xml = readXml(await readText(request, xmlBodyBytesMax))
  const nowMs = storage.clock.now()
  const expiryMs = Date.parse(textOf(xml, 'Expiry') ?? '')
  const startMs = Date.parse(textOf(xml, 'Start') ?? new Date(nowMs).toISOString())
  const isRight = expiryMs > startMs && expiryMs > nowMs && expiryMs - nowMs <= delegationKeyLifeMs
  if (!isRight) throw invalidQuery('Expiry', textOf(xml, 'Expiry') ?? '', 'expected within a week')
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const fields = {
    ...identity,
    start: iso(startMs),
    expiry: iso(expiryMs),
    service: 'b',
    version: request.version,
  }
  const value = delegationKey(request.named.keys[0] ?? '', fields)
  const root = group('UserDelegationKey', [
    element('SignedOid', fields.objectId),
    element('SignedTid', fields.tenantId),
    element('SignedStart', fields.start),
    element('SignedExpiry', fields.expiry),
    element('SignedService', fields.service),
    element('SignedVersion', fields.version),
    element('Value', value),
  ])
  return xmlAnswer(document(root))
}
