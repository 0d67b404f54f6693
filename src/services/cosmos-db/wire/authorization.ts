// Nothing here survives a crash: keys are the account's, tokens carry what they say.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Account } from '../account.ts'
import { authorizationMalformed, dateMalformed, dateOutOfRange, wrongKey } from '../errors.ts'
import { tokenSkewMsMax } from '../limits.ts'
import type { Address } from './address.ts'

/** What an `Authorization` header says, whether it is true or not. */
export interface Authorization {
  readonly type: 'master' | 'resource' | 'aad'
  /** A signature, or the token itself. */
  readonly signature: string
}

/** What was signed with an account's key. */
export interface SignedRequest {
  readonly method: string
  readonly address: Address
  /** `x-ms-date`, or `Date` where it is missing. */
  readonly date: string | undefined
}

/** https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources */
export function parseAuthorization(header: string): Authorization {
  const text = header.startsWith('type=') ? header : decoded(header)
  const [, type, version, signature] = /^type=(\w+)&ver=([\d.]+)&sig=(.+)$/s.exec(text) ?? []
  if (signature === undefined || version !== '1.0') throw authorizationMalformed()
  if (type !== 'master' && type !== 'resource' && type !== 'aad') throw authorizationMalformed()
  return { type, signature }
}

/** Throws unless the time of the signature is near the server's. */
export function checkDate(date: string | undefined, nowMs: number): string {
  const sentMs = Date.parse(date ?? '')
  if (date === undefined || Number.isNaN(sentMs)) throw dateMalformed()
  if (Math.abs(sentMs - nowMs) <= tokenSkewMsMax) return date
  throw dateOutOfRange({ startMs: sentMs, endMs: sentMs + tokenSkewMsMax, nowMs })
}

/** True when one of the keys made the signature, over the link as it reads or as it came. */
export function isSignedBy(
  keys: readonly string[],
  signature: string,
  request: SignedRequest,
): boolean {
  const { resourceLink, encodedLink } = request.address
  const links = resourceLink === encodedLink ? [resourceLink] : [resourceLink, encodedLink]
  const given = Buffer.from(signature, 'base64')
  const types = typesOf(request.address)
  return links.some((link) =>
    types.some((type) => {
      const payload = payloadOf(request, { type, link })
      return keys.some((key) => {
        const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest()
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
    }),
  )
}

/** The keys that open an account for an operation: read-only ones are enough to read. */
export function keysFor({ keys }: Account, operation: { readonly isRead: boolean }): string[] {
  const { primaryMasterKey, secondaryMasterKey } = keys
  const all = [primaryMasterKey, secondaryMasterKey]
  if (operation.isRead) all.push(keys.primaryReadonlyMasterKey, keys.secondaryReadonlyMasterKey)
  return all
}

/** Azure's 401, which tells what was to be signed. */
export function signatureFault(request: SignedRequest): Error {
  const { resourceType, resourceLink } = request.address
  return wrongKey(payloadOf(request, { type: resourceType, link: resourceLink }))
}

function payloadOf(
  { method, date = '' }: SignedRequest,
  { type, link }: { readonly type: string; readonly link: string },
): string {
  return `${method.toLowerCase()}\n${type.toLowerCase()}\n${link}\n${date.toLowerCase()}\n\n`
}

// Clients differ in what they call the operations on a container.
function typesOf({ resourceType, shape }: Address): readonly string[] {
  return shape.endsWith('/operations/partitionkeydelete')
    ? [resourceType, 'partitionkey']
    : [resourceType]
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header)
  } catch (error) {
    throw authorizationMalformed(error)
  }
}
