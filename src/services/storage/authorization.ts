import { isSignedBy, parseSharedKey, stringToSign } from '../../protocols/auth/shared-key.ts'
import { parseStorageSas } from '../../protocols/auth/storage-sas.ts'
import { hasPermission, type AuthorizationParts, type Caller, type Permission } from './access.ts'
import {
  authenticationFailed,
  noAuthentication,
  permissionMismatch,
  publicAccessNotPermitted,
  sharedKeyNotPermitted,
} from './access-errors.ts'
import { resourceNotFound } from './errors.ts'
import { requestSkewMs } from './limits.ts'
import { authorizeSas } from './sas-authorization.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'

/** Lets only those in who may do what they ask; throws Azure's refusal. */
export async function authorize(parts: AuthorizationParts): Promise<Caller> {
  const { request } = parts
  const header = headerOf(request.headers, 'authorization')
  if (header !== undefined) {
    const [, token] = /^bearer +(\S+)$/i.exec(header) ?? []
    return token === undefined ? byKey(parts, header) : byToken(parts, token)
  }
  const sas = parseStorageSas(request.query)
  return sas ? authorizeSas(parts, sas) : anonymous(parts)
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
async function byKey(parts: AuthorizationParts, header: string): Promise<Caller> {
  const { request, nowMs } = parts
  const authorization = parseSharedKey(header)
  if (!authorization) throw authenticationFailed('Authentication scheme is not supported.')
  const { named } = request
  if (!request.account.allowsSharedKey) throw sharedKeyNotPermitted()
  checkDate(request, nowMs)
  const isKnown = authorization.account.toLowerCase() === named.name
  if (!isKnown || !isSignedBy(named.keys, authorization, request)) {
    const text = stringToSign(authorization, request)
    throw authenticationFailed(
      `The MAC signature found in the HTTP request '${authorization.signature}' is not the same as any computed signature. Server used following string to sign: '${text}'.`,
    )
  }
  return { kind: 'key', overrides: {}, isCreator: false, may: async () => true }
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
async function byToken(parts: AuthorizationParts, token: string): Promise<Caller> {
  const identity = parts.identity.verifyToken(token)
  const may = (permission: Permission) => hasPermission(parts, identity, permission)
  if (!(await may(parts.permission))) throw permissionMismatch()
  return { kind: 'token', identity, overrides: {}, isCreator: false, may }
}

async function anonymous(parts: AuthorizationParts): Promise<Caller> {
  const { request, target, permission } = parts
  const isOpen = (asked: Permission) =>
    request.account.allowsPublicAccess &&
    target.publicAccess !== undefined &&
    asked.publicAccess !== undefined &&
    (asked.publicAccess === 'blob' || target.publicAccess === 'container')
  if (!isOpen(permission)) throw refusal(request)
  const may = async (asked: Permission) => isOpen(asked)
  return { kind: 'anonymous', overrides: {}, isCreator: false, may }
}

// New clients are told who gives tokens; to old ones what is not public does not exist.
function refusal(request: StorageRequest): Error {
  if (headerOf(request.headers, 'x-ms-version') !== undefined) return noAuthentication()
  return request.account.allowsPublicAccess ? resourceNotFound() : publicAccessNotPermitted()
}

function checkDate(request: StorageRequest, nowMs: number): void {
  const text = headerOf(request.headers, 'x-ms-date') ?? headerOf(request.headers, 'date')
  const time = Date.parse(text ?? '')
  if (Number.isNaN(time)) {
    throw authenticationFailed('Request date header is missing or not in the correct format.')
  }
  if (Math.abs(time - nowMs) > requestSkewMs) {
    throw authenticationFailed(`Request date header too old: '${text}'`)
  }
}
