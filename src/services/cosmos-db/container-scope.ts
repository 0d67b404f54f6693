import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { Store } from '../../store/store.ts'
import type { ContainerDefinition } from './container-definition.ts'
import type { ItemScope } from './item.ts'
import type { PartitionKey } from './partition-key.ts'
import type { NamedResources } from './named-resources.ts'
import type { ScriptKind } from './resource-id.ts'
import type { Scripts } from './scripts/scripts.ts'

/** What the service was built with. */
export interface CosmosDbParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly scripts: Scripts
}

/** What the files that work on one container share. */
export interface ContainerScope extends ItemScope, CosmosDbParts {
  /** The store's collection that holds the items. */
  readonly collection: string
  /** `database/container`, as spans and the flow map name it. */
  readonly resource: string
  readonly partitionKey: PartitionKey
  /** Read for each use: the definition can change while the container lives. */
  readonly definition: ContainerDefinition
  /** Stored procedures, triggers or user-defined functions. */
  scriptsOf(kind: ScriptKind): NamedResources
}
