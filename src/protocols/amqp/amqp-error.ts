import type { AmqpValue } from './amqp-value.ts'

/** What ends a link, a session or a connection, or rejects a delivery, told to the peer by its condition. */
export class AmqpError extends Error {
  override readonly name = 'AmqpError'
  /** `amqp:not-found`, `com.microsoft:message-lock-lost` */
  readonly condition: string
  readonly info: ReadonlyMap<AmqpValue, AmqpValue>

  constructor(
    condition: string,
    description: string,
    info: ReadonlyMap<AmqpValue, AmqpValue> = new Map(),
  ) {
    super(description)
    this.condition = condition
    this.info = info
  }
}
