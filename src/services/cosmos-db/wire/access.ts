// Who a request is of, and whether its caller may do what it asks. A name of this machine says no account: there the
// key, or the token, tells which one is meant.
import type { Account } from '../account.ts'
import { developmentKey } from '../account.ts'
import {
  authorizationMalformed,
  authorizationMissing,
  localAuthorizationDisabled,
  notByToken,
  ownerNotFound,
  permissionMissing,
  roleMissing,
} from '../errors.ts'
import { openResourceToken } from '../resource-token.ts'
import type { CosmosDb } from '../service.ts'
import type { Address } from './address.ts'
import {
  checkDate,
  isSignedBy,
  keysFor,
  parseAuthorization,
  signatureFault,
  type SignedRequest,
} from './authorization.ts'

/** A request as its access is decided. */
export interface AccessRequest {
  readonly method: string
  readonly address: Address
  /** Without the port. */
  readonly host: string
  readonly authorization: string | undefined
  readonly date: string | undefined
  /** JSON text of `x-ms-documentdb-partitionkey`. */
  readonly partitionKey: string | undefined
  /** A read-only key, and a permission to read, are enough. */
  readonly isRead: boolean
}

/** A request that may go on. */
export interface Access {
  readonly account: Account
  /** Throws unless the caller's roles allow the action; keys allow everything. */
  permit(action: string): Promise<void>
}

const azureSuffix = '.documents.azure.com'

/** Decides whose request it is; throws Azure's 401 or 403. */
export function openAccess(cosmosDb: CosmosDb, request: AccessRequest): Promise<Access> {
  if (request.authorization === undefined) throw authorizationMissing()
  const { type, signature } = parseAuthorization(request.authorization)
  const named = namedAccount(cosmosDb, request.host)
  switch (type) {
    case 'master':
      return byKey(cosmosDb, request, { named, signature })
    case 'resource':
      return byResourceToken(cosmosDb, request, { named, token: signature })
    case 'aad':
      return byToken(cosmosDb, request, { named, token: signature })
  }
}

/** The account that one of Azure's names means, also by its region: `shop-westeurope.documents.azure.com`. */
function namedAccount(cosmosDb: CosmosDb, host: string): Account | undefined {
  if (!host.endsWith(azureSuffix)) return undefined
  const label = host.slice(0, -azureSuffix.length)
  const account =
    cosmosDb.account(label) ??
    cosmosDb
      .accounts()
      .filter(({ name }) => label.startsWith(`${name}-`))
      .toSorted((left, right) => right.name.length - left.name.length)[0]
  if (!account) throw ownerNotFound()
  return account
}

async function byKey(
  cosmosDb: CosmosDb,
  request: AccessRequest,
  given: { readonly named: Account | undefined; readonly signature: string },
): Promise<Access> {
  const { named, signature } = given
  const date = checkDate(request.date, cosmosDb.clock.now())
  const signed: SignedRequest = { ...request, date }
  const accounts = named ? [named] : cosmosDb.accounts()
  const account =
    accounts.find((each) => isSignedBy(keysFor(each, request), signature, signed)) ??
    (!named && isSignedBy([developmentKey], signature, signed)
      ? await cosmosDb.developmentAccount()
      : undefined)
  if (!account) throw signatureFault(signed)
  if (account.refusesKeys) throw localAuthorizationDisabled()
  return { account, permit: async () => {} }
}

async function byResourceToken(
  cosmosDb: CosmosDb,
  request: AccessRequest,
  given: { readonly named: Account | undefined; readonly token: string },
): Promise<Access> {
  const accounts = given.named ? [given.named] : cosmosDb.accounts()
  const nowMs = cosmosDb.clock.now()
  for (const account of accounts) {
    const grant = openResourceToken(account, given.token, nowMs)
    if (!grant) continue
    if (account.refusesKeys) throw localAuthorizationDisabled()
    const { resourceLink: link, resourceType: type } = request.address
    if (!grant.allows({ ...request, link, type })) throw permissionMissing()
    return { account, permit: async () => {} }
  }
  throw authorizationMalformed()
}

async function byToken(
  cosmosDb: CosmosDb,
  request: AccessRequest,
  given: { readonly named: Account | undefined; readonly token: string },
): Promise<Access> {
  const { identity } = cosmosDb
  const account = given.named ?? cosmosDb.accounts()[0]
  if (!identity || !account) throw authorizationMalformed()
  const { principalId } = identity.verifyToken(given.token, account.name)
  const resource = scopeOf(request.address)
  return {
    account,
    permit: async (action) => {
      if (action === '') {
        throw notByToken(account.name, `${request.method} ${request.address.path}`)
      }
      const wanted = { principalId, action: `Microsoft.DocumentDB/databaseAccounts/${action}` }
      if (await identity.allows({ ...wanted, account: account.name, scope: resource })) return
      throw roleMissing(account.name, {
        ...wanted,
        resource: resource === '' || resource === '*' ? '/' : resource,
      })
    },
  }
}

/** `/dbs/orders/colls/items`: what roles are assigned for. */
function scopeOf({ shape, names }: Address): string {
  const [database, container] = names
  // Whoever may do anything in an account has to find its regions first.
  if (shape === '/') return '*'
  if (!shape.startsWith('/dbs/{}') || database === undefined) return ''
  if (!shape.startsWith('/dbs/{}/colls/{}') || container === undefined) return `/dbs/${database}`
  return `/dbs/${database}/colls/${container}`
}
