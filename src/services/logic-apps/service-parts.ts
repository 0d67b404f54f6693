import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'
import type { Store } from '../../store/store.ts'
import type { IdentityToken } from './app-runtime.ts'
import type { ManagedConnectors } from './managed-connectors.ts'
import type { ScriptThread } from './script-thread.ts'
import type { ServiceProviders } from './service-providers.ts'
import type { TransformPool } from './transform-pool.ts'

/** What every app of the service shares. */
export interface LogicAppParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly outgoing: OutgoingHttp
  readonly serviceProviders: ServiceProviders
  readonly connectors: ManagedConnectors
  readonly scripts: ScriptThread
  readonly transforms: TransformPool
  readonly identityToken: IdentityToken | undefined
}
