import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies, now, startTestBus } from './bus-fixture.ts'
import { applyConfigurationFile } from './configuration-file.ts'

const file = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [
          {
            Name: 'queue.1',
            Properties: {
              DeadLetteringOnMessageExpiration: false,
              DefaultMessageTimeToLive: 'PT1H',
              DuplicateDetectionHistoryTimeWindow: 'PT20S',
              ForwardDeadLetteredMessagesTo: '',
              ForwardTo: 'queue.2',
              LockDuration: 'PT1M',
              MaxDeliveryCount: 3,
              RequiresDuplicateDetection: false,
              RequiresSession: false,
            },
          },
          { Name: 'queue.2' },
        ],
        Topics: [
          {
            Name: 'topic.1',
            Properties: { DefaultMessageTimeToLive: 'PT1H' },
            Subscriptions: [
              {
                Name: 'subscription.1',
                Properties: { MaxDeliveryCount: 3 },
                Rules: [
                  {
                    Name: 'app-prop-filter-1',
                    Properties: {
                      FilterType: 'Correlation',
                      CorrelationFilter: {
                        ContentType: 'application/text',
                        Properties: { Prop: 'v' },
                      },
                    },
                  },
                ],
              },
              {
                Name: 'subscription.2',
                Rules: [
                  {
                    Name: 'sql',
                    Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: 'n = 1' } },
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    Logging: { Type: 'File' },
  },
}

test('a file of entities is a declaration', async (t) => {
  const { bus } = await startTestBus(t)
  const [namespace] = await applyConfigurationFile(bus, JSON.stringify(file))
  assert.ok(namespace)
  assert.equal(namespace.queue('queue.1').properties.maxDeliveryCount, 3)
  assert.equal(namespace.queue('queue.1').properties.forwardTo, 'queue.2')
  await namespace.send('topic.1', [
    { body: 'a', contentType: 'application/text', applicationProperties: { Prop: 'v' } },
    { body: 'b', applicationProperties: { n: 1 } },
  ])
  for (const [name, body] of [
    ['subscription.1', 'a'],
    ['subscription.2', 'b'],
  ] as const) {
    const receiver = namespace.openReceiver(`topic.1/subscriptions/${name}`, { mode: 'peekLock' })
    assert.deepEqual(bodies(await receiver.receive(now)), [body])
  }
  const rule = namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  assert.equal(rule.primaryKey, 'SAS_KEY_VALUE')
})

test('a file that is applied again changes what it says', async (t) => {
  const { bus } = await startTestBus(t)
  const text = JSON.stringify(file)
  await applyConfigurationFile(bus, text)
  const [namespace] = await applyConfigurationFile(
    bus,
    text.replace('"MaxDeliveryCount":3', '"MaxDeliveryCount":7'),
  )
  assert.equal(namespace?.queue('queue.1').properties.maxDeliveryCount, 7)
})

test('what a file says that is not known is refused by name', async (t) => {
  const { bus } = await startTestBus(t)
  const withQueue = (queue: object): string =>
    JSON.stringify({ UserConfig: { Namespaces: [{ Name: 'contoso', Queues: [queue] }] } })
  await assert.rejects(applyConfigurationFile(bus, withQueue({ Name: 'a', Colour: 1 })), /'Colour'/)
  await assert.rejects(
    applyConfigurationFile(bus, withQueue({ Name: 'a', Properties: { Size: 1 } })),
    /'size'/,
  )
  await assert.rejects(applyConfigurationFile(bus, '{'), { code: 'BadRequest' })
})
