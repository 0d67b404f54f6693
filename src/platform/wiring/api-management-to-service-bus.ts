/**
 * `send-service-bus-message` of policies -> messages in a queue or topic, sent by the managed identity of the service.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-send-service-bus
 */
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import type { ServiceBusSink } from '../../services/api-management/service-bus-sink.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { serviceBusRoles } from './entra-id-to-service-bus.ts'
import type { RoleAccess } from './role-access.ts'
import { assignedIdentities } from './resource-identity.ts'

const action = 'Microsoft.ServiceBus/namespaces/messages/send/action'
export function apiManagementToServiceBus(options: {
  readonly serviceBus: ServiceBus
  readonly resources: ResourceManager
  readonly access: RoleAccess
}): ServiceBusSink {
  const { serviceBus, resources, access } = options
  return {
    send: async ({ service, clientId, namespace: host, kind, entity, ...message }) => {
      const namespace = serviceBus.namespace(nameOf(host))
      if (!namespace) throw notFound(`There is no Service Bus namespace '${host}'.`)
      const services = await resources.list({ type: 'Microsoft.ApiManagement/service' })
      const own = services.find(
        (each) => stringMember(each, 'name')?.toLowerCase() === service.toLowerCase(),
      )
      const principalId = principalOf(own ?? {}, clientId)
      if (principalId === undefined) throw noIdentity(service, clientId)
      const resourceId = `${namespace.resourceId}/${kind}s/${entity}`
      if (!(await access.allows({ principalId, resourceId, action }, serviceBusRoles))) {
        throw notAllowed(resourceId)
      }
      // A queue is no topic, though both are sent to by name.
      if (kind === 'queue') namespace.queue(entity)
      else namespace.topic(entity)
      const sent = {
        body: message.body,
        bodyType: 'data' as const,
        applicationProperties: message.properties,
      }
      await namespace.send(entity, [sent], { trace: message.trace })
    },
  }
}

/** `contoso.servicebus.windows.net` -> `contoso` */
function nameOf(host: string): string {
  const [, name = ''] =
    /^(?:sb:\/\/)?([^./]+)\.servicebus\.windows\.net\.?(?::\d+)?\/?$/i.exec(host) ?? []
  return name
}

function principalOf(service: JsonObject, clientId: string | undefined): string | undefined {
  const identities = assignedIdentities(objectMember(service, 'identity'))
  if (clientId === undefined) return identities?.systemAssigned?.principalId
  return identities?.userAssigned?.find(
    (each) => each.clientId.toLowerCase() === clientId.toLowerCase(),
  )?.principalId
}

function notFound(message: string): ServiceError {
  return new ServiceError('MessagingEntityNotFound', 404, message)
}

function noIdentity(service: string, clientId: string | undefined): ServiceError {
  const kind = clientId === undefined ? 'system-assigned' : `user-assigned ('${clientId}')`
  return new ServiceError(
    'ManagedIdentityNotFound',
    400,
    `The service '${service}' has no ${kind} managed identity.`,
  )
}

function notAllowed(resourceId: string): ServiceError {
  return new ServiceError(
    'UnauthorizedAccess',
    401,
    `The managed identity has no role that lets it send to '${resourceId}': Azure Service Bus Data Sender.`,
  )
}
