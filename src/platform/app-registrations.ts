import { objectMember, stringMember } from '../base/json.ts'
import type { Application } from '../services/entra-id/application.ts'
import type { EntraId } from '../services/entra-id/service.ts'
import type { ResourceManager } from '../services/resource-manager/service.ts'
import type { AppRegistration } from './endpoints.ts'

/**
 * The applications that templates registered, by name, with a secret each: a template cannot hold one, so in Azure a
 * person would add it. The first one is made here and kept.
 */
export async function appRegistrations(options: {
  entra: EntraId
  resources: ResourceManager
}): Promise<Readonly<Record<string, AppRegistration>>> {
  const { entra, resources } = options
  const registered: Record<string, AppRegistration> = {}
  for (const body of await resources.list({ type: 'Microsoft.Graph/applications' })) {
    const clientId = stringMember(objectMember(body, 'properties'), 'appId') ?? ''
    const application = entra.directory.application(clientId)
    // Without a service principal it is no application of this tenant, and gets no tokens.
    if (!application || !entra.directory.servicePrincipal(clientId)) continue
    const { displayName, uniqueName } = application
    registered[displayName in registered ? uniqueName : displayName] = {
      tenantId: entra.tenant.id,
      clientId,
      clientSecret: (await entra.registrations.ensureSecret(clientId)).value,
      scope: scopeOf(entra, application),
    }
  }
  return registered
}

/** What its tokens are for: the first application that it requires, else itself. */
function scopeOf({ directory }: EntraId, application: Application): string {
  const [access] = application.requiredAccess
  const resource = directory.application(access?.resourceAppId ?? '') ?? application
  return `${resource.identifierUris[0] ?? resource.appId}/.default`
}
