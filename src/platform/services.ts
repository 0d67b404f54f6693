import type { Clock } from '../base/clock.ts'
import { newUuid } from '../base/ids.ts'
import { Lifecycle } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import { Egress } from '../protocols/http/egress.ts'
import { apiManagementResources } from '../services/api-management/resources.ts'
import { ApiManagement } from '../services/api-management/service.ts'
import { cosmosDbResources } from '../services/cosmos-db/resources.ts'
import { CosmosDb } from '../services/cosmos-db/service.ts'
import { entraIdResources } from '../services/entra-id/resources.ts'
import { eventGridResources } from '../services/event-grid/resources.ts'
import { EventGrid } from '../services/event-grid/service.ts'
import { EntraId } from '../services/entra-id/service.ts'
import { functionResources } from '../services/functions/resources.ts'
import { FunctionApps } from '../services/functions/service.ts'
import { keyVaultResources } from '../services/key-vault/resources.ts'
import { KeyVault } from '../services/key-vault/service.ts'
import { connectionResources } from '../services/logic-apps/connection-resources.ts'
import { logicAppResources } from '../services/logic-apps/resources.ts'
import { LogicApps } from '../services/logic-apps/service.ts'
import { Monitor } from '../services/monitor/monitor.ts'
import { ResourceManager } from '../services/resource-manager/service.ts'
import { ServiceBusBroker } from '../services/service-bus/amqp.ts'
import { serviceBusHandler } from '../services/service-bus/rest.ts'
import { serviceBusResources } from '../services/service-bus/resources.ts'
import { ServiceBus } from '../services/service-bus/service.ts'
import { storageResources } from '../services/storage/resources.ts'
import { Storage } from '../services/storage/service.ts'
import type { Store } from '../store/store.ts'
import { localAzure } from './local-azure.ts'
import { LocalHosts, validationHost } from './local-hosts.ts'
import type { Messaging } from './messaging-listener.ts'
import { apiManagementToServiceBus } from './wiring/api-management-to-service-bus.ts'
import { changeFeedToFunctions } from './wiring/change-feed-to-functions.ts'
import { gatewayIdentity } from './wiring/entra-id-to-gateway.ts'
import { vaultIdentity } from './wiring/entra-id-to-key-vault.ts'
import { managementTokenCheck } from './wiring/entra-id-to-management.ts'
import { cosmosDbToFunctions, functionsToCosmosDb } from './wiring/functions-to-cosmos-db.ts'
import { EventGridTriggers } from './wiring/event-grid-to-functions.ts'
import { eventGridToServiceBus } from './wiring/event-grid-to-service-bus.ts'
import { eventGridToStorageQueue } from './wiring/event-grid-to-storage-queue.ts'
import { functionsToEventGrid } from './wiring/functions-to-event-grid.ts'
import { functionsToServiceBus } from './wiring/functions-to-service-bus.ts'
import { functionsToStorageQueue } from './wiring/functions-to-storage-queue.ts'
import { functionsToTable } from './wiring/functions-to-table.ts'
import { serviceBusIdentity } from './wiring/entra-id-to-service-bus.ts'
import { cosmosIdentity } from './wiring/entra-id-to-cosmos-db.ts'
import { storageIdentity } from './wiring/entra-id-to-storage.ts'
import { functionsToStorage } from './wiring/functions-to-storage.ts'
import { BlobTriggers, storageToFunctions } from './wiring/storage-to-functions.ts'
import { tableToFunctions } from './wiring/table-to-functions.ts'
import { storageQueueToFunctions } from './wiring/storage-queue-to-functions.ts'
import { storageToEventGrid } from './wiring/storage-to-event-grid.ts'
import { principalCheck, senderCheck } from './wiring/entra-id-to-event-grid.ts'
import { keyVaultToApiManagement } from './wiring/key-vault-to-api-management.ts'
import { keyVaultToFunctions } from './wiring/key-vault-to-functions.ts'
import { siteIdentity } from './wiring/entra-id-to-logic-apps.ts'
import { principalOfApp } from './wiring/app-principal.ts'
import { logicAppConnectors } from './wiring/logic-app-connectors.ts'
import { eventGridDeadLetters } from './wiring/event-grid-dead-letters.ts'
import { RoleAccess } from './wiring/role-access.ts'
import { serviceBusToFunctions } from './wiring/service-bus-to-functions.ts'

