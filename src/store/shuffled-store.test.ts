import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { ShuffledStore } from './shuffled-store.ts'
import { openSqliteStore } from './sqlite/open-store.ts'

async function writeAndRead(seed: number) {
  const inner = await openSqliteStore({ path: ':memory:', clock: new ManualClock() })
  const store = new ShuffledStore(inner, { seed })
  let wakeUps = 0
  store.onCommit(() => {
    wakeUps += 1
  })
  for (let number = 0; number < 40; number += 1) {
    const key = { collection: 'c', partition: `p${number % 8}`, id: `${number}` }
    await store.write([{ kind: 'document.put', ...key, body: '{}', etag: '1' }])
  }
  const order: number[] = []
  let cursor: string | undefined
  while (order.length < 40) {
    const after = cursor === undefined ? {} : { after: cursor }
    const page = await store.feed({ collection: 'c', limit: 5, ...after })
    order.push(...page.documents.map(({ sequence }) => sequence))
    cursor = page.cursor
  }
  await store.close()
  return { order, wakeUps }
}

test('the shuffled store shows partitions out of order and loses wake-ups, as its seed says', async () => {
  const { order, wakeUps } = await writeAndRead(1)
  const inOrder = order.toSorted((one, other) => one - other)
  assert.notDeepEqual(order, inOrder)
  assert.equal(new Set(order).size, 40)
  assert.notEqual(wakeUps, 40)
  assert.deepEqual((await writeAndRead(1)).order, order)
  assert.notDeepEqual((await writeAndRead(2)).order, order)
})
