import { sign } from '../../protocols/auth/shared-key.ts'
import {
  accountSasText,
  delegationKeyText,
  delegationSasText,
  serviceSasText,
  type StorageSas,
} from '../../protocols/auth/storage-sas.ts'
import type { ServiceError } from '../../base/errors.ts'
import { hasAction, isMadeBy } from './access.ts'
import type { AuthorizationParts, Caller, Permission } from './access.ts'
import type { AccessPolicy } from './container.ts'
import {
  authenticationFailed,
  permissionMismatch,
  protocolMismatch,
  resourceTypeMismatch,
  serviceMismatch,
  sharedKeyNotPermitted,
  sourceIpMismatch,
} from './access-errors.ts'
import type { StorageRequest } from './storage-request.ts'

/** What a signature allows, once its policy is looked up. */
interface Grant {
  readonly permissions: string
  readonly start: string
  readonly expiry: string
}

/** https://learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature */
export async function authorizeSas(parts: AuthorizationParts, sas: StorageSas): Promise<Caller> {
  const { request } = parts
  checkSignature(parts, sas)
  const grant = grantOf(parts, sas)
  checkTimes(grant, parts.nowMs)
  checkPlace(request, sas)
  if (sas.kind === 'account') checkAccountSas(request, sas)
  else checkResource(request, sas)
  const principal = { objectId: sas.field('skoid'), tenantId: sas.field('sktid') }
  const may = async (permission: Permission) => {
    const isAllowed = lettersOf(permission, sas).some((each) => grant.permissions.includes(each))
    if (!isAllowed || sas.kind !== 'user-delegation') return isAllowed
    return hasAction(parts, principal, permission.action)
  }
  if (!(await may(parts.permission))) throw permissionMismatch()
  const letters = lettersOf(parts.permission, sas).filter((each) =>
    grant.permissions.includes(each),
  )
  return {
    kind: 'sas',
    overrides: overridesOf(sas),
    isCreator: letters.length > 0 && letters.every((letter) => letter === 'c'),
    may,
  }
}

/** The key that signs user delegation signatures: derived, so that none has to be kept. */
export function delegationKey(
  accountKey: string,
  fields: Parameters<typeof delegationKeyText>[0],
): string {
  return sign(accountKey, delegationKeyText(fields))
}

function lettersOf(permission: Permission, sas: StorageSas): readonly string[] {
  const letters =
    sas.kind === 'account' ? (permission.accountSas ?? permission.sas) : permission.sas
  return letters.split('')
}

function checkSignature(parts: AuthorizationParts, sas: StorageSas): void {
  const { request } = parts
  const texts = textsToSign(request, sas)
  const keys = keysFor(request, sas)
  if (sas.kind !== 'user-delegation' && !request.account.allowsSharedKey) {
    throw sharedKeyNotPermitted()
  }
  if (texts.some((text) => isMadeBy(keys, sas.signature, text))) return
  throw authenticationFailed(`Signature did not match. String to sign used was ${texts[0] ?? ''}`)
}

function keysFor(request: StorageRequest, sas: StorageSas): readonly string[] {
  const { keys } = request.named
  if (sas.kind !== 'user-delegation') return keys
  const fields = {
    objectId: sas.field('skoid'),
    tenantId: sas.field('sktid'),
    start: sas.field('skt'),
    expiry: sas.field('ske'),
    service: sas.field('sks'),
    version: sas.field('skv'),
  }
  return keys.slice(0, 1).map((key) => delegationKey(key, fields))
}

function textsToSign(request: StorageRequest, sas: StorageSas): readonly string[] {
  const { named, query, headers } = request
  if (sas.kind === 'account') return [accountSasText(sas, named.name)]
  const resource = `/blob/${named.name}/${resourceOf(request, sas)}`
  const snapshot = snapshotOf(request, sas)
  if (sas.kind === 'service') return [serviceSasText(sas, resource, snapshot)]
  return [delegationSasText(sas, resource, { snapshot, headers, query })]
}

/** The container, the blob or the directory that was signed for. */
function resourceOf(request: StorageRequest, sas: StorageSas): string {
  const { container, blob } = request
  switch (sas.field('sr')) {
    case 'c':
      return container
    case 'd': {
      const depth = Number(sas.field('sdd'))
      return [container, ...blob.split('/').slice(0, depth)].join('/')
    }
    default:
      return `${container}/${blob}`
  }
}

