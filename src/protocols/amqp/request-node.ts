// Nothing here survives a crash: a request that was not answered is asked again.
import type { Logger } from '../../base/logger.ts'
import { messageOf } from '../../base/errors.ts'
import { AmqpError } from './amqp-error.ts'
import { decodeMessage, encodeMessage } from './amqp-message.ts'
import type { AmqpMessage } from './amqp-message.ts'
import { symbol } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { accepted } from './delivery-state.ts'
import type { IncomingDelivery, IncomingLink } from './incoming-link.ts'
import { requestBytesMax, waitingRepliesMax } from './limits.ts'
import type { OutgoingLink } from './outgoing-link.ts'

/** What a node answers; `status` as HTTP has it. */
export interface NodeAnswer {
  readonly status: number
  readonly description?: string
  readonly condition?: string
  readonly body?: AmqpValue
}

export type NodeRequest = (message: AmqpMessage) => Promise<NodeAnswer>

interface ReplyLink {
  readonly link: OutgoingLink
  readonly waiting: Buffer[]
}

/**
 * A node that answers requests: they come on one link, and the answers go to the link that `reply-to` names.
 * https://docs.oasis-open.org/amqp/man/v1.0/csd01/man-v1.0-csd01.html
 */
export class RequestNode {
  readonly #handle: NodeRequest
  readonly #logger: Logger
  readonly #replies = new Set<ReplyLink>()
  #tag = 0

  constructor(options: { readonly handle: NodeRequest; readonly logger: Logger }) {
    this.#handle = options.handle
    this.#logger = options.logger
  }

  serve(link: IncomingLink | OutgoingLink): void {
    if (link.role === 'outgoing') return this.#serveReplies(link)
    link.accept(
      { delivery: (delivery) => void this.#onRequest(delivery), closed: () => {} },
      { maxMessageBytes: requestBytesMax, creditMax: 100 },
    )
  }

  #serveReplies(link: OutgoingLink): void {
    const reply: ReplyLink = { link, waiting: [] }
    this.#replies.add(reply)
    link.accept({
      credit: () => {
        this.#send(reply)
        link.drained()
      },
      closed: () => this.#replies.delete(reply),
    })
  }

  async #onRequest(delivery: IncomingDelivery): Promise<void> {
    let request: AmqpMessage
    try {
      request = decodeMessage(delivery.payload)
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error
      return delivery.settle({ kind: 'rejected', error })
    }
    const answer = await this.#answer(request)
    delivery.settle(accepted)
    const reply = this.#replyLink(request.properties?.replyTo)
    if (!reply || reply.waiting.length >= waitingRepliesMax) return
    reply.waiting.push(encodeMessage(toMessage(request, answer)))
    this.#send(reply)
  }

  async #answer(request: AmqpMessage): Promise<NodeAnswer> {
    try {
      return await this.#handle(request)
    } catch (error) {
      this.#logger.error({ error }, `an AMQP request failed: ${messageOf(error)}`)
      return { status: 500, condition: 'amqp:internal-error', description: 'Internal error' }
    }
  }

  /** Clients name the link by its target, or by its own name. */
  #replyLink(replyTo: string | undefined): ReplyLink | undefined {
    const replies = [...this.#replies]
    return (
      replies.find(({ link }) => link.target?.address === replyTo || link.name === replyTo) ??
      (replies.length === 1 ? replies[0] : undefined)
    )
  }

  #send({ link, waiting }: ReplyLink): void {
    while (waiting.length > 0 && link.available > 0) {
      const payload = waiting.shift()
      this.#tag += 1
      if (payload) link.send({ payload, tag: Buffer.from(String(this.#tag)) })
    }
  }
}

function toMessage(request: AmqpMessage, answer: NodeAnswer): AmqpMessage {
  const { status, description = status < 300 ? 'OK' : '', condition, body = null } = answer
  const properties = new Map<AmqpValue, AmqpValue>([
    // Clients look for one or the other.
    ['statusCode', status],
    ['statusDescription', description],
    ['status-code', status],
    ['status-description', description],
  ])
  if (condition !== undefined) {
    properties.set('errorCondition', symbol(condition))
    properties.set('error-condition', symbol(condition))
  }
  const { messageId, replyTo } = request.properties ?? {}
  return {
    properties: { correlationId: messageId, ...(replyTo === undefined ? {} : { to: replyTo }) },
    applicationProperties: properties,
    body: { kind: 'value', value: body },
  }
}
