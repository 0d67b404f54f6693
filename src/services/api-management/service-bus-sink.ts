import type { TraceContext } from '../../base/trace-context.ts'

/** A message that a policy sends to a queue or topic. */
export interface BusMessage {
  /** The service whose identity sends it. */
  readonly service: string
  /** Of a user-assigned identity; the service's own without it. */
  readonly clientId?: string
  /** `contoso.servicebus.windows.net` */
  readonly namespace: string
  readonly kind: 'queue' | 'topic'
  readonly entity: string
  readonly properties: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly trace: TraceContext
}

/** Takes the messages of `send-service-bus-message`; without one the policy is refused when its document is saved. */
export interface ServiceBusSink {
  /** Resolves once the message is kept; throws a `ServiceError` where it is not taken. */
  send(message: BusMessage): Promise<void>
}
