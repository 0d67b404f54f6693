import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import { accepted } from '../../protocols/amqp/delivery-state.ts'
import type { IncomingDelivery, IncomingLink } from '../../protocols/amqp/incoming-link.ts'
import { toAmqpError } from './amqp-errors.ts'
import { toOutgoingMessages } from './amqp-messages.ts'
import type { Transactions } from './amqp-transactions.ts'
import type { Namespace } from './namespace.ts'

interface SenderContext {
  readonly namespace: Namespace
  readonly path: string
  readonly transactions: Transactions
}

/** Takes in what a client sends to a queue or a topic; accepts a message once it is on disk. */
export function serveSender(link: IncomingLink, context: SenderContext): void {
  const { namespace, path } = context
  const maxMessageBytes = namespace.messageBytesMax(path)
  link.accept(
    { delivery: (delivery) => void take(delivery, context), closed: () => {} },
    { maxMessageBytes },
  )
}

async function take(delivery: IncomingDelivery, context: SenderContext): Promise<void> {
  const { namespace, path, transactions } = context
  const { state } = delivery
  try {
    const messages = toOutgoingMessages(delivery.payload, delivery.format)
    if (state?.kind === 'transactional') {
      transactions.get(state.transactionId).send({ path, messages })
      return delivery.settle({ ...state, outcome: accepted })
    }
    await namespace.send(path, messages)
    delivery.settle(accepted)
  } catch (error) {
    delivery.settle({ kind: 'rejected', error: asRefusal(error) })
  }
}

// Here and not thrown on: the client waits for an answer to this one message.
function asRefusal(error: unknown): AmqpError {
  try {
    return toAmqpError(error)
  } catch {
    return new AmqpError('amqp:internal-error', 'The service was unable to process the request.')
  }
}
