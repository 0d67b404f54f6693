import { clientCredentialMissing, noTenant, roleRequired } from '../errors.ts'
import { findResource, parseDefaultScope } from '../resource-scope.ts'
import type { TokenAnswer, TokenRequest } from '../token-request.ts'
import type { GrantContext } from './grant-context.ts'

/** A token for the application itself: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function clientCredentials(context: GrantContext, request: TokenRequest): TokenAnswer {
  const { directory, issuer, tenant } = context
  const { parameters, endpointVersion } = request
  if (!request.namesTenant) throw noTenant()
  const { application, proof } = context.authentication.authenticate(request.client)
  if (proof === 'none') throw clientCredentialMissing()
  const identifier =
    endpointVersion === 2
      ? parseDefaultScope(parameters.require('scope'))
      : parameters.require('resource')
  const resource = findResource(directory, identifier, tenant.displayName)
  const principal = directory.servicePrincipal(application.appId)
  const principalId = principal?.objectId ?? application.objectId
  const roles = directory.rolesOf(principalId, resource.appId)
  const isGuarded = directory.servicePrincipal(resource.appId)?.appRoleAssignmentRequired === true
  if (isGuarded && !directory.isAssigned(principalId, resource.appId)) {
    throw roleRequired(application.displayName, resource.displayName)
  }
  const client = { appId: application.appId, proof }
  const { token, lifeSeconds } = issuer.forApplication({ client, resource, principalId, roles })
  return {
    token_type: 'Bearer',
    expires_in: lifeSeconds,
    ext_expires_in: lifeSeconds,
    access_token: token,
  }
}