export interface ServicesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** Address to listen on. */
  readonly host: string
  /** The file of spans, or `:memory:`. */
  readonly spansPath: string
  /** File that tells child processes which of Azure's names are served here. */
  readonly hostsPath?: string
}

/** Every service of an instance. */
export interface Services {
  readonly monitor: Monitor
  readonly cosmosDb: CosmosDb
  readonly serviceBus: ServiceBus
  readonly storage: Storage
  readonly eventGrid: EventGrid
  readonly functions: FunctionApps
  readonly logicApps: LogicApps
  readonly resources: ResourceManager
  readonly entra: EntraId
  readonly apiManagement: ApiManagement
  readonly keyVault: KeyVault
  readonly messaging: Messaging
  /** Azure's names that lead to listeners of this instance. */
  readonly hosts: LocalHosts
  /** Starts and stops all of them in the right order. */
  readonly lifecycle: Lifecycle
}

/** The whole composition: plain constructor calls, in the order of what needs what. */
export function newServices(options: ServicesOptions): Services {
  const foundation = newFoundation(options)
  const { monitor, resources, hosts, entra, egress, keyVault } = foundation
  const carriers = newCarriers(foundation)
  const { cosmosDb, serviceBus, storage } = carriers
  const triggers: EventGridTriggers = new EventGridTriggers({
    clock: options.clock,
    appOf: (site) => functions.site(site)?.serviceName,
  })
  const eventGrid = newEventGrid(foundation, { serviceBus, storage, triggers })
  storage.onBlobEvent(storageToEventGrid(eventGrid))
  const functions = newFunctions(foundation, { ...carriers, eventGrid, triggers })
  const logicApps = newLogicApps(foundation, { ...carriers, eventGrid })
  functions.onSite(({ name, settings }) => logicApps.useSettings(name, settings))
  const apiManagement = newApiManagement(foundation, serviceBus)
  const providers = [
    ...cosmosDbResources(cosmosDb),
    ...serviceBusResources(serviceBus),
    ...storageResources(storage),
    ...eventGridResources(eventGrid),
    ...functionResources(functions),
    ...logicAppResources(logicApps),
    ...connectionResources(),
    ...apiManagementResources(apiManagement),
    ...entraIdResources(entra),
    ...keyVaultResources(keyVault),
  ]
  for (const provider of providers) resources.register(provider)
  const lifecycle = new Lifecycle([
    monitor,
    cosmosDb,
    serviceBus,
    entra,
    { start: async () => {}, stop: () => egress.stop() },
    apiManagement,
    storage,
    functions,
    logicApps,
    // Stops first, so that no delivery meets an endpoint that is gone.
    eventGrid,
  ])
  return {
    monitor,
    ...carriers,
    eventGrid,
    functions,
    logicApps,
    resources,
    entra,
    apiManagement,
    keyVault,
    messaging: newMessaging(foundation, serviceBus),
    hosts,
    lifecycle,
  }
}

/** What one port serves by AMQP. */
function newMessaging({ shared, access }: Foundation, serviceBus: ServiceBus): Messaging {
  const options = { ...shared, serviceBus, identity: serviceBusIdentity(access) }
  return {
    brokers: [new ServiceBusBroker(options)],
    administration: serviceBusHandler(options),
  }
}

/** What every other service stands on: identities, resources, names, calls that leave. */
function newFoundation(options: ServicesOptions) {
  const { clock, host, store, logger } = options
  const monitor = new Monitor({ path: options.spansPath, clock, logger })
  const shared = { store, clock, logger, telemetry: monitor }
  const resources = new ResourceManager({ store, clock, logger, ...localAzure })
  const hosts = new LocalHosts({ file: options.hostsPath })
  const entra = new EntraId({ ...shared, tenantId: localAzure.tenantId })
  const access = new RoleAccess({ entra, resources, clock })
  const tenantId = entra.tenant.id
  const keyVault = new KeyVault({ ...shared, tenantId, ...vaultIdentity(access) })
  const egress = new Egress({ hostMap: hosts.map })
  return { shared, host, monitor, resources, hosts, entra, access, keyVault, egress }
}

