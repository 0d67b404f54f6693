import { ServiceError } from '../../base/errors.ts'
import { connectionKinds, type Connection } from '../../services/functions/app-settings.ts'
import type { BindingContext } from '../../services/functions/extension.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'

/** The namespace a binding means: by `Endpoint=sb://...` or `__fullyQualifiedNamespace`. */
export function serviceBusNamespaceOf(
  serviceBus: ServiceBus,
  context: BindingContext,
  connectionName: string | undefined,
): Namespace {
  const connection = context.settings.readConnection(connectionName, connectionKinds.serviceBus)
  const host = hostOf(connection)
  const name = host.split('.')[0] ?? ''
  const namespace =
    name === 'localhost' || name === '127' ? onlyNamespace(serviceBus) : serviceBus.namespace(name)
  if (!namespace) {
    throw new ServiceError(
      'MessagingEntityNotFound',
      404,
      `The connection '${connection.name}' of function '${context.functionName}' names the Service Bus namespace '${host}', which no template declares.`,
    )
  }
  return namespace
}

function hostOf(connection: Connection): string {
  if (connection.kind === 'section') return connection.values['fullyQualifiedNamespace'] ?? ''
  const endpoint = /(?:^|;)\s*Endpoint=([^;]*)/i.exec(connection.value)?.[1] ?? ''
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint
}

function onlyNamespace(serviceBus: ServiceBus): Namespace | undefined {
  const namespaces = serviceBus.namespaces()
  return namespaces.length === 1 ? namespaces[0] : undefined
}
