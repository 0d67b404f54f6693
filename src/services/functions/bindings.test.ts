import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { AppSettings } from './app-settings.ts'
import { bindingTypes } from './binding-types.ts'
import { BindingError, checkBindings } from './bindings.ts'

const settings = new AppSettings({ QUEUE: 'orders', SESSIONS: 'true', Poll: '250' })

function check(...bindings: JsonObject[]) {
  return checkBindings(bindings, { functionName: 'Orders', settings, clock: new ManualClock() })
}

const timer: JsonObject = {
  name: 'timer',
  type: 'timerTrigger',
  direction: 'in',
  schedule: '0 */5 * * * *',
  properties: { supportsDeferredBinding: 'false' },
}
const queueTrigger: JsonObject = {
  name: 'message',
  type: 'serviceBusTrigger',
  direction: 'in',
  connection: 'Bus',
  queueName: '%QUEUE%',
}
const feed: JsonObject = {
  name: 'docs',
  type: 'cosmosDBTrigger',
  direction: 'in',
  connection: 'Cosmos',
  databaseName: 'orders',
  containerName: 'toprocess',
}
const item: JsonObject = {
  name: 'item',
  type: 'cosmosDB',
  direction: 'in',
  connection: 'Cosmos',
  databaseName: 'orders',
  containerName: 'processed',
}

test('bindings are sorted by what they do, with settings replaced', () => {
  const checked = check(
    queueTrigger,
    { ...item, id: '{MessageId}' },
    { name: '$return', type: 'serviceBus', direction: 'out', topicName: 'x-%QUEUE%' },
  )
  assert.equal(checked.trigger['queueName'], 'orders')
  assert.equal(checked.inputs[0]?.['id'], '{MessageId}')
  assert.equal(checked.outputs[0]?.['topicName'], 'x-orders')
  assert.deepEqual(checked.warnings, [])
})

test('types and properties are found without case, and values get the type of their property', () => {
  const { trigger } = check({
    ...queueTrigger,
    type: 'ServiceBusTrigger',
    IsSessionsEnabled: '%SESSIONS%',
    cardinality: 'MANY',
  })
  assert.equal(trigger['isSessionsEnabled'], true)
  assert.equal(trigger['cardinality'], 'many')
  assert.equal(check({ ...feed, feedPollDelay: '%Poll%' }).trigger['feedPollDelay'], 250)
})

test('an HTTP trigger has its methods, level and route', () => {
  const { trigger, outputs } = check(
    {
      name: 'req',
      type: 'httpTrigger',
      direction: 'in',
      authLevel: 'Function',
      methods: ['GET', 'POST'],
      route: '%QUEUE%/{id}',
    },
    { name: '$return', type: 'http', direction: 'out' },
  )
  assert.equal(trigger['authLevel'], 'function')
  assert.equal(trigger['route'], 'orders/{id}')
  assert.equal(outputs.length, 1)
})

test('what has no effect is told', () => {
  assert.deepEqual(check({ ...feed, preferredLocations: 'West Europe', colour: 'red' }).warnings, [
    "binding 'docs' (cosmosDBTrigger): the property 'preferredLocations' has no effect here",
    "binding 'docs' (cosmosDBTrigger): the unknown property 'colour' is ignored",
  ])
})