type Foundation = ReturnType<typeof newFoundation>

/** What keeps items, messages and files for the others. */
function newCarriers({ shared, entra, access, resources }: Foundation) {
  return {
    cosmosDb: new CosmosDb({ ...shared, identity: cosmosIdentity({ access, entra, resources }) }),
    serviceBus: new ServiceBus({ ...shared, owner: newUuid() }),
    storage: new Storage({
      ...shared,
      tenantId: entra.tenant.id,
      identity: storageIdentity(access),
    }),
  }
}

type Carriers = ReturnType<typeof newCarriers>

function newEventGrid(
  { shared, access, egress, hosts }: Foundation,
  joined: Pick<Carriers, 'serviceBus' | 'storage'> & { triggers: EventGridTriggers },
): EventGrid {
  const { serviceBus, storage, triggers } = joined
  return new EventGrid({
    ...shared,
    outgoing: egress,
    verifyToken: senderCheck(access),
    putDeadLetter: eventGridDeadLetters(storage),
    holdsDeliveries: true,
    publicOrigin: () => hosts.map(validationHost, 443)?.origin,
    destinations: {
      AzureFunction: triggers.destination,
      ...eventGridToServiceBus(serviceBus),
      ...eventGridToStorageQueue(storage),
    },
  })
}

function newFunctions(
  { shared, host, hosts, keyVault, resources }: Foundation,
  joined: Carriers & { eventGrid: EventGrid; triggers: EventGridTriggers },
): FunctionApps {
  const { cosmosDb, serviceBus, storage, eventGrid, triggers } = joined
  const { clock, logger } = shared
  const blobs = new BlobTriggers({ storage, clock, logger })
  return new FunctionApps({
    ...shared,
    host,
    hostName: 'interline',
    hostsFile: hosts.file,
    resolveReference: keyVaultToFunctions({ keyVault, resources }),
    extensions: {
      triggers: [
        changeFeedToFunctions({ cosmosDb, clock, logger }),
        serviceBusToFunctions({ serviceBus, clock, logger }),
        storageQueueToFunctions({ storage, clock, logger }),
        triggers.source,
        blobs.source,
      ],
      inputs: [
        cosmosDbToFunctions(cosmosDb),
        storageToFunctions(storage),
        tableToFunctions(storage),
      ],
      outputs: [
        functionsToCosmosDb(cosmosDb),
        functionsToServiceBus(serviceBus),
        functionsToStorageQueue(storage),
        functionsToTable(storage),
        functionsToEventGrid(eventGrid),
        functionsToStorage(storage),
      ],
      webhooks: [triggers.webhook, blobs.webhook],
    },
  })
}

function newLogicApps(
  { shared, host, egress, entra, access, keyVault, resources }: Foundation,
  joined: Carriers & { eventGrid: EventGrid },
): LogicApps {
  const { clock, logger } = shared
  const checkSender = principalCheck(access)
  const principalOf = principalOfApp({
    resources,
    tenantId: entra.tenant.id,
    siteOf: (app) => logicApps.apps().find((each) => each.app.name === app)?.app.site,
  })
  const logicApps: LogicApps = new LogicApps({
    ...shared,
    host,
    outgoing: egress,
    ...logicAppConnectors({
      ...joined,
      clock,
      logger,
      keyVault,
      resources,
      principalOf,
      checkSender,
    }),
    identityToken: siteIdentity({ entra, resources }),
    resolveReference: keyVaultToFunctions({ keyVault, resources }),
  })
  return logicApps
}

function newApiManagement(
  { shared, access, egress, entra, keyVault, resources }: Foundation,
  serviceBus: ServiceBus,
): ApiManagement {
  return new ApiManagement({
    ...shared,
    outgoing: egress,
    managedIdentityToken: gatewayIdentity({ entra, resources }),
    verifyManagementToken: managementTokenCheck(access),
    readSecret: keyVaultToApiManagement({ keyVault, resources }),
    serviceBus: apiManagementToServiceBus({ serviceBus, resources, access }),
  })
}
