import type { IncomingHttpHeaders } from 'node:http'

/** What a shared access signature is of. */
export type SasKind = 'account' | 'service' | 'user-delegation'

/** The fields of a shared access signature, by the names that its query has. */
export interface StorageSas {
  readonly kind: SasKind
  readonly version: string
  readonly signature: string
  readonly field: (name: string) => string
}

/** Reads a shared access signature from a query; gives nothing where there is none. */
export function parseStorageSas(query: URLSearchParams): StorageSas | undefined {
  const signature = query.get('sig')
  if (signature === null) return undefined
  const kind = query.has('ss') ? 'account' : query.has('skoid') ? 'user-delegation' : 'service'
  const field = (name: string) => query.get(name) ?? ''
  return { kind, version: field('sv'), signature, field }
}

/** https://learn.microsoft.com/rest/api/storageservices/create-account-sas#construct-the-signature-string */
export function accountSasText(sas: StorageSas, account: string): string {
  const names = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv']
  if (sas.version >= '2020-12-06') names.push('ses')
  return `${[account, ...names.map(sas.field)].join('\n')}\n`
}

/**
 * `resource` is `/blob/account/container/blob`, `snapshot` the time of a snapshot or version that is named.
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas#construct-the-signature-string
 */
export function serviceSasText(sas: StorageSas, resource: string, snapshot: string): string {
  const { version } = sas
  const of = (...names: readonly string[]) => names.map(sas.field)
  const lines = [...of('sp', 'st', 'se'), resource, ...of('si')]
  if (version >= '2015-04-05') lines.push(...of('sip', 'spr'))
  lines.push(...of('sv'))
  if (version >= '2018-11-09') lines.push(...of('sr'), snapshot)
  if (version >= '2020-12-06') lines.push(...of('ses'))
  return [...lines, ...of('rscc', 'rscd', 'rsce', 'rscl', 'rsct')].join('\n')
}

/** https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas#construct-a-user-delegation-sas */
export function delegationSasText(
  sas: StorageSas,
  resource: string,
  request: {
    readonly snapshot: string
    readonly headers: IncomingHttpHeaders
    readonly query: URLSearchParams
  },
): string {
  const { version } = sas
  const of = (...names: readonly string[]) => names.map(sas.field)
  const lines = [...of('sp', 'st', 'se'), resource]
  lines.push(...of('skoid', 'sktid', 'skt', 'ske', 'sks', 'skv'))
  if (version >= '2020-02-10') lines.push(...of('saoid', 'suoid', 'scid'))
  if (version >= '2025-07-05') lines.push(...of('skdutid', 'sduoid'))
  lines.push(...of('sip', 'spr', 'sv', 'sr'), request.snapshot)
  if (version >= '2020-12-06') lines.push(...of('ses'))
  if (version >= '2026-04-06') lines.push(signedHeaders(sas, request.headers))
  if (version >= '2026-04-06') lines.push(signedQuery(sas, request.query))
  return [...lines, ...of('rscc', 'rscd', 'rsce', 'rscl', 'rsct')].join('\n')
}

/** What a user delegation key is derived of: the fields that every signature by it carries. */
export function delegationKeyText(fields: {
  readonly objectId: string
  readonly tenantId: string
  readonly start: string
  readonly expiry: string
  readonly service: string
  readonly version: string
}): string {
  const { objectId, tenantId, start, expiry, service, version } = fields
  return ['user-delegation', objectId, tenantId, start, expiry, service, version].join('\n')
}

function signedHeaders(sas: StorageSas, headers: IncomingHttpHeaders): string {
  const names = splitNames(sas.field('srh'))
  return names.map((name) => `${name}:${String(headers[name.toLowerCase()] ?? '')}\n`).join('')
}

function signedQuery(sas: StorageSas, query: URLSearchParams): string {
  const names = splitNames(sas.field('srq'))
  return names.map((name) => `\n${name}:${query.get(name) ?? ''}`).join('')
}

function splitNames(text: string): readonly string[] {
  return text === '' ? [] : text.split(',')
}
