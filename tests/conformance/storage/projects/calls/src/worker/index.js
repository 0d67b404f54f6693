const { app, input, output } = require('@azure/functions')

const results = output.table({ tableName: 'results', connection: 'Calls' })
const calls = output.storageQueue({ queueName: 'graph-calls', connection: 'Calls' })

app.storageQueue('RunGraphCalls', {
  queueName: 'graph-calls',
  connection: 'Calls',
  extraOutputs: [results],
  handler: (call, context) => {
    const { dequeueCount, id, insertionTime } = context.triggerMetadata
    if (call.fails) throw new Error('no')
    const row = { PartitionKey: call.flight, RowKey: String(call.number), dequeueCount, id }
    context.extraOutputs.set(results, {
      ...row,
      insertionTime,
      isDate: !Number.isNaN(Date.parse(insertionTime)),
    })
  },
})

app.http('Select', {
  authLevel: 'anonymous',
  extraOutputs: [calls],
  handler: async (request, context) => {
    context.extraOutputs.set(calls, await request.json())
    return { status: 202 }
  },
})

const rows = input.table({ tableName: 'results', partitionKey: '{flight}', connection: 'Calls' })

app.http('Results', {
  authLevel: 'anonymous',
  route: 'results/{flight}',
  extraInputs: [rows],
  handler: (request, context) => ({ jsonBody: context.extraInputs.get(rows) }),
})

app.http('SendByIdentity', {
  authLevel: 'anonymous',
  handler: async (request) => {
    const { DefaultAzureCredential } = require('@azure/identity')
    const { QueueClient } = require('@azure/storage-queue')
    const { TableClient } = require('@azure/data-tables')
    const credential = new DefaultAzureCredential()
    const queue = new QueueClient(
      'https://stcallstest.queue.core.windows.net/graph-calls',
      credential,
    )
    await queue.sendMessage(Buffer.from(await request.text()).toString('base64'))
    const table = new TableClient(
      'https://stcallstest.table.core.windows.net',
      'results',
      credential,
    )
    const refusal = await table
      .createEntity({ partitionKey: 'x', rowKey: 'y' })
      .catch((error) => error.statusCode)
    return { jsonBody: { refusal } }
  },
})
