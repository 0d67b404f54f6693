import { createHash } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'

/**
 * Connections of managed connectors; what they lead to is decided by the connector when a workflow calls it.
 * https://learn.microsoft.com/azure/templates/microsoft.web/connections
 */
export function connectionResources(): readonly ResourceProvider[] {
  return [connectionProvider, accessPolicyProvider]
}

const connectionProvider: ResourceProvider = {
  type: 'Microsoft.Web/connections',
  put: async ({ id, names, location = '', kind, properties }) => {
    const api = stringMember(objectMember(properties, 'api'), 'id')?.split('/').at(-1) ?? ''
    if (api === '') {
      throw new ServiceError(
        'MissingApiReference',
        400,
        `The connection '${names[0] ?? ''}' does not name its API: 'properties.api.id' is missing.`,
      )
    }
    return {
      properties: {
        ...properties,
        // Only connections for Standard apps are called by a URL of their own.
        ...(kind === 'V2' ? { connectionRuntimeUrl: runtimeUrl({ id, location, api }) } : {}),
        overallStatus: 'Connected',
        statuses: [{ status: 'Connected' }],
      },
    }
  },
  delete: async () => {},
}

const accessPolicyProvider: ResourceProvider = {
  type: 'Microsoft.Web/connections/accessPolicies',
  put: async ({ properties }) => ({ properties }),
  delete: async () => {},
}

/** The same for each deployment of a connection. */
function runtimeUrl({ id, location, api }: { id: string; location: string; api: string }): string {
  const key = createHash('sha256').update(id.toLowerCase()).digest('hex')
  return `https://${key.slice(0, 16)}.${key.slice(16, 18)}.common.logic-${location}.azure-apihub.net/apim/${api}/${key.slice(0, 32)}`
}
