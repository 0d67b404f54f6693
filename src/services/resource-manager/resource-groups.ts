import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'

/**
 * Resource groups: they hold other resources and do nothing themselves.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/manage-resource-groups-portal
 */
export const resourceGroupProvider: ResourceProvider = {
  type: 'Microsoft.Resources/resourceGroups',
  put: async () => ({ properties: { provisioningState: 'Succeeded' } }),
  delete: async () => {},
}
