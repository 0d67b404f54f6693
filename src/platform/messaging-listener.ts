// Nothing here survives a crash: a restart opens it again.
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { AmqpHost } from '../protocols/amqp/amqp-host.ts'
import type { AmqpBroker } from '../protocols/amqp/amqp-host.ts'
import { AmqpListener } from '../protocols/amqp/amqp-listener.ts'
import { HttpServer } from '../protocols/http/server.ts'
import type { HttpHandler } from '../protocols/http/server.ts'

/** What is reached by AMQP, and administered on the same port. */
export interface Messaging {
  readonly brokers: readonly AmqpBroker[]
  readonly administration: HttpHandler
}

/** One port for AMQP, its WebSockets and the administration, each plain or in TLS. */
export function newMessagingListener(
  options: Messaging & {
    readonly host: string
    readonly port: number
    readonly tls?: { readonly key: string; readonly cert: string } | undefined
    readonly clock: Clock
    readonly logger: Logger
  },
): AmqpListener {
  const { brokers, administration, host, port, tls, clock, logger } = options
  const http = new HttpServer({
    port: 0,
    name: 'messaging',
    handler: administration,
    upgradeHandler: (...handshake) => listener.upgradeHandler(...handshake),
    logger,
    clock,
  })
  const listener: AmqpListener = new AmqpListener({
    host,
    port,
    handler: new AmqpHost({ brokers, clock, logger }),
    containerId: 'interline',
    clock,
    logger,
    http,
    ...(tls ? { tls } : {}),
  })
  return listener
}
