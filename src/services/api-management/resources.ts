import { type JsonObject, stringMember } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import { entityNotFound } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import { entityKinds } from './entity-kinds.ts'
import { actionsOf } from './operations.ts'
import type { ApiManagement } from './service.ts'

const root = 'Microsoft.ApiManagement/service'

/** https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service */
export function apiManagementResources(apiManagement: ApiManagement): readonly ResourceProvider[] {
  return [
    serviceResource(apiManagement),
    ...entityKinds.map((kind) => entityResource(apiManagement, kind)),
  ]
}

function serviceResource(apiManagement: ApiManagement): ResourceProvider {
  return {
    type: root,
    put: async (request) => {
      const [name = ''] = request.names
      const properties = serviceProperties(name, request)
      await apiManagement.putService(name, {
        ...(request.location === undefined ? {} : { location: request.location }),
        properties,
        identity: request.identity,
        sku: request.sku,
        tags: request.tags,
      })
      return { properties }
    },
    delete: async ([name = '']) => apiManagement.deleteService(name),
  }
}

function entityResource(apiManagement: ApiManagement, kind: EntityKind): ResourceProvider {
  const actions = Object.entries(actionsOf(kind.kind)).map(
    ([name, act]) =>
      [
        name,
        async (names: readonly string[]) => {
          const [service = '', ...inner] = names
          const instance = apiManagement.instance(service)
          const entity = instance.get(kind.kind, inner)
          if (!entity) throw entityNotFound(kind.label)
          return (await act(instance, entity, {})) ?? {}
        },
      ] as const,
  )
  return {
    type: `${root}/${kind.kind}`,
    put: async ({ names: [service = '', ...names], properties }): Promise<ResourceBody> => {
      const instance = apiManagement.instance(service)
      const entity = await instance.put({ kind: kind.kind, names, properties })
      return { properties: kind.show?.(entity) ?? entity.properties }
    },
    delete: async ([service = '', ...names]) => {
      // What is deleted with its holder goes whatever else still refers to it.
      await apiManagement.instance(service).delete(kind.kind, names, { always: true })
    },
    actions: Object.fromEntries(actions),
  }
}

function serviceProperties(name: string, request: ResourceRequest): JsonObject {
  const host = `${name.toLowerCase()}.azure-api.net`
  return {
    publisherEmail: 'owner@example.org',
    publisherName: stringMember(request.properties, 'publisherName') ?? name,
    virtualNetworkType: 'None',
    ...request.properties,
    provisioningState: 'Succeeded',
    gatewayUrl: `https://${host}`,
    gatewayRegionalUrl: `https://${host}`,
    managementApiUrl: `https://${name.toLowerCase()}.management.azure-api.net`,
    portalUrl: `https://${name.toLowerCase()}.portal.azure-api.net`,
    developerPortalUrl: `https://${name.toLowerCase()}.developer.azure-api.net`,
    hostnameConfigurations: [
      { type: 'Proxy', hostName: host, defaultSslBinding: true, certificateSource: 'BuiltIn' },
    ],
    publicIPAddresses: ['127.0.0.1'],
    platformVersion: 'stv2',
  }
}
