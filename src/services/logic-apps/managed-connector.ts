import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'

/** A connection of `managedApiConnections` in connections.json, or of `$connections`, with its settings followed. */
export interface ManagedConnection {
  /** The name in connections.json. */
  readonly name: string
  /** The last segment of the API's id: `azureeventgrid`. */
  readonly api: string
  /** The whole entry: `api`, `connection`, `authentication`, `connectionRuntimeUrl`. */
  readonly definition: JsonObject
}

/** One call of an operation: what the action or trigger would send to the connector. */
export interface ManagedConnectorCall {
  readonly app: string
  readonly workflow: string
  readonly connection: ManagedConnection
  readonly method: string
  /** Evaluated and percent-encoded as the definition writes it. */
  readonly path: string
  readonly queries: JsonObject
  readonly headers: JsonObject
  readonly body?: JsonValue
  /** `operationId` of an `OpenApiConnection`; its parameters are in `body`. */
  readonly operationId?: string
  readonly trace: TraceContext
  readonly signal: AbortSignal
}

/** What the connector answers; a status of 400 or more fails the action. */
export interface ManagedConnectorAnswer {
  readonly statusCode: number
  readonly headers?: JsonObject
  readonly body?: JsonValue
}

/** A webhook trigger or action that subscribes. */
export interface ManagedConnectorSubscribe extends ManagedConnectorCall {
  /** Where the connector posts its events; also what `@listCallbackUrl()` in the body gave. */
  readonly callbackUrl: string
}

/**
 * A managed connector that a local service stands for. Connections whose API has none go to their base URL, or to
 * recorded answers.
 */
export interface ManagedConnector {
  /** The last segment of the API's id, compared without case: `azureeventgrid`, `servicebus`, `azureblob`. */
  readonly api: string
  /** Answers one operation; a 404 with code `OperationNotFound` is for operations it does not know. */
  call?(call: ManagedConnectorCall): Promise<ManagedConnectorAnswer>
  /** Makes, or takes over again, the subscription of a webhook; called at each start of the app. */
  subscribe?(subscribe: ManagedConnectorSubscribe): Promise<ManagedSubscription>
}

/** A webhook's subscription while the app runs. */
export interface ManagedSubscription {
  /** Ends it for good: the workflow was removed or no longer has the trigger. */
  unsubscribe(): Promise<void>
  /** Lets go of it when the platform stops; the subscription stays. */
  stop?(): Promise<void>
}
