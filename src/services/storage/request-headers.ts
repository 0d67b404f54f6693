import type { ContentHeaders } from './blob.ts'
import type { Conditions } from './conditions.ts'
import {
  invalidHeader,
  invalidMd5,
  invalidMetadata,
  invalidTags,
  metadataTooLarge,
  missingHeader,
  notSupported,
} from './errors.ts'
import {
  breakSecondsMax,
  leaseSecondsMax,
  leaseSecondsMin,
  metadataBytesMax,
  tagCountMax,
  tagNameCharsMax,
  tagValueCharsMax,
} from './limits.ts'
import type { LeaseAction } from './lease.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'

type Headers = StorageRequest['headers']

/** The conditions of a request; `prefix` is that of a copy's source. */
export function readConditions(headers: Headers, prefix: '' | 'x-ms-source-' = ''): Conditions {
  const of = (name: string) => headerOf(headers, `${prefix}${name}`)
  return {
    ifMatch: of('if-match'),
    ifNoneMatch: of('if-none-match'),
    ifModifiedSinceMs: readTime(headers, `${prefix}if-modified-since`),
    ifUnmodifiedSinceMs: readTime(headers, `${prefix}if-unmodified-since`),
    ifTags: headerOf(headers, prefix === '' ? 'x-ms-if-tags' : 'x-ms-source-if-tags'),
    leaseId: headerOf(headers, prefix === '' ? 'x-ms-lease-id' : 'x-ms-source-lease-id'),
  }
}

/** `x-ms-meta-*`: https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources */
export function readMetadata(request: StorageRequest): Record<string, string> {
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const [name, value] of rawHeaders(request)) {
    if (!/^x-ms-meta-/i.test(name)) continue
    const key = name.slice('x-ms-meta-'.length)
    if (!/^[A-Za-z_]\w*$/.test(key)) throw invalidMetadata()
    metadata[key] = value
    bytes += key.length + value.length
  }
  if (bytes > metadataBytesMax) throw metadataTooLarge()
  return metadata
}

/** True where a request has any metadata. */
export function hasMetadata(request: StorageRequest): boolean {
  return Object.keys(request.headers).some((name) => name.startsWith('x-ms-meta-'))
}

/** The headers that a blob is read with: those for it, or those of a body that is the blob. */
export function readContentHeaders(
  headers: Headers,
  options: { readonly isBody: boolean },
): ContentHeaders {
  const of = (name: string, own: string) =>
    headerOf(headers, name) ?? (options.isBody ? headerOf(headers, own) : undefined)
  return {
    contentType: of('x-ms-blob-content-type', 'content-type'),
    contentEncoding: of('x-ms-blob-content-encoding', 'content-encoding'),
    contentLanguage: of('x-ms-blob-content-language', 'content-language'),
    contentDisposition: headerOf(headers, 'x-ms-blob-content-disposition'),
    cacheControl: of('x-ms-blob-cache-control', 'cache-control'),
    contentMd5: readMd5(headers, 'x-ms-blob-content-md5'),
  }
}

export function readMd5(headers: Headers, name: string): string | undefined {
  const value = headerOf(headers, name)
  if (value !== undefined && Buffer.from(value, 'base64').length !== 16) throw invalidMd5()
  return value
}

