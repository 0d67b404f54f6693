import { ServiceError } from '../../base/errors.ts'
import type { Account } from '../../services/cosmos-db/account.ts'
import type { Database } from '../../services/cosmos-db/database.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import { connectionKinds, type Connection } from '../../services/functions/app-settings.ts'
import type { BindingContext } from '../../services/functions/extension.ts'

/** The database a binding means, in the account of its connection: `AccountEndpoint` or `__accountEndpoint`. */
export function cosmosDatabaseOf(
  cosmosDb: CosmosDb,
  context: BindingContext,
  names: { connection: string | undefined; databaseName: string },
): Database {
  return cosmosAccountOf(cosmosDb, context, names.connection).database(names.databaseName)
}

/** The account that a binding's connection names. */
export function cosmosAccountOf(
  cosmosDb: CosmosDb,
  context: BindingContext,
  connectionName: string | undefined,
): Account {
  const connection = context.settings.readConnection(connectionName, connectionKinds.cosmosDB)
  const endpoint = endpointOf(connection)
  const name = hostLabel(endpoint)
  // An address of this machine names no account.
  const isLocal = name === 'localhost' || name === '127'
  const account = isLocal ? cosmosDb.onlyAccount() : cosmosDb.account(name)
  if (!account) {
    throw new ServiceError(
      'NotFound',
      404,
      `The connection '${connection.name}' of function '${context.functionName}' names the Cosmos DB account '${endpoint}', which no template declares.`,
    )
  }
  return account
}

function endpointOf(connection: Connection): string {
  if (connection.kind === 'section') return connection.values['accountEndpoint'] ?? ''
  return /(?:^|;)\s*AccountEndpoint=([^;]*)/i.exec(connection.value)?.[1] ?? ''
}

function hostLabel(endpoint: string): string {
  return (URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint).split('.')[0] ?? ''
}
