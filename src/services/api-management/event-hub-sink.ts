import type { TraceContext } from '../../base/trace-context.ts'

/** An event that a policy sends to an event hub. */
export interface HubEvent {
  /** The name of the event hub, from the credentials of the logger. */
  readonly hub: string
  readonly connectionString: string
  readonly partitionId?: string
  readonly partitionKey?: string
  readonly body: Uint8Array
  readonly trace: TraceContext
}

/** Takes the events of `log-to-eventhub`; without one the policy is refused when its document is saved. */
export interface EventHubSink {
  send(event: HubEvent): Promise<void>
}
