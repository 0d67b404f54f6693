import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { objectMember, stringMember } from '../../../base/json.ts'
import type { Account } from '../account.ts'
import type { CosmosCall, Operation } from './call.ts'

/** https://learn.microsoft.com/rest/api/cosmos-db/get-database-account */
export const accountOperations: readonly Operation[] = [
  {
    name: 'Get Database Account',
    method: 'GET',
    path: '/',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => ({ status: 200, body: accountBody(call), requestCharge: 0 }),
  },
]

function accountBody({ account, origin }: CosmosCall): JsonObject {
  const { properties } = account.record
  const consistency = objectMember(properties, 'consistencyPolicy')
  const level = stringMember(consistency, 'defaultConsistencyLevel') ?? 'Session'
  const regions = locationsOf(account, origin)
  return {
    _self: '',
    id: account.name,
    _rid: account.host,
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: regions.slice(
      0,
      properties['enableMultipleWriteLocations'] === true ? regions.length : 1,
    ),
    readableLocations: regions,
    enableMultipleWriteLocations: properties['enableMultipleWriteLocations'] === true,
    continuousBackupEnabled: false,
    enableNRegionSynchronousCommit: false,
    enablePerPartitionFailoverBehavior: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 1 },
    userConsistencyPolicy: { defaultConsistencyLevel: level },
    systemReplicationPolicy: {
      minReplicaSetSize: 1,
      maxReplicasetSize: 1,
      asyncReplication: false,
    },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: JSON.stringify(queryEngine),
  }
}

// By one of Azure's names the regions have names of their own; an address of this machine is the same for all.
function locationsOf(account: Account, origin: string): JsonValue[] {
  const isAzureName = origin.includes('.documents.azure.com')
  return account.regions.map((name) => {
    const region = name.toLowerCase().replaceAll(' ', '')
    const databaseAccountEndpoint = isAzureName
      ? `https://${account.name}-${region}.documents.azure.com:443/`
      : origin
    return { name, databaseAccountEndpoint }
  })
}

/** The limits that clients look up for their own planning of queries. */
const queryEngine = {
  allowNewKeywords: true,
  maxJoinsPerSqlQuery: 10,
  maxQueryRequestTimeoutFraction: 0.9,
  maxSqlQueryInputLength: 524_288,
  maxUdfRefPerSqlQuery: 10,
  queryMaxInMemorySortDocumentCount: -1_000,
  spatialMaxGeometryPointCount: 256,
  sqlAllowNonFiniteNumbers: false,
  sqlDisableOptimizationFlags: 0,
  enableSpatialIndexing: true,
  maxInExpressionItemsCount: 2_147_483_647,
  maxLogicalAndPerSqlQuery: 2_147_483_647,
  maxLogicalOrPerSqlQuery: 2_147_483_647,
  maxSpatialQueryCells: 2_147_483_647,
  sqlAllowAggregateFunctions: true,
  sqlAllowGroupByClause: true,
  sqlAllowLike: true,
  sqlAllowSubQuery: true,
  sqlAllowScalarSubQuery: true,
  sqlAllowTop: true,
} as const
