/**
 * Changes of a Cosmos DB container -> the `cosmosDBTrigger` of functions.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-cosmosdb-v2-trigger
 */
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import {
  ChangeFeedProcessor,
  type ChangeBatch,
} from '../../services/cosmos-db/change-feed-processor.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import type {
  TriggerContext,
  TriggerItem,
  TriggerListener,
  TriggerSource,
} from '../../services/functions/extension.ts'
import { BindingReader } from './binding-reader.ts'
import { cosmosAccountOf, cosmosDatabaseOf } from './cosmos-db-connection.ts'

/** What the trigger of the real extension does when the binding does not say. */
const defaults = {
  leaseContainerName: 'leases',
  maxItemsPerInvocation: 100,
  feedPollDelay: 5_000,
  leaseAcquireInterval: 13_000,
  leaseRenewInterval: 17_000,
  leaseExpirationInterval: 60_000,
} as const

export function changeFeedToFunctions(options: {
  cosmosDb: CosmosDb
  clock: Clock
  logger: Logger
}): TriggerSource {
  return {
    type: 'cosmosdbtrigger',
    listen: async (context) => {
      const reader = new BindingReader(context)
      const monitored = await monitoredContainer(options.cosmosDb, context, reader)
      const leases = await leaseContainer(options.cosmosDb, context, reader)
      const processor = new ChangeFeedProcessor({
        monitored,
        leases,
        leasePrefix: reader.string('leaseContainerPrefix') ?? '',
        hostName: `${context.hostName}/${context.app}/${context.functionName}`,
        startFrom: startFrom(reader),
        maxItems: reader.number('maxItemsPerInvocation') ?? defaults.maxItemsPerInvocation,
        feedPollDelayMs: reader.number('feedPollDelay') ?? defaults.feedPollDelay,
        leaseAcquireIntervalMs:
          reader.number('leaseAcquireInterval') ?? defaults.leaseAcquireInterval,
        leaseRenewIntervalMs: reader.number('leaseRenewInterval') ?? defaults.leaseRenewInterval,
        leaseExpirationIntervalMs:
          reader.number('leaseExpirationInterval') ?? defaults.leaseExpirationInterval,
        clock: options.clock,
        logger: options.logger,
        onChanges: (batch) => deliver(context, batch),
      })
      await processor.start()
      return listenerOf(processor)
    },
  }
}

function listenerOf(processor: ChangeFeedProcessor): TriggerListener {
  return {
    stop: () => processor.stop(),
    pending: async () => (await processor.lag()) + (processor.busy ? 1 : 0),
  }
}

// The real trigger moves on after a failed batch (retries are the function's own policy), so that one bad
// item cannot stop the container; the failure is in the trace.
async function deliver(context: TriggerContext, batch: ChangeBatch): Promise<void> {
  const items = batch.items.map((item): TriggerItem => {
    const trace = parseTraceparent(item.trace)
    return trace ? { text: item.text, trace } : { text: item.text }
  })
  await context.invoke({
    input: { kind: 'json', text: `[${items.map((item) => item.text).join(',')}]` },
    items,
    signal: batch.signal,
  })
}

async function monitoredContainer(
  cosmosDb: CosmosDb,
  context: TriggerContext,
  reader: BindingReader,
): Promise<Container> {
  const database = cosmosDatabaseOf(cosmosDb, context, {
    connection: reader.string('connection'),
    databaseName: reader.required('databaseName'),
  })
  return database.container(reader.required('containerName'))
}

async function leaseContainer(
  cosmosDb: CosmosDb,
  context: TriggerContext,
  reader: BindingReader,
): Promise<Container> {
  const connection = reader.string('leaseConnection') ?? reader.string('connection')
  const account = cosmosAccountOf(cosmosDb, context, connection)
  const databaseName = reader.string('leaseDatabaseName') ?? reader.required('databaseName')
  const name = reader.string('leaseContainerName') ?? defaults.leaseContainerName
  if (reader.boolean('createLeaseContainerIfNotExists') !== true) {
    return account.database(databaseName).container(name)
  }
  const database = await account.createDatabaseIfNotExists(databaseName)
  return database.createContainerIfNotExists({ id: name, partitionKey: { paths: ['/id'] } })
}

function startFrom(reader: BindingReader): 'beginning' | 'now' | { sinceMs: number } {
  const time = reader.string('startFromTime')
  if (time !== undefined && time !== '') {
    const sinceMs = Date.parse(time)
    if (Number.isNaN(sinceMs)) throw reader.fault('startFromTime', 'expected a time in ISO 8601')
    return { sinceMs }
  }
  return reader.boolean('startFromBeginning') === true ? 'beginning' : 'now'
}
