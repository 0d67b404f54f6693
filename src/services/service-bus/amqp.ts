// Nothing here survives a crash: clients connect again and put their tokens again.
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { AmqpConnection } from '../../protocols/amqp/amqp-connection.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import { plainAddress } from '../../protocols/amqp/amqp-host.ts'
import type { AmqpBroker, Grant, SecurityToken } from '../../protocols/amqp/amqp-host.ts'
import { accessByKey, accessBySignature, accessByToken } from './access.ts'
import type { Access, ServiceBusIdentity } from './access.ts'
import { AmqpClient } from './amqp-client.ts'
import type { Namespace } from './namespace.ts'
import type { ServiceBus } from './service.ts'

export interface ServiceBusBrokerOptions {
  readonly serviceBus: ServiceBus
  readonly clock: Clock
  readonly logger: Logger
  /** Absent where there is no Entra ID: tokens of it are refused. */
  readonly identity?: ServiceBusIdentity
}

const azureSuffix = '.servicebus.windows.net'

/** Service Bus by AMQP 1.0: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-protocol-guide */
export class ServiceBusBroker implements AmqpBroker {
  readonly #options: ServiceBusBrokerOptions
  readonly #clients = new WeakMap<AmqpConnection, Map<Namespace, AmqpClient>>()

  constructor(options: ServiceBusBrokerOptions) {
    this.#options = options
  }

  async authorize(token: SecurityToken): Promise<Grant | undefined> {
    const namespaces = namespacesOf(this.#options.serviceBus, token.hostname)
    if (namespaces.length === 0) return undefined
    const audience = entityOf(plainAddress(token.audience))
    try {
      return this.#grant(this.#access(token, namespaces), audience)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      throw new AmqpError('amqp:unauthorized-access', error.message)
    }
  }

  #access(token: SecurityToken, namespaces: readonly Namespace[]): Access {
    const { clock, identity } = this.#options
    switch (token.kind) {
      case 'sas':
        return accessBySignature(token.text, namespaces, clock)
      case 'key':
        return accessByKey({ keyName: token.keyName ?? '', key: token.text }, namespaces)
      case 'jwt': {
        const [namespace] = namespaces
        if (!identity || !namespace || namespaces.length > 1) {
          throw new AmqpError(
            'amqp:unauthorized-access',
            'A token of Entra ID needs the host name of one namespace.',
          )
        }
        return accessByToken(token.text, namespace, identity)
      }
    }
  }

  #grant(access: Access, audience: string): Grant {
    return {
      expiresAtMs: access.expiresAtMs,
      covers: (address) => {
        const entity = entityOf(address)
        const isBelow = `${entity}/`.startsWith(`${audience}/`)
        return audience === '' || address === '$coordinator' || isBelow
      },
      attach: (link, connection) => this.#client(connection, access.namespace).attach(link, access),
    }
  }

  #client(connection: AmqpConnection, namespace: Namespace): AmqpClient {
    const clients = this.#clients.get(connection) ?? new Map<Namespace, AmqpClient>()
    this.#clients.set(connection, clients)
    const known = clients.get(namespace)
    if (known) return known
    const { clock, logger } = this.#options
    const client = new AmqpClient({ namespace, clock, logger })
    clients.set(namespace, client)
    return client
  }
}

/** The namespaces that a host name may mean: all of them where it names this machine. */
export function namespacesOf(serviceBus: ServiceBus, hostname: string): readonly Namespace[] {
  const host = hostname.toLowerCase().replace(/:\d+$/, '')
  if (!host.endsWith(azureSuffix)) return serviceBus.namespaces()
  const namespace = serviceBus.namespace(host.slice(0, -azureSuffix.length))
  return namespace ? [namespace] : []
}

/** An address without what names a part of its entity. */
function entityOf(address: string): string {
  return address
    .toLowerCase()
    .replace(/\/\$(?:management|deadletterqueue|transfer\/\$deadletterqueue)$/, '')
    .replace(/\/\$(?:deadletterqueue|transfer\/\$deadletterqueue)$/, '')
}
