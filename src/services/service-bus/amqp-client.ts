// Nothing here survives a crash: locks stay in the store until they run out, sessions are given back by their links.
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import { addressOf } from '../../protocols/amqp/amqp-host.ts'
import type { AmqpLink } from '../../protocols/amqp/amqp-session.ts'
import type { OutgoingLink } from '../../protocols/amqp/outgoing-link.ts'
import { RequestNode } from '../../protocols/amqp/request-node.ts'
import type { Access } from './access.ts'
import { toAmqpError } from './amqp-errors.ts'
import { ManagementNode } from './amqp-management.ts'
import { ReceiverLink } from './amqp-receiver.ts'
import { acceptSessionLink } from './amqp-session-receiver.ts'
import { serveSender } from './amqp-sender.ts'
import { HeldSessions } from './held-sessions.ts'
import { Transactions } from './amqp-transactions.ts'
import type { AccessRight } from './authorization-rules.ts'
import type { SubQueue } from './entities.ts'
import type { Namespace } from './namespace.ts'

/** An address taken apart: `bookings/subscriptions/new/$deadletterqueue/$management`. */
export interface EntityAddress {
  readonly path: string
  readonly subQueue: SubQueue | undefined
  readonly isManagement: boolean
}

/** One connection to one namespace: its links, its sessions, its transactions. */
export class AmqpClient {
  readonly #namespace: Namespace
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sessions = new HeldSessions()
  readonly #transactions: Transactions
  readonly #nodes = new Map<string, ServedNode>()

  constructor(options: { namespace: Namespace; clock: Clock; logger: Logger }) {
    this.#namespace = options.namespace
    this.#clock = options.clock
    this.#logger = options.logger
    this.#transactions = new Transactions(options.namespace, options.clock)
  }

  async attach(link: AmqpLink, access: Access): Promise<void> {
    try {
      await this.#attach(link, access)
    } catch (error) {
      throw toAmqpError(error)
    }
  }

  async #attach(link: AmqpLink, access: Access): Promise<void> {
    const raw = addressOf(link)
    if (raw === '$coordinator') return this.#transactions.serve(link)
    const address = parseAddress(raw)
    if (address.isManagement) return this.#management(address, access).serve(link)
    if (link.role === 'incoming') {
      await mustHave(access, 'Send', address.path)
      const { path } = this.#namespace.entity(address.path)
      if (address.subQueue !== undefined) throw notForSending(raw)
      return serveSender(link, {
        namespace: this.#namespace,
        path,
        transactions: this.#transactions,
      })
    }
    await mustHave(access, 'Listen', address.path)
    await this.#receiver(link, address)
  }

  async #receiver(link: OutgoingLink, address: EntityAddress): Promise<void> {
    const { path } = this.#namespace.entity(address.path)
    const shared = { link, path, transactions: this.#transactions, logger: this.#logger }
    const filter = link.source?.filters.get('com.microsoft:session-filter')
    if (filter !== undefined) {
      return acceptSessionLink({
        ...shared,
        sessionId: typeof filter === 'string' ? filter : undefined,
        namespace: this.#namespace,
        sessions: this.#sessions,
        clock: this.#clock,
      })
    }
    const receiver = this.#namespace.openReceiver(path, {
      mode: link.isPresettled ? 'receiveAndDelete' : 'peekLock',
      ...(address.subQueue === undefined ? {} : { subQueue: address.subQueue }),
      owner: undefined,
    })
    new ReceiverLink({ ...shared, receiver }).start()
  }

  // One node for all links of one entity, since a request and its answer come on two.
  #management(address: EntityAddress, access: Access): RequestNode {
    const key = `${address.path.toLowerCase()} ${address.subQueue ?? ''}`
    const known = this.#nodes.get(key)
    if (known) {
      // The token may have been put anew since.
      known.access = access
      return known.node
    }
    const { path } = this.#namespace.entity(address.path)
    const management = new ManagementNode({
      namespace: this.#namespace,
      path,
      subQueue: address.subQueue,
      sessions: this.#sessions,
      mustHave: (right) => mustHave(served.access, right, path),
    })
    const node = new RequestNode({
      handle: (message) => management.handle(message),
      logger: this.#logger,
    })
    const served: ServedNode = { node, access }
    this.#nodes.set(key, served)
    return node
  }
}

interface ServedNode {
  readonly node: RequestNode
  access: Access
}

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-dead-letter-queues#path-to-the-dead-letter-queue */
function parseAddress(address: string): EntityAddress {
  const isManagement = /\/\$management$/i.test(address)
  const entity = address.replace(/\/\$management$/i, '')
  const transfer = entity.replace(/\/\$transfer\/\$deadletterqueue$/i, '')
  if (transfer !== entity) return { path: transfer, subQueue: 'transferDeadLetter', isManagement }
  const path = entity.replace(/\/\$deadletterqueue$/i, '')
  return { path, subQueue: path === entity ? undefined : 'deadLetter', isManagement }
}

async function mustHave(access: Access, right: AccessRight, path: string): Promise<void> {
  if (await access.may(right, path)) return
  throw new AmqpError(
    'amqp:unauthorized-access',
    `Unauthorized access. '${right}' claim(s) are required to perform this operation. Resource: 'sb://${access.namespace.name}.servicebus.windows.net/${path}'.`,
  )
}

function notForSending(address: string): AmqpError {
  return new AmqpError('amqp:not-allowed', `Messages cannot be sent to '${address}'.`)
}
