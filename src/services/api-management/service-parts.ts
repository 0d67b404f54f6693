import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { Store } from '../../store/store.ts'
import type { EventHubSink } from './event-hub-sink.ts'
import type { ServiceBusSink } from './service-bus-sink.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'

/** What API Management needs of the rest of the platform. */
export interface ApiManagementParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly outgoing: OutgoingHttp
  /** A token of the managed identity of a service, for a resource such as `https://management.azure.com`. */
  managedIdentityToken(request: {
    readonly service: string
    readonly resource: string
    /** Of a user-assigned identity. */
    readonly clientId?: string
  }): Promise<string>
  /**
   * Checks the bearer token of a call to the management REST; throws a `ServiceError` with 401 for a bad token and
   * with 403 where its owner has no role that allows the action on the resource.
   */
  verifyManagementToken(request: {
    readonly token: string
    /** `/subscriptions/../providers/Microsoft.ApiManagement/service/apim/namedValues/credit` */
    readonly resourceId: string
    /** `Microsoft.ApiManagement/service/namedValues/write` */
    readonly action: string
  }): Promise<void>
  /** Where `log-to-eventhub` sends; without it the policy is refused when its document is saved. */
  readonly eventHubs?: EventHubSink
  /** Where `send-service-bus-message` sends; without it the policy is refused when its document is saved. */
  readonly serviceBus?: ServiceBusSink
  /**
   * The secret that an entity of a service refers to, read with an identity of the service; without it such entities are
   * refused.
   */
  readonly readSecret?: (
    secretIdentifier: string,
    asking: { readonly service: string; readonly identityClientId?: string },
  ) => Promise<string>
}
