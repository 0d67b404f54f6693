import { sign } from '../../protocols/auth/shared-key.ts'
import {
  accountSasText,
  delegationKeyText,
  type StorageSas,
} from '../../protocols/auth/storage-sas.ts'
import { hasPermission, isMadeBy } from './access.ts'
import type { AccessPolicy, AuthorizationParts, Caller, Permission } from './access.ts'
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
  if (sas.kind === 'account') checkAccountSas(parts, sas)
  else parts.target.checkSas(sas)
  const principal = { objectId: sas.field('skoid'), tenantId: sas.field('sktid') }
  const may = async (permission: Permission) => {
    const isAllowed = lettersOf(permission, sas).some((each) => grant.permissions.includes(each))
    if (!isAllowed || sas.kind !== 'user-delegation') return isAllowed
    return hasPermission(parts, principal, permission)
  }
  if (!(await may(parts.permission))) throw permissionMismatch()
  const letters = lettersOf(parts.permission, sas).filter((each) =>
    grant.permissions.includes(each),
  )
  return {
    kind: 'sas',
    overrides: overridesOf(sas),
    sas,
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
  const texts =
    sas.kind === 'account'
      ? [accountSasText(sas, request.named.name)]
      : parts.target.textsToSign(sas)
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

function grantOf({ target }: AuthorizationParts, sas: StorageSas): Grant {
  const id = sas.field('si')
  const own = { permissions: sas.field('sp'), start: sas.field('st'), expiry: sas.field('se') }
  if (id === '' || sas.kind !== 'service') return own
  const policy = target.policies.find((each) => each.id === id)
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

function checkAccountSas({ target }: AuthorizationParts, sas: StorageSas): void {
  if (!sas.field('ss').includes(target.serviceLetter)) throw serviceMismatch()
  if (!sas.field('srt').includes(target.level)) throw resourceTypeMismatch()
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
