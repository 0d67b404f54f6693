// Nothing here survives a crash: a transaction that was not discharged never happened.
import type { Clock } from '../../base/clock.ts'
import type { AmqpMessage } from '../../protocols/amqp/amqp-message.ts'
import { decodeMessage } from '../../protocols/amqp/amqp-message.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import type { AmqpLink } from '../../protocols/amqp/amqp-session.ts'
import { accepted } from '../../protocols/amqp/delivery-state.ts'
import type { IncomingDelivery } from '../../protocols/amqp/incoming-link.ts'
import { parseCoordination } from '../../protocols/amqp/performatives.ts'
import { randomHex } from '../../base/ids.ts'
import { toAmqpError } from './amqp-errors.ts'
import { transactionMsMax, transactionStepsMax, transactionsMax } from './limits.ts'
import type { Namespace } from './namespace.ts'
import type { OutgoingMessage } from './message.ts'
import type { Receiver } from './receiver.ts'
import type { Settlement } from './settlement.ts'

interface Sending {
  readonly path: string
  readonly messages: readonly OutgoingMessage[]
}

interface Settling {
  readonly receiver: Receiver
  readonly settlement: Settlement
}

/** What a client wants done together or not at all. */
export class Transaction {
  readonly sends: Sending[] = []
  readonly settlements: Settling[] = []
  /** Whoever has not discharged it by then has to begin again. */
  readonly endsMs: number

  constructor(endsMs: number) {
    this.endsMs = endsMs
  }

  send(sending: Sending): void {
    this.#mustFit()
    this.sends.push(sending)
  }

  settle(settling: Settling): void {
    this.#mustFit()
    this.settlements.push(settling)
  }

  #mustFit(): void {
    if (this.sends.length + this.settlements.length < transactionStepsMax) return
    throw new AmqpError(
      'amqp:resource-limit-exceeded',
      `A transaction has at most ${transactionStepsMax} operations.`,
    )
  }
}

/** The transactions of one connection: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-transactions */
export class Transactions {
  readonly #namespace: Namespace
  readonly #clock: Clock
  readonly #open = new Map<string, Transaction>()

  constructor(namespace: Namespace, clock: Clock) {
    this.#namespace = namespace
    this.#clock = clock
  }

  get(id: Uint8Array): Transaction {
    const transaction = this.#open.get(keyOf(id))
    if (transaction && transaction.endsMs > this.#clock.now()) return transaction
    this.#open.delete(keyOf(id))
    throw new AmqpError(
      'amqp:transaction:unknown-id',
      'The transaction is not known: it may have ended.',
    )
  }

  serve(link: AmqpLink): void {
    if (link.role !== 'incoming') {
      throw new AmqpError('amqp:not-allowed', 'A coordinator only takes messages.')
    }
    link.accept(
      {
        delivery: (delivery) => void this.#onMessage(delivery),
        // What its controller left open is rolled back.
        closed: () => this.#open.clear(),
      },
      { maxMessageBytes: 64 * 1024, creditMax: transactionsMax },
    )
  }

  async #onMessage(delivery: IncomingDelivery): Promise<void> {
    try {
      const request = parseRequest(decodeMessage(delivery.payload))
      if (request === 'declare') {
        return delivery.settle({ kind: 'declared', transactionId: this.#declare() })
      }
      await this.#discharge(request)
      delivery.settle(accepted)
    } catch (error) {
      delivery.settle({ kind: 'rejected', error: refusalOf(error) })
    }
  }

  #declare(): Uint8Array {
    if (this.#open.size >= transactionsMax) {
      throw new AmqpError(
        'amqp:resource-limit-exceeded',
        `A connection has at most ${transactionsMax} open transactions.`,
      )
    }
    const id = Buffer.from(randomHex(16), 'hex')
    this.#open.set(keyOf(id), new Transaction(this.#clock.now() + transactionMsMax))
    return id
  }

  async #discharge(request: {
    readonly transactionId: Uint8Array
    readonly fail: boolean
  }): Promise<void> {
    const transaction = this.get(request.transactionId)
    this.#open.delete(keyOf(request.transactionId))
    if (request.fail) return
    await this.#namespace.commit(transaction)
  }
}

function parseRequest(
  message: AmqpMessage,
): Exclude<ReturnType<typeof parseCoordination>, undefined> {
  const { body } = message
  const request = body?.kind === 'value' ? parseCoordination(body.value) : undefined
  if (request) return request
  throw new AmqpError('amqp:not-implemented', 'A coordinator takes only declare and discharge.')
}

function refusalOf(error: unknown): AmqpError {
  try {
    return toAmqpError(error)
  } catch {
    return new AmqpError('amqp:transaction:rollback', 'The transaction was rolled back.')
  }
}

function keyOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
