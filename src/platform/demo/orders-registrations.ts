/** The app registrations of the orders solution, which in Azure an administrator makes once for the tenant. */
import type { EntraId } from '../../services/entra-id/service.ts'
import type { AppRegistration } from '../endpoints.ts'

const audience = 'api://orders'

/** What was registered: `deployer` is the principal that deploys, as `azd auth login` with the caller would make it. */
export interface OrdersRegistrations {
  readonly registrations: Readonly<Record<string, AppRegistration>>
  readonly deployer: string
}

/** Registers `Orders-api`, which exposes the audience, and `caller` with a secret; the same ones at each start. */
export async function registerOrdersApplications(entra: EntraId): Promise<OrdersRegistrations> {
  const { registrations, tenant, directory } = entra
  await registrations.registerApplication({ displayName: 'Orders-api', identifierUris: [audience] })
  const { appId } = await registrations.registerApplication({ displayName: 'caller' })
  const secret = await registrations.ensureSecret(appId)
  const caller = {
    tenantId: tenant.id,
    clientId: appId,
    clientSecret: secret.value,
    scope: `${audience}/.default`,
  }
  return { registrations: { caller }, deployer: directory.servicePrincipal(appId)?.objectId ?? '' }
}
