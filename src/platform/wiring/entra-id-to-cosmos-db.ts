/**
 * Tokens of Entra ID, and the role definitions and assignments that Cosmos DB keeps for itself -> who may do what with the
 * data of an account. https://learn.microsoft.com/azure/cosmos-db/nosql/security/how-to-grant-data-plane-role-based-access
 */
import { isJsonObject, objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import { InvalidToken, type TokenFault } from '../../protocols/auth/invalid-token.ts'
import { tokenInvalid } from '../../services/cosmos-db/errors.ts'
import type { CosmosIdentity } from '../../services/cosmos-db/identity.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import type { RoleAccess } from './role-access.ts'

const accounts = 'Microsoft.DocumentDB/databaseAccounts'
const assignmentType = `${accounts}/sqlRoleAssignments`
const definitionType = `${accounts}/sqlRoleDefinitions`
const roleTypes = new Set([assignmentType.toLowerCase(), definitionType.toLowerCase()])

const reading = [
  `${accounts}/readMetadata`,
  `${accounts}/sqlDatabases/containers/items/read`,
  `${accounts}/sqlDatabases/containers/executeQuery`,
  `${accounts}/sqlDatabases/containers/readChangeFeed`,
]
const writing = [
  `${accounts}/readMetadata`,
  `${accounts}/sqlDatabases/containers/*`,
  `${accounts}/sqlDatabases/containers/items/*`,
]

/** https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-roles */
const builtInRoles: Readonly<Record<string, readonly string[]>> = {
  '00000000-0000-0000-0000-000000000001': reading, // Cosmos DB Built-in Data Reader
  '00000000-0000-0000-0000-000000000002': writing, // Cosmos DB Built-in Data Contributor
}

const reasons: Readonly<Record<TokenFault, string>> = {
  malformed: 'the token is not a JWT.',
  type: 'the token is not a JWT.',
  algorithm: 'the token is not signed as it must be.',
  unsigned: 'the token is not signed.',
  key: 'the token is signed with an unknown key.',
  signature: 'the signature of the token is not valid.',
  'expiry-missing': 'the token has no expiry.',
  expired: 'the token is expired.',
  'not-yet-valid': 'the token is not valid yet.',
  issuer: 'the token is of another issuer.',
  audience: 'the token is for another audience.',
}

interface Assignment {
  readonly account: string
  readonly principalId: string
  readonly actions: readonly RegExp[]
  /** Below the account, with a slash at the end: `/`, `/dbs/orders/colls/items/`. */
  readonly scope: string
}

export function cosmosIdentity(options: {
  readonly access: RoleAccess
  readonly entra: EntraId
  readonly resources: ResourceManager
}): CosmosIdentity {
  const { access, entra, resources } = options
  let assignments: Promise<readonly Assignment[]> | undefined
  // Read again after any change: an assignment takes effect with the next call.
  resources.onChanged(({ type }) => {
    if (roleTypes.has(type.toLowerCase())) assignments = undefined
  })
  return {
    verifyToken: (token, account) => {
      try {
        return {
          principalId: stringMember(access.claimsOf(token, audiencesOf(account)), 'oid') ?? '',
        }
      } catch (error) {
        if (error instanceof InvalidToken) throw tokenInvalid(reasons[error.fault], error)
        throw error
      }
    },
    allows: async (wanted) => {
      // Roles of a group are its members' too.
      const ids = entra.directory.idsOf(wanted.principalId)
      assignments ??= readAssignments(resources)
      return (await assignments).some(
        ({ account, principalId, scope, actions }) =>
          account === wanted.account &&
          ids.includes(principalId) &&
          (wanted.scope === '*' || `${wanted.scope}/`.startsWith(scope)) &&
          actions.some((action) => action.test(wanted.action)),
      )
    },
  }
}

function audiencesOf(account: string): readonly string[] {
  const addresses = ['https://cosmos.azure.com', `https://${account}.documents.azure.com`]
  return [...addresses, ...addresses.map((each) => `${each}/`), cosmosApplication]
}

/** Cosmos DB itself, as tokens of version 2 name it. */
const cosmosApplication = 'a232010e-820c-4083-83bb-3ace5fc29d0b'

async function readAssignments(resources: ResourceManager): Promise<readonly Assignment[]> {
  const definitions = await resources.list({ type: definitionType })
  const own = new Map(
    definitions.map((each) => [stringMember(each, 'id')?.toLowerCase() ?? '', actionsOf(each)]),
  )
  const assigned = await resources.list({ type: assignmentType })
  return assigned.map((resource) => {
    const properties = objectMember(resource, 'properties')
    const definition = (stringMember(properties, 'roleDefinitionId') ?? '').toLowerCase()
    const builtIn = builtInRoles[definition.split('/').at(-1) ?? '']
    const actions = own.get(definition) ?? builtIn ?? []
    return {
      account: accountOf(stringMember(resource, 'id') ?? ''),
      principalId: (stringMember(properties, 'principalId') ?? '').toLowerCase(),
      actions: actions.map(actionPattern),
      scope: scopeOf(stringMember(properties, 'scope') ?? ''),
    }
  })
}

function actionsOf(definition: JsonObject): readonly string[] {
  const permissions = objectMember(definition, 'properties')['permissions']
  return (Array.isArray(permissions) ? permissions : []).flatMap((permission) => {
    const actions = isJsonObject(permission) ? permission['dataActions'] : undefined
    return Array.isArray(actions)
      ? actions.filter((action): action is string => typeof action === 'string')
      : []
  })
}

// One star stands for whatever follows.
function actionPattern(action: string): RegExp {
  const escaped = action.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`, 'i')
}

function accountOf(id: string): string {
  return /\/databaseAccounts\/([^/]+)/i.exec(id)?.[1]?.toLowerCase() ?? ''
}

function scopeOf(scope: string): string {
  const [, below = scope] = /\/databaseAccounts\/[^/]+(\/.*)?$/i.exec(scope) ?? []
  const isWhole = below === '' || below === '/' || /\/databaseAccounts\/[^/]+\/?$/i.test(scope)
  return isWhole ? '/' : `${below.replace(/\/$/, '')}/`
}
