/** Every service provider and managed connector that workflows have here. */
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import type { EventGrid } from '../../services/event-grid/service.ts'
import type { KeyVault } from '../../services/key-vault/service.ts'
import type { LogicAppsOptions } from '../../services/logic-apps/service.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import type { Storage } from '../../services/storage/service.ts'
import { absentProviders } from './absent-providers.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { blobConnector } from './blob-connector.ts'
import { cosmosDbConnector } from './cosmos-db-connector.ts'
import { eventGridPublishConnector } from './event-grid-publish-connector.ts'
import { keyVaultConnector } from './key-vault-connector.ts'
import { serviceBusConnector } from './service-bus-connector.ts'
import type { CheckPrincipal } from './entra-id-to-event-grid.ts'
import { eventGridToLogicApps } from './event-grid-to-logic-apps.ts'
import { logicAppsToCosmosDb } from './logic-apps-to-cosmos-db.ts'
import { logicAppsToEventGrid } from './logic-apps-to-event-grid.ts'
import { logicAppsToKeyVault } from './logic-apps-to-key-vault.ts'
import { logicAppsToStorageQueue } from './logic-apps-to-storage-queue.ts'
import { serviceBusToLogicApps } from './service-bus-to-logic-apps.ts'
import { storageToLogicApps } from './storage-to-logic-apps.ts'

export function logicAppConnectors(parts: {
  readonly clock: Clock
  readonly logger: Logger
  readonly storage: Storage
  readonly serviceBus: ServiceBus
  readonly cosmosDb: CosmosDb
  readonly keyVault: KeyVault
  readonly eventGrid: EventGrid
  readonly resources: ResourceManager
  readonly principalOf: PrincipalOfApp
  readonly checkSender: CheckPrincipal
}): Pick<LogicAppsOptions, 'serviceProviders' | 'managedConnectors'> {
  const { storage, serviceBus, cosmosDb, keyVault, eventGrid, resources, principalOf } = parts
  return {
    serviceProviders: [
      storageToLogicApps(parts),
      serviceBusToLogicApps(parts),
      logicAppsToCosmosDb(parts),
      logicAppsToKeyVault(keyVault, principalOf),
      logicAppsToEventGrid(parts),
      logicAppsToStorageQueue(parts),
      ...absentProviders(),
    ],
    managedConnectors: [
      eventGridToLogicApps(eventGrid),
      eventGridPublishConnector(eventGrid, resources),
      serviceBusConnector(serviceBus, resources),
      blobConnector(storage, resources, principalOf),
      cosmosDbConnector(cosmosDb, resources),
      keyVaultConnector(keyVault, resources, principalOf),
    ],
  }
}