/** `x-ms-tags`: https://learn.microsoft.com/rest/api/storageservices/put-blob */
export function readTags(headers: Headers): Readonly<Record<string, string>> | undefined {
  const text = headerOf(headers, 'x-ms-tags')
  if (text === undefined) return undefined
  return checkTags([...new URLSearchParams(text)])
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-tags#remarks */
export function checkTags(
  pairs: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const names = new Set(pairs.map(([name]) => name))
  if (pairs.length > tagCountMax || names.size < pairs.length) throw invalidTags()
  for (const [name, value] of pairs) {
    const isName = /^[A-Za-z\d +\-./:=_]+$/.test(name) && name.length <= tagNameCharsMax
    const isValue = /^[A-Za-z\d +\-./:=_]*$/.test(value) && value.length <= tagValueCharsMax
    if (!isName || !isValue) throw invalidTags()
  }
  return Object.fromEntries(pairs)
}

/** A whole number; refuses anything else. */
export function readNumber(headers: Headers, name: string): number | undefined {
  const value = headerOf(headers, name)
  if (value === undefined) return undefined
  if (!/^\d{1,16}$/.test(value)) throw invalidHeader(name, value)
  return Number(value)
}

/** A number that must be there. */
export function requireNumber(headers: Headers, name: string): number {
  const value = readNumber(headers, name)
  if (value === undefined) throw missingHeader(name)
  return value
}

/** `bytes=0-511` or `bytes=512-`; `x-ms-range` goes before `Range`, and a malformed one counts for none. */
export function readRange(
  headers: Headers,
  name = 'x-ms-range',
): { readonly from: number; readonly to: number | undefined } | undefined {
  const text =
    headerOf(headers, name) ?? (name === 'x-ms-range' ? headerOf(headers, 'range') : undefined)
  const [, from, to] = /^bytes=(\d{1,16})-(\d{0,16})$/.exec(text ?? '') ?? []
  if (from === undefined) return undefined
  const end = to === undefined || to === '' ? undefined : Number(to)
  return end !== undefined && end < Number(from) ? undefined : { from: Number(from), to: end }
}

/** https://learn.microsoft.com/rest/api/storageservices/lease-blob#request-headers */
export function readLeaseAction(headers: Headers): LeaseAction {
  const kind = headerOf(headers, 'x-ms-lease-action')?.toLowerCase()
  switch (kind) {
    case 'acquire': {
      const proposedId = readLeaseId(headers, 'x-ms-proposed-lease-id')
      const durationMs = readDuration(headers)
      return {
        kind,
        ...(proposedId === undefined ? {} : { proposedId }),
        ...(durationMs === undefined ? {} : { durationMs }),
      }
    }
    case 'renew':
    case 'release':
      return { kind, id: requireLeaseId(headers, 'x-ms-lease-id') }
    case 'change':
      return {
        kind,
        id: requireLeaseId(headers, 'x-ms-lease-id'),
        proposedId: requireLeaseId(headers, 'x-ms-proposed-lease-id'),
      }
    case 'break': {
      const seconds = readNumber(headers, 'x-ms-lease-break-period')
      if (seconds === undefined) return { kind }
      if (seconds > breakSecondsMax) throw invalidHeader('x-ms-lease-break-period', String(seconds))
      return { kind, periodMs: seconds * 1000 }
    }
    case undefined:
      throw missingHeader('x-ms-lease-action')
    default:
      throw invalidHeader('x-ms-lease-action', kind)
  }
}

/** Refuses what has an effect in Azure that cannot be had here. */
export function refuseUnsupported(headers: Headers): void {
  const refused: Readonly<Record<string, string>> = {
    'x-ms-encryption-key': 'Keys of the customer',
    'x-ms-encryption-scope': 'Encryption scopes',
    'x-ms-immutability-policy-until-date': 'Immutability policies',
    'x-ms-immutability-policy-mode': 'Immutability policies',
    'x-ms-legal-hold': 'Legal holds',
    'x-ms-structured-body': 'Structured bodies',
  }
  for (const [name, what] of Object.entries(refused)) {
    if (headerOf(headers, name) !== undefined) throw notSupported(what)
  }
}

function rawHeaders(request: StorageRequest): readonly (readonly [string, string])[] {
  const raw = request.message?.rawHeaders
  if (!raw) return Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  // Names of metadata keep their case.
  const pairs: [string, string][] = []
  for (let index = 0; index < raw.length; index += 2) {
    pairs.push([raw[index] ?? '', raw[index + 1] ?? ''])
  }
  return pairs
}

function readTime(headers: Headers, name: string): number | undefined {
  const text = headerOf(headers, name)
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw invalidHeader(name, text)
  return time
}

function readDuration(headers: Headers): number | undefined {
  const text = headerOf(headers, 'x-ms-lease-duration')
  if (text === undefined) throw missingHeader('x-ms-lease-duration')
  if (text === '-1') return undefined
  const seconds = Number(text)
  if (!(seconds >= leaseSecondsMin && seconds <= leaseSecondsMax)) {
    throw invalidHeader('x-ms-lease-duration', text)
  }
  return seconds * 1000
}

function requireLeaseId(headers: Headers, name: string): string {
  const id = readLeaseId(headers, name)
  if (id === undefined) throw missingHeader(name)
  return id
}

function readLeaseId(headers: Headers, name: string): string | undefined {
  const id = headerOf(headers, name)
  if (id === undefined) return undefined
  const isGuid = /^\{?[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}\}?$/i.test(id)
  if (!isGuid) throw invalidHeader(name, id)
  return id
}
