/**
 * Tokens of Entra ID and role assignments of the template -> who may call the management REST.
 * https://learn.microsoft.com/azure/role-based-access-control/overview
 */
import { ServiceError } from '../../base/errors.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import type { ApiManagementParts } from '../../services/api-management/service-parts.ts'
import type { AllowedActions, RoleAccess } from './role-access.ts'

const audiences = [
  'https://management.azure.com',
  'https://management.azure.com/',
  'https://management.core.windows.net/',
]

const everything = /(?:)/
const reading = /\/read$/i

/** Who may change what is in an API Management service, and who may only read it. */
export const managementRoles: AllowedActions = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': everything, // Owner
  'b24988ac-6180-42a0-ab88-20f7382dd24c': everything, // Contributor
  '312a565d-c81f-4fd8-895a-4e21e48d571c': everything, // API Management Service Contributor
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': reading, // Reader
  '71522526-b88f-4d52-b57f-d31fc3546d0d': reading, // API Management Service Reader Role
}

export function managementTokenCheck(
  access: RoleAccess,
): ApiManagementParts['verifyManagementToken'] {
  return async ({ token, resourceId, action }) => {
    const principalId = stringMember(claimsOf(access, token), 'oid') ?? ''
    if (await access.allows({ principalId, resourceId, action }, managementRoles)) return
    throw new ServiceError(
      'AuthorizationFailed',
      403,
      `The client '${principalId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${resourceId}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    )
  }
}

function claimsOf(access: RoleAccess, token: string): JsonObject {
  try {
    return access.claimsOf(token, audiences)
  } catch (error) {
    throw new ServiceError('InvalidAuthenticationToken', 401, 'The access token is invalid.', {
      cause: error,
    })
  }
}
