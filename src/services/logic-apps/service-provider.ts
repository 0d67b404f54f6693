import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'

/** A connection of `serviceProviderConnections` in connections.json, with its settings followed. */
export interface ServiceProviderConnection {
  /** The name in connections.json. */
  readonly name: string
  /** `connectionString`, `ManagedServiceIdentity` ... where the file says it. */
  readonly parameterSetName?: string
  /** `fullyQualifiedNamespace`, `connectionString`, `blobStorageEndpoint` ... */
  readonly parameterValues: JsonObject
}

/** One call of an operation by an action. */
export interface ServiceProviderCall {
  /** The logic app, as azure.yaml names it. */
  readonly app: string
  readonly connection: ServiceProviderConnection
  /** `inputs.parameters` of the action, evaluated. */
  readonly parameters: JsonObject
  readonly trace: TraceContext
  /** Aborts when the action times out or its run is cancelled. */
  readonly signal: AbortSignal
}

/** What an operation answers: plain JSON; `body` is what `body('action')` gives. */
export interface ServiceProviderOutputs {
  readonly body?: JsonValue
  readonly headers?: JsonObject
  readonly statusCode?: number
}

/** What a trigger of a service provider is started with. */
export interface ServiceProviderListen {
  readonly app: string
  readonly workflow: string
  readonly trigger: string
  readonly connection: ServiceProviderConnection
  /** `inputs.parameters` of the trigger, evaluated. */
  readonly parameters: JsonObject
  /**
   * Starts the runs of an event (`splitOn` makes several). Resolves once they are durable: only then the source may be
   * acknowledged. It rejects when the event must be delivered again.
   */
  readonly fire: (event: ServiceProviderEvent) => Promise<void>
}

/** One event that a trigger gives to its workflow. */
export interface ServiceProviderEvent {
  readonly body: JsonValue
  readonly headers?: JsonObject
  /** The trace that the event continues; a body that is split has one for each item where they differ. */
  readonly trace?: TraceContext
  readonly itemTraces?: readonly (TraceContext | undefined)[]
  /** Names each item of the body, the same at every delivery: what has started its run starts no other one. */
  readonly keys?: readonly string[]
}

/** A trigger that listens. */
export interface ServiceProviderListener {
  start(): Promise<void>
  stop(): Promise<void>
  /** Events that wait or are being delivered; 0 means idle. */
  pending?(): Promise<number>
}

/**
 * The operations of one service provider of Logic Apps (Standard), by operation id. A fault of the service is a
 * `ServiceError` with its code and status; an operation that is not here is refused by name when the workflow loads.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/
 */
export interface ServiceProvider {
  /** The last segment of `/serviceProviders/serviceBus`; compared without case. */
  readonly id: string
  readonly actions: Readonly<
    Record<string, (call: ServiceProviderCall) => Promise<ServiceProviderOutputs>>
  >
  readonly triggers: Readonly<
    Record<string, (listen: ServiceProviderListen) => ServiceProviderListener>
  >
  /** Why operations are missing, as a sentence: it is told where one of them is refused. */
  readonly missing?: string
}
