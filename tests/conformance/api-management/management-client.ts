import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { ApiManagementClient } from '@azure/arm-apimanagement'
import { ClientSecretCredential } from '@azure/identity'
import { startWithAzureNames } from '../azure-names.ts'

const subscriptionId = '5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f'

/** The group and the name of the service in the project that these tests run. */
export const service = ['rg-management', 'apim-management'] as const

/** The official client as people write it, of an administrator; and where APIs are called. */
export async function connect(
  t: TestContext,
): Promise<{ readonly client: ApiManagementClient; readonly gateway: string }> {
  const project = 'tests/conformance/api-management/projects/management'
  const { endpoints } = await startWithAzureNames(t, project)
  const registration = endpoints.appRegistrations?.['administrator']
  assert(registration && endpoints.gateway)
  const { tenantId, clientId, clientSecret } = registration
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret)
  return {
    client: new ApiManagementClient(credential, subscriptionId),
    gateway: endpoints.gateway,
  }
}

/** Everything of a list, page by page. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}
