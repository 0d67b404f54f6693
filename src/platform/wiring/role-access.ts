/**
 * Tokens of Entra ID and role assignments of the template -> who may do what, for every service that asks.
 * https://learn.microsoft.com/azure/role-based-access-control/overview
 */
import type { Clock } from '../../base/clock.ts'
import { objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import { readCustomRole, type CustomRole } from './custom-role.ts'
import { TokenVerifier } from '../../protocols/auth/token-verifier.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'

const roleAssignmentType = 'Microsoft.Authorization/roleAssignments'
const roleDefinitionType = 'Microsoft.Authorization/roleDefinitions'
const rolesTypes = new Set([roleAssignmentType.toLowerCase(), roleDefinitionType.toLowerCase()])

/** Actions that the built-in roles of a service allow, by the GUID of the role's definition. */
export type AllowedActions = Readonly<Record<string, RegExp>>

/** One thing that a principal wants to do. */
export interface WantedAction {
  /** Object id of a principal of Entra ID. */
  readonly principalId: string
  readonly resourceId: string
  /** `Microsoft.KeyVault/vaults/secrets/getSecret/action` */
  readonly action: string
}

interface Assignment {
  readonly principalId: string
  readonly role: string
  /** Of a role that the template itself defines. */
  readonly custom: CustomRole | undefined
  /** In lower case, with a slash at the end. */
  readonly scope: string
}

/** Who a token is of, and what the role assignments let its principal do. */
export class RoleAccess {
  readonly #entra: EntraId
  readonly #resources: ResourceManager
  readonly #verifier: TokenVerifier
  #assignments: Promise<readonly Assignment[]> | undefined

  constructor(options: { entra: EntraId; resources: ResourceManager; clock: Clock }) {
    this.#entra = options.entra
    this.#resources = options.resources
    this.#verifier = new TokenVerifier({ clock: options.clock })
    // Read again after any change: an assignment takes effect with the next call.
    options.resources.onChanged(({ type }) => {
      if (rolesTypes.has(type.toLowerCase())) this.#assignments = undefined
    })
  }

  /** The claims of a token of the tenant for one of the audiences; throws `InvalidToken`. */
  claimsOf(token: string, audiences: readonly string[]): JsonObject {
    const { id } = this.#entra.tenant
    return this.#verifier.verify(token, this.#entra.keySet(), {
      algorithms: ['RS256'],
      audiences,
      issuers: [`https://sts.windows.net/${id}/`, `https://login.microsoftonline.com/${id}/v2.0`],
    }).claims
  }

  /** True where a role that covers the resource allows the action. */
  async allows(wanted: WantedAction, allowed: AllowedActions): Promise<boolean> {
    // Roles of a group are its members' too.
    const ids = this.#entra.directory.idsOf(wanted.principalId)
    const resource = `${wanted.resourceId.toLowerCase()}/`
    this.#assignments ??= this.#read()
    return (await this.#assignments).some(
      (assignment) =>
        ids.includes(assignment.principalId) &&
        resource.startsWith(assignment.scope) &&
        (assignment.custom?.allows(wanted.action) ??
          allowed[assignment.role]?.test(wanted.action)) === true,
    )
  }

  async #read(): Promise<readonly Assignment[]> {
    const resources = await this.#resources.list({ type: roleAssignmentType })
    const definitions = await this.#resources.list({ type: roleDefinitionType })
    const customRoles = new Map(
      definitions.map((each) => [roleIdOf(each, 'id'), readCustomRole(each)]),
    )
    return resources.map((resource) => {
      const properties = objectMember(resource, 'properties')
      const role = roleIdOf(properties, 'roleDefinitionId')
      return {
        principalId: (stringMember(properties, 'principalId') ?? '').toLowerCase(),
        role,
        custom: customRoles.get(role),
        scope: scopeOf(stringMember(resource, 'id') ?? ''),
      }
    })
  }
}

/** The GUID at the end of a role definition's id. */
function roleIdOf(holder: JsonObject, member: string): string {
  return (stringMember(holder, member) ?? '').split('/').at(-1)?.toLowerCase() ?? ''
}

/** An assignment's scope is what its id begins with. */
function scopeOf(assignmentId: string): string {
  const suffix = `/providers/${roleAssignmentType.toLowerCase()}/`
  const [scope = ''] = assignmentId.toLowerCase().split(suffix)
  return `${scope}/`
}
