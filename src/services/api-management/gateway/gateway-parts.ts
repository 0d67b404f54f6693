import type { Clock } from '../../../base/clock.ts'
import type { Telemetry } from '../../../base/telemetry.ts'
import type { Api } from '../api.ts'
import type { Backend } from '../backend.ts'
import type { ClientCertificate } from '../certificate.ts'
import type { ApiContracts } from '../contract/api-contracts.ts'
import type { Entity } from '../entity-tree.ts'
import type { EventHubSink } from '../event-hub-sink.ts'
import type { ServiceBusSink } from '../service-bus-sink.ts'
import type { NamedValueLeases } from '../named-value-lease.ts'
import type { OutgoingHttp } from '../../../protocols/http/outgoing-http.ts'
import type { BackendPools } from './backend-pool.ts'
import type { TrustedAuthority } from './certificate-chain.ts'
import type { ConnectionTokens } from './connection-tokens.ts'
import type { GatewayCall } from './gateway-call.ts'
import type { QuotaCounters } from './quota-counters.ts'
import type { RateWindows } from './rate-windows.ts'
import type { TokenCheck } from './token-check.ts'
import type { TraceTable } from './trace-table.ts'
import type { ValueCache } from './value-cache.ts'

/** A person who owns subscriptions. */
export interface GatewayUser {
  readonly id: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly email: string | null
  readonly note: string | null
  readonly registrationDateMs: number
  readonly groups: readonly { readonly id: string; readonly name: string }[]
  readonly identities: readonly { readonly id: string; readonly provider: string }[]
}

/** What policies may use while they run. */
export interface GatewayParts {
  readonly service: { readonly name: string; readonly region: string }
  /** The workspace that the APIs are in. */
  workspace(): { readonly id: string; readonly name: string } | undefined
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly outgoing: OutgoingHttp
  readonly leases: NamedValueLeases
  readonly quotas: QuotaCounters
  readonly traces: TraceTable
  readonly rates: RateWindows
  readonly cache: ValueCache
  readonly pools: BackendPools
  readonly tokens: TokenCheck
  /** What the definitions of APIs say, and the schemas. */
  readonly contracts: ApiContracts
  /** The value of a named value at this moment. */
  namedValue(name: string): string
  /** Values that must not be told: of secret named values, and of keys. */
  secrets(): readonly string[]
  /** What is in the service, or in the workspace: a schema, an operation. */
  entity(kind: string, names: readonly string[]): Entity | undefined
  /** Those that are in another entity. */
  entities(kind: string, below: readonly string[]): readonly Entity[]
  /** Tokens of credential providers. */
  readonly connections: ConnectionTokens
  readonly eventHubs: EventHubSink | undefined
  readonly serviceBus: ServiceBusSink | undefined
  backend(id: string): Backend | undefined
  /** Whose certificates callers may show. */
  authorities(): readonly TrustedAuthority[]
  /** The certificates of the service. */
  certificates(): readonly ClientCertificate[]
  groupsOf(product: string): readonly { readonly id: string; readonly name: string }[]
  apisOf(product: string): readonly Api[]
  /** The example of a declared response of an operation. */
  exampleOf(
    api: string,
    operation: string,
    wanted: { status: number; contentType: string | undefined },
  ): { readonly contentType: string; readonly text: string } | undefined
  user(id: string): GatewayUser | undefined
  /** A token of the service's managed identity. */
  managedIdentityToken(request: { resource: string; clientId?: string }): Promise<string>
  log(call: GatewayCall, message: string): void
}
