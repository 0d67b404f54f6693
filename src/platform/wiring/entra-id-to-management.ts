/**
 * Tokens of Entra ID and role assignments of the template -> who may call the management REST.
 * https://learn.microsoft.com/azure/role-based-access-control/overview
 */
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import { TokenVerifier } from '../../protocols/auth/token-verifier.ts'
import type { Jwt } from '../../protocols/auth/jwt.ts'
import type { ApiManagementParts } from '../../services/api-management/service-parts.ts'
import type { EntraId } from '../../services/entra-id/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'

const audiences = [
  'https://management.azure.com',
  'https://management.azure.com/',
  'https://management.core.windows.net/',
]
const roleAssignmentType = 'Microsoft.Authorization/roleAssignments'

/** Roles that may change what is in an API Management service, by the GUID of their definition. */
const managingRoles = new Set([
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', // Owner
  'b24988ac-6180-42a0-ab88-20f7382dd24c', // Contributor
  '312a565d-c81f-4fd8-895a-4e21e48d571c', // API Management Service Contributor
])
/** Roles that may only read it. */
const readingRoles = new Set([
  'acdd72a7-3385-48ef-bd42-f606fba81ae7', // Reader
  '71522526-b88f-4d52-b57f-d31fc3546d0d', // API Management Service Reader Role
])

export function managementTokenCheck(options: {
  entra: EntraId
  resources: ResourceManager
  clock: Clock
}): ApiManagementParts['verifyManagementToken'] {
  const { entra, resources, clock } = options
  const verifier = new TokenVerifier({ clock })
  return async ({ token, resourceId, action }) => {
    const { claims } = verify(verifier, entra, token)
    const principal = typeof claims['oid'] === 'string' ? claims['oid'] : ''
    const principalIds = entra.directory.idsOf(principal)
    if (await isAllowed(resources, { principalIds, resourceId, action })) return
    throw new ServiceError(
      'AuthorizationFailed',
      403,
      `The client '${principal}' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${resourceId}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    )
  }
}

function verify(verifier: TokenVerifier, entra: EntraId, token: string): Jwt {
  const { id } = entra.tenant
  try {
    return verifier.verify(token, entra.keySet(), {
      algorithms: ['RS256'],
      audiences,
      issuers: [`https://sts.windows.net/${id}/`, `https://login.microsoftonline.com/${id}/v2.0`],
    })
  } catch (error) {
    throw new ServiceError('InvalidAuthenticationToken', 401, 'The access token is invalid.', {
      cause: error,
    })
  }
}

async function isAllowed(
  resources: ResourceManager,
  call: { principalIds: readonly string[]; resourceId: string; action: string },
): Promise<boolean> {
  const assignments = await resources.list({ type: roleAssignmentType })
  return assignments.some((assignment) => {
    const properties = objectMember(assignment, 'properties')
    const assigned = stringMember(properties, 'principalId')?.toLowerCase() ?? ''
    if (!call.principalIds.includes(assigned)) return false
    const role =
      stringMember(properties, 'roleDefinitionId')?.split('/').at(-1)?.toLowerCase() ?? ''
    const isEnough =
      managingRoles.has(role) || (/\/read$/i.test(call.action) && readingRoles.has(role))
    return isEnough && covers(stringMember(assignment, 'id') ?? '', call.resourceId)
  })
}

/** True where the assignment's scope, which its id begins with, holds the resource. */
function covers(assignmentId: string, resourceId: string): boolean {
  const scope = assignmentId
    .toLowerCase()
    .split(`/providers/${roleAssignmentType.toLowerCase()}/`)[0]
  return `${resourceId.toLowerCase()}/`.startsWith(`${scope}/`)
}
