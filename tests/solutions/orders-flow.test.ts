import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrdersDemo } from '../../src/platform/demo/orders-demo.ts'
import { startForTest } from '../test-platform.ts'

test('the map shows the whole chain before anything happens, and no more places after it', async (t) => {
  const platform = await startForTest(t, { projects: ['solutions/orders'] })
  const [account] = platform.storage.accounts.declared()
  const [subscription] = platform.eventGrid.subscriptions.all()
  const chain = [
    `storage:${account?.name}/inputfiles`,
    `event-grid:${account?.name}`,
    `event-grid:${subscription?.name}`,
    'logic-apps:wf_orders_from_sa_to_sb',
    'service-bus:topic-orders',
    'logic-apps:wf_orders_from_sb_to_cdb',
    'cosmos-db:orders/toprocess',
    'functions:dataprocessing/QueueOrders',
    'service-bus:orders',
    'functions:dataprocessing/ProcessOrders',
    'cosmos-db:orders/processed',
  ]
  const before = await platform.monitor.flowMap()
  const drawn = new Set(before.arrows.map(({ from, to }) => `${from} -> ${to}`))
  for (const [index, to] of chain.slice(1).entries()) {
    assert.ok(drawn.has(`${chain[index]} -> ${to}`), `an arrow to ${to}`)
  }
  const demo = OrdersDemo.for(platform)
  assert.ok(demo)
  assert.ok(await demo.untilProcessed(await demo.send(), 20_000))
  await platform.idle.untilIdle()
  const after = await platform.monitor.flowMap()
  assert.deepEqual(
    after.nodes.map(({ id }) => id).toSorted(),
    before.nodes.map(({ id }) => id).toSorted(),
  )
  const [first] = after.arrows.filter(({ from }) => from === chain[0])
  assert.equal(first?.count, 1)
  for (const id of chain) {
    assert.equal(after.nodes.find((node) => node.id === id)?.count, 1, id)
  }
})
