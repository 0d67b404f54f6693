import { ServiceError } from '../../base/errors.ts'
import { connectionKinds, type Connection } from '../../services/functions/app-settings.ts'
import type { BindingContext } from '../../services/functions/extension.ts'
import { developmentAccount, type Account } from '../../services/storage/account.ts'
import type { Storage } from '../../services/storage/service.ts'

type StorageService = 'blob' | 'queue' | 'table'

/**
 * The account a binding means: by connection string, by `UseDevelopmentStorage=true`, or by `__blobServiceUri` (or
 * that of queues or tables), `__serviceUri` or `__accountName`. https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
 */
export function storageAccountOf(
  storage: Storage,
  context: BindingContext,
  asked: { readonly connection: string | undefined; readonly service: StorageService },
): Account {
  const connection = context.settings.readConnection(asked.connection, connectionKinds.storage)
  const name = accountNameOf(connection, asked.service)
  const named = storage.accounts.resolve(name)
  if (!named) {
    throw new ServiceError(
      'ResourceNotFound',
      404,
      `The connection '${connection.name}' of function '${context.functionName}' names the storage account '${name}', which no template declares.`,
    )
  }
  return named.account
}

function accountNameOf(connection: Connection, service: StorageService): string {
  if (connection.kind === 'section') {
    const { [`${service}ServiceUri`]: ownUri, serviceUri, accountName } = connection.values
    return accountName ?? accountOfAddress(ownUri ?? serviceUri ?? '')
  }
  const { value } = connection
  if (/(?:^|;)\s*UseDevelopmentStorage=true\s*(?:;|$)/i.test(value)) return developmentAccount
  const of = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;]*)`, 'i').exec(value)?.[1]
  return of('AccountName') ?? accountOfAddress(of(`${service}Endpoint`) ?? value)
}

/** By its host in Azure, by the first segment of the path here. */
export function accountOfAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { hostname, pathname } = new URL(address)
  if (hostname.endsWith('.core.windows.net')) return hostname.split('.')[0] ?? ''
  return pathname.split('/')[1] ?? ''
}
