const { setTimeout: sleep } = require('node:timers/promises')
const { app, input, output } = require('@azure/functions')

const bus = { connection: 'Bus' }
const shop = { connection: 'Cosmos', databaseName: '%DATABASE%', containerName: 'items' }

app.serviceBusQueue('One', {
  ...bus,
  queueName: '%QUEUE_ONE%',
  handler: (message, context) => {
    const { messageId, deliveryCount, applicationProperties, correlationId } =
      context.triggerMetadata
    context.log(
      JSON.stringify({ message, messageId, deliveryCount, applicationProperties, correlationId }),
    )
    return { 'a return value': 'without an output binding' }
  },
})

app.serviceBusQueue('Poison', {
  ...bus,
  queueName: 'poison',
  handler: (message, context) => {
    context.log('attempt', context.triggerMetadata.deliveryCount)
    throw new Error('cannot be processed')
  },
})

app.serviceBusQueue('Batch', {
  ...bus,
  queueName: 'batch',
  cardinality: 'many',
  handler: (messages, context) => {
    context.log(JSON.stringify({ messages, ids: context.triggerMetadata.messageIdArray }))
  },
})

app.serviceBusQueue('Bytes', {
  ...bus,
  queueName: 'bytes',
  dataType: 'binary',
  handler: (message, context) =>
    context.log(`${Buffer.isBuffer(message)} ${message.toString('hex')}`),
})

app.serviceBusQueue('Kept', {
  ...bus,
  queueName: 'kept',
  autoCompleteMessages: false,
  handler: (message, context) => context.log('delivery', context.triggerMetadata.deliveryCount),
})

app.serviceBusQueue('Slow', {
  ...bus,
  queueName: 'slow',
  handler: async (message, context) => {
    await sleep(6_000)
    context.log('delivery', context.triggerMetadata.deliveryCount)
  },
})

app.serviceBusQueue('Crash', {
  ...bus,
  queueName: 'crash',
  handler: (message, context) => {
    if (context.triggerMetadata.deliveryCount === 1) process.exit(3)
    context.log('delivery', context.triggerMetadata.deliveryCount)
  },
})

app.serviceBusQueue('Sessions', {
  ...bus,
  queueName: 'sessions',
  isSessionsEnabled: true,
  handler: async (message, context) => {
    await sleep(message === 'slow' ? 6_000 : 5)
    context.log(context.triggerMetadata.sessionId, message)
  },
})

app.serviceBusTopic('Events', {
  ...bus,
  topicName: 'events',
  subscriptionName: 'all',
  handler: (message, context) => context.log(`event ${message.id}`),
})

const fanned = output.serviceBusQueue({ ...bus, queueName: 'fanned' })
const events = output.serviceBusTopic({ connection: 'BusString', topicName: 'events' })
const items = output.cosmosDB(shop)

app.serviceBusQueue('Outputs', {
  ...bus,
  queueName: 'outputs',
  return: fanned,
  extraOutputs: [events, items],
  handler: (message, context) => {
    context.extraOutputs.set(events, { id: `of ${message.id}` })
    context.extraOutputs.set(items, [
      { id: '1', kind: 'book', title: 'one' },
      { id: '2', kind: 'book', title: 'two' },
      { id: '1', kind: 'pen', title: 'blue' },
    ])
    return [{ part: 1 }, { part: 2 }, 'text']
  },
})

const byId = input.cosmosDB({ ...shop, id: '{id}', partitionKey: '{kind}' })
const byQuery = input.cosmosDB({
  ...shop,
  sqlQuery:
    'SELECT VALUE c.title FROM c WHERE c.kind = {kind} AND c.id != {Query.not} ORDER BY c.title',
})

app.http('Item', {
  route: 'items/{kind}/{id}',
  authLevel: 'anonymous',
  extraInputs: [byId],
  handler: (_, context) => ({ jsonBody: { title: context.extraInputs.get(byId)?.title ?? null } }),
})

app.http('Titles', {
  route: 'titles/{kind}',
  authLevel: 'anonymous',
  extraInputs: [byQuery],
  handler: (_, context) => ({ jsonBody: context.extraInputs.get(byQuery) }),
})

app.cosmosDB('Retried', {
  ...shop,
  containerName: 'retried',
  createLeaseContainerIfNotExists: true,
  startFromBeginning: true,
  feedPollDelay: 50,
  retry: {
    strategy: 'exponentialBackoff',
    maxRetryCount: 2,
    minimumInterval: { milliseconds: 10 },
    maximumInterval: { milliseconds: 40 },
  },
  handler: (documents, context) => {
    const count = context.retryContext?.retryCount ?? 0
    context.log(
      `${documents[0].id} attempt ${count} after ${context.retryContext?.exception?.message}`,
    )
    throw new Error(`failed ${count}`)
  },
})