function snapshotOf(request: StorageRequest, sas: StorageSas): string {
  const kind = sas.field('sr')
  if (kind === 'bs') return request.query.get('snapshot') ?? ''
  return kind === 'bv' ? (request.query.get('versionid') ?? '') : ''
}

function grantOf({ container }: AuthorizationParts, sas: StorageSas): Grant {
  const id = sas.field('si')
  const own = { permissions: sas.field('sp'), start: sas.field('st'), expiry: sas.field('se') }
  if (id === '' || sas.kind !== 'service') return own
  const policy = container?.policies.find((each) => each.id === id)
  if (!policy)
    throw authenticationFailed('SAS identifier cannot be found for specified signed identifier')
  return {
    permissions: joined(own.permissions, policy, 'permission'),
    start: joined(own.start, policy, 'start'),
    expiry: joined(own.expiry, policy, 'expiry'),
  }
}

// A field may be in the signature or in its policy, not in both.
function joined(
  own: string,
  policy: AccessPolicy,
  name: 'permission' | 'start' | 'expiry',
): string {
  const kept = policy[name] ?? ''
  if (own !== '' && kept !== '') {
    throw authenticationFailed(`Access policy and signature both specify the field ${name}.`)
  }
  return own === '' ? kept : own
}

function checkTimes(grant: Grant, nowMs: number): void {
  const startMs = grant.start === '' ? -Infinity : Date.parse(grant.start)
  const expiryMs = Date.parse(grant.expiry)
  if (Number.isNaN(startMs) || Number.isNaN(expiryMs)) {
    throw authenticationFailed('Signature fields not well formed.')
  }
  if (nowMs >= startMs && nowMs < expiryMs) return
  const times = [startMs, expiryMs, nowMs].map((ms) =>
    Number.isFinite(ms) ? new Date(ms).toUTCString() : '',
  )
  throw authenticationFailed(
    `Signature not valid in the specified time frame: Start [${times[0]}] - Expiry [${times[1]}] - Current [${times[2]}]`,
  )
}

function checkPlace(request: StorageRequest, sas: StorageSas): void {
  if (sas.field('spr').toLowerCase() === 'https' && !request.isSecure) throw protocolMismatch()
  const range = sas.field('sip')
  if (range === '') return
  const [first = '', last = first] = range.split('-')
  const address = numberOf(request.address.replace(/^::ffff:/, ''))
  const [from, to] = [numberOf(first), numberOf(last)]
  if (address === undefined || from === undefined || to === undefined) throw sourceIpMismatch()
  if (address < from || address > to) throw sourceIpMismatch()
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number)
  const isAddress = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
}

function checkAccountSas(request: StorageRequest, sas: StorageSas): void {
  if (!sas.field('ss').includes('b')) throw serviceMismatch()
  const level = request.blob !== '' ? 'o' : request.container === '' ? 's' : 'c'
  if (!sas.field('srt').includes(level)) throw resourceTypeMismatch()
}

/** A signature of one blob opens nothing else; one of a container, all in it. */
function checkResource(request: StorageRequest, sas: StorageSas): void {
  const fault = misfit(request, sas.field('sr'))
  if (fault) throw fault
}

function misfit(request: StorageRequest, kind: string): ServiceError | undefined {
  const { container, blob, query } = request
  if (container === '') return authenticationFailed('Signature fields not well formed.')
  switch (kind) {
    case 'c':
    case 'd':
      return undefined
    case 'b':
      return blob === '' ? resourceTypeMismatch() : undefined
    case 'bs':
      return query.has('snapshot') ? undefined : authenticationFailed('sr is not valid here.')
    case 'bv':
      return query.has('versionid') ? undefined : authenticationFailed('sr is not valid here.')
    default:
      return authenticationFailed('sr is mandatory. Cannot be empty')
  }
}

function overridesOf(sas: StorageSas): Readonly<Record<string, string>> {
  const names = {
    rscc: 'cache-control',
    rscd: 'content-disposition',
    rsce: 'content-encoding',
    rscl: 'content-language',
    rsct: 'content-type',
  }
  const given = Object.entries(names).map(([field, header]) => [header, sas.field(field)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== ''))
}