const faults: [bindings: JsonObject[], message: string][] = [
  [[], 'No trigger binding specified. A function must have a trigger input binding.'],
  [
    [timer, { ...timer, name: 'second' }],
    'Multiple trigger bindings defined. A function can only have a single trigger binding.',
  ],
  [
    [timer, { ...item, name: 'timer' }],
    "Multiple bindings with name 'timer' discovered. Binding names must be unique.",
  ],
  [
    [{ name: 'x', type: 'fooTrigger', direction: 'in' }],
    "The binding type(s) 'fooTrigger' are not registered. Please ensure the type is correct and the binding extension is installed.",
  ],
  [
    [{ name: 'x', type: 'eventHubTrigger', direction: 'in', eventHubName: 'q' }],
    "binding 'x' (eventHubTrigger): bindings of this type are not supported",
  ],
  [[{ type: 'timerTrigger' }], "binding '' (timerTrigger): expected the property 'name'"],
  [
    [timer, { name: 'res', type: 'http', direction: 'in' }],
    "binding 'res' (http): a binding of this type cannot have the direction 'in'",
  ],
  [
    [{ ...timer, direction: 'out' }],
    "binding 'timer' (timerTrigger): a binding of this type cannot have the direction 'out'",
  ],
  [
    [{ name: 't', type: 'timerTrigger', direction: 'in' }],
    "binding 't' (timerTrigger): expected the property 'schedule'",
  ],
  [
    [{ ...timer, schedule: '0 61 * * * *' }],
    "binding 'timer' (timerTrigger): property 'schedule': The schedule expression '0 61 * * * *' was not recognized as a valid cron expression or timespan string. Column 3: expected a minute from 0 to 59, found '61'.",
  ],
  [
    [{ ...timer, runOnStartup: 'maybe' }],
    `binding 'timer' (timerTrigger): property 'runOnStartup': expected true or false, found "maybe"`,
  ],
  [
    [{ ...queueTrigger, queueName: '%NOPE%' }],
    "binding 'message' (serviceBusTrigger): property 'queueName': '%NOPE%' does not resolve to a value.",
  ],
  [
    [{ ...queueTrigger, topicName: 't', subscriptionName: 's' }],
    "binding 'message' (serviceBusTrigger): expected either queueName, or topicName and subscriptionName",
  ],
  [
    [{ name: 'm', type: 'serviceBusTrigger', direction: 'in', topicName: 't' }],
    "binding 'm' (serviceBusTrigger): expected the property 'subscriptionName' beside topicName",
  ],
  [
    [{ ...queueTrigger, cardinality: 'some' }],
    `binding 'message' (serviceBusTrigger): property 'cardinality': expected one of one, many, found "some"`,
  ],
  [
    [{ ...queueTrigger, sdkBinding: true }],
    "binding 'message' (serviceBusTrigger): property 'sdkBinding': SDK bindings are not supported",
  ],
  [
    [timer, { name: 'out', type: 'serviceBus', direction: 'out' }],
    "binding 'out' (serviceBus): expected either queueName or topicName",
  ],
  [
    [{ ...feed, maxItemsPerInvocation: 0 }],
    "binding 'docs' (cosmosDBTrigger): property 'maxItemsPerInvocation': expected a whole number of at least 1, found 0",
  ],
  [
    [{ ...feed, collectionName: 'c' }],
    "binding 'docs' (cosmosDBTrigger): property 'collectionName': is a name of version 3 of the Cosmos DB extension, expected 'containerName' of version 4",
  ],
  [
    [{ ...feed, changeFeedMode: 'AllVersionsAndDeletes' }],
    "binding 'docs' (cosmosDBTrigger): property 'changeFeedMode': the mode 'AllVersionsAndDeletes' is not supported",
  ],
  [
    [{ ...feed, startFromTime: 'yesterday' }],
    "binding 'docs' (cosmosDBTrigger): property 'startFromTime': expected a time such as 2026-01-31T00:00:00Z, found 'yesterday'",
  ],
  [
    [timer, { ...item, id: '{a', sqlQuery: '' }],
    "binding 'item' (cosmosDB): property 'id': Invalid template '{a'. Missing closing bracket at position 1.",
  ],
  [
    [timer, { ...item, id: '1', sqlQuery: 'SELECT * FROM c' }],
    "binding 'item' (cosmosDB): expected only one of id and sqlQuery",
  ],
]

for (const [bindings, message] of faults) {
  test(`a malformed binding is refused: ${message.slice(0, 90)}`, () => {
    assert.throws(
      () => check(...bindings),
      (error) => {
        assert.ok(error instanceof BindingError)
        assert.equal(error.message, `The 'Orders' function is in error: ${message}`)
        return true
      },
    )
  })
}

const libraryTypes = (
  'httpTrigger timerTrigger blobTrigger queueTrigger serviceBusTrigger eventHubTrigger eventGridTrigger ' +
  'cosmosDBTrigger warmupTrigger sqlTrigger mysqlTrigger webPubSubTrigger mcpToolTrigger ' +
  'mcpResourceTrigger mcpPromptTrigger connectorTrigger blob table cosmosDB sql mysql ' +
  'webPubSubConnection webPubSubContext http queue serviceBus eventHub eventGrid webPubSub'
).split(' ')

test('every binding type of the library is known', () => {
  const known = new Set(bindingTypes.map(({ type }) => type))
  assert.deepEqual(
    libraryTypes.filter((type) => !known.has(type)),
    [],
  )
})
