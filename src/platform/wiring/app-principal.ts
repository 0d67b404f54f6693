/** Managed identities of a logic app's site -> who acts when a connection of its workflows is used. */
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type { Caller } from '../../services/key-vault/vault-access.ts'
import type { ServiceProviderConnection } from '../../services/logic-apps/service-provider.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { identitiesOf } from './resource-identity.ts'

/** Gives nobody for a connection that is not by identity, or for an app that no template mentions. */
export type PrincipalOfApp = (
  app: string,
  connection: ServiceProviderConnection,
) => Promise<Caller | undefined>

export function principalOfApp(options: {
  readonly resources: ResourceManager
  readonly tenantId: string
  /** The site of a logic app. */
  readonly siteOf: (app: string) => string | undefined
}): PrincipalOfApp {
  const { resources, tenantId, siteOf } = options
  return async (app, connection) => {
    const { kind, resourceId } = connectionIdentity(connection)
    const site = siteOf(app)
    if (!/^ManagedServiceIdentity$/i.test(kind) || site === undefined) return undefined
    const sites = await resources.list({ type: 'Microsoft.Web/sites' })
    const body = sites.find(
      (each) => stringMember(each, 'name')?.toLowerCase() === site.toLowerCase(),
    )
    const found = identitiesOf(body ?? {}, tenantId).find(
      (each) => each.resourceId?.toLowerCase() === resourceId?.toLowerCase(),
    )
    if (found) return found.caller
    throw new ServiceError(
      'WorkflowManagedIdentityNotSpecified',
      400,
      `The connection '${connection.name}' asks for a managed identity that the logic app '${site}' does not have.`,
    )
  }
}

/** How `authProvider` of a connection acts, and the resource id of a user-assigned identity. */
function connectionIdentity(connection: ServiceProviderConnection): {
  readonly kind: string
  readonly resourceId: string | undefined
} {
  const provider = objectMember(connection.parameterValues, 'authProvider')
  const text = (name: string) =>
    stringMember(provider, name) ?? stringMember(provider, name.toLowerCase()) ?? ''
  const identity = text('Identity')
  return { kind: text('Type'), resourceId: identity === '' ? undefined : identity }
}
