import { ServiceError } from '../../base/errors.ts'
import { stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import type {
  ServiceProviderCall,
  ServiceProviderConnection,
} from '../../services/logic-apps/service-provider.ts'
import { permissionMismatch, authenticationFailed } from '../../services/storage/access-errors.ts'
import { developmentAccount, type Account } from '../../services/storage/account.ts'
import { invalidUri } from '../../services/storage/errors.ts'
import type { BlobName, Storage } from '../../services/storage/service.ts'
import type { PrincipalOfApp } from './app-principal.ts'

/** What an operation on blobs does, as the roles of storage say it. */
export type BlobAction = 'containers/read' | `containers/blobs/${'read' | 'write' | 'delete'}`

/** The storage accounts that connections of workflows name, and whether they let the workflow in. */
export class BlobConnections {
  readonly #storage: Storage
  readonly #principalOf: PrincipalOfApp

  constructor(storage: Storage, principalOf: PrincipalOfApp) {
    this.#storage = storage
    this.#principalOf = principalOf
  }

  /** The account of a call's connection; throws where key or role does not allow the action. */
  async account(call: BlobCaller, action: BlobAction): Promise<Account> {
    const account = accountOf(this.#storage, call.connection)
    await this.#check(call, account, action)
    return account
  }

  /** The blob that `containerName` and `blobName` say; a container's name may go on with a folder. */
  async blob(call: ServiceProviderCall, action: BlobAction): Promise<BlobName> {
    const { parameters } = call
    return this.named(call, action, {
      container: required(parameters, 'containerName'),
      blob: required(parameters, 'blobName'),
    })
  }

  /** The blob of a parameter like `blobUri`: `container/folder/blob`, or its whole address. */
  async blobAt(call: ServiceProviderCall, action: BlobAction, name: string): Promise<BlobName> {
    const path = pathOf(required(call.parameters, name))
    const slash = path.indexOf('/')
    if (slash < 1 || slash === path.length - 1) throw invalidUri()
    return this.named(call, action, {
      container: path.slice(0, slash),
      blob: path.slice(slash + 1),
    })
  }

  async named(
    call: BlobCaller,
    action: BlobAction,
    names: { readonly container: string; readonly blob: string },
  ): Promise<BlobName> {
    const account = await this.account(call, action)
    const { container, folder } = splitContainer(names.container)
    return { account: account.name, container, name: `${folder}${names.blob}` }
  }

  async #check(call: BlobCaller, account: Account, action: BlobAction): Promise<void> {
    const { name, parameterValues } = call.connection
    const key = partOf(stringMember(parameterValues, 'connectionString') ?? '', 'AccountKey')
    if (key !== undefined && !account.keys.includes(key)) {
      throw authenticationFailed(`The key of the connection '${name}' is none of the account's.`)
    }
    const principal = await this.#principalOf(call.app, call.connection)
    if (!principal) return
    const isAllowed = await this.#storage.identity.hasRole({
      principalId: principal.objectId,
      resourceId: `${account.resourceId}/blobServices/default`,
      action: `Microsoft.Storage/storageAccounts/blobServices/${action}`,
    })
    if (!isAllowed) throw permissionMismatch()
  }
}

/** Whose connection is used. */
export type BlobCaller = Pick<ServiceProviderCall, 'app' | 'connection'>

/** `container/folder` -> the container, and the folder with its slash. */
export function splitContainer(name: string): { container: string; folder: string } {
  const slash = name.indexOf('/')
  if (slash < 0) return { container: name, folder: '' }
  const folder = name.slice(slash + 1).replace(/\/$/, '')
  return { container: name.slice(0, slash), folder: folder === '' ? '' : `${folder}/` }
}

/** A parameter that an operation cannot do without. */
export function required(parameters: JsonObject, name: string): string {
  const value = stringMember(parameters, name)
  if (value !== undefined && value !== '') return value
  throw new ServiceError(
    'ServiceOperationRequiredParameterMissing',
    400,
    `The required parameter '${name}' is missing.`,
  )
}

/** A flag that the designer writes as a text or as a value. */
export function isTrue(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

/** By `blobStorageEndpoint` of an identity, or by the connection string. */
function accountOf(storage: Storage, connection: ServiceProviderConnection): Account {
  const { name, parameterValues } = connection
  const text = stringMember(parameterValues, 'connectionString') ?? ''
  const endpoint = stringMember(parameterValues, 'blobStorageEndpoint')
  const address = endpoint ?? partOf(text, 'BlobEndpoint') ?? ''
  const isDevelopment = /UseDevelopmentStorage=true/i.test(text)
  const account =
    partOf(text, 'AccountName') ?? (isDevelopment ? developmentAccount : accountOfAddress(address))
  const found = storage.accounts.resolve(account)
  if (found) return found.account
  throw new ServiceError(
    'ServiceProviderConnectionNotFound',
    404,
    `The connection '${name}' names the storage account '${account}', which no template declares.`,
  )
}

// By its host in Azure, by the first segment of the path here.
function accountOfAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { hostname, pathname } = new URL(address)
  if (hostname.endsWith('.core.windows.net')) return hostname.split('.')[0] ?? ''
  return pathname.split('/')[1] ?? ''
}

function partOf(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=([^;]*)`, 'i').exec(text)?.[1]
}

function pathOf(address: string): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return address.replace(/^\//, '')
  const { hostname, pathname } = new URL(address)
  const path = decodeURIComponent(pathname.slice(1))
  return hostname.endsWith('.core.windows.net') ? path : path.slice(path.indexOf('/') + 1)
}
