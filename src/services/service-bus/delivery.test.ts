import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newBus, startTestBus } from './bus-fixture.ts'
import type { ReceivedMessage } from './message.ts'
import type { Namespace } from './namespace.ts'
import type { ServiceBus } from './service.ts'

// Sends, receives, settles, lets time pass and restarts at random, and then counts: nothing acknowledged is lost,
// nothing that was completed comes again.
for (let seed = 1; seed <= 10; seed += 1) {
  test(`whatever happens, each message is completed once or dead-lettered (seed ${seed})`, async (t) => {
    const { bus, store, clock } = await startTestBus(t, {
      queues: { orders: { maxDeliveryCount: 3, lockDuration: 'PT10S' } },
    })
    const random = randomNumbers(seed)
    const run = new RandomRun(random)
    let current = bus
    for (let step = 0; step < 150; step += 1) {
      if (random() < 0.03) {
        current = newBus({ store, clock, owner: `run-${step}-${seed}` })
        await current.start()
        t.after(() => current.stop())
      } else if (random() < 0.1) {
        await clock.advance(Math.floor(random() * 12_000))
      } else {
        await run.step(namespaceOf(current))
      }
    }
    await clock.advance(20_000)
    const dead = await drain(namespaceOf(current), 'deadLetter')
    const left = await drain(namespaceOf(current))
    const gone = [...run.completed, ...dead, ...left]
    assert.deepEqual(
      gone.toSorted(byNumber),
      Array.from({ length: run.sent }, (_, n) => n),
    )
  })
}

const verbs = ['complete', 'abandon', 'deadLetter', 'complete'] as const

class RandomRun {
  readonly #random: () => number
  readonly completed: number[] = []
  sent = 0
  #held: ReceivedMessage[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  async step(namespace: Namespace): Promise<void> {
    const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
    const choice = this.#random()
    if (choice < 0.3) {
      const count = 1 + Math.floor(this.#random() * 5)
      await namespace.send(
        'orders',
        Array.from({ length: count }, (_, n) => ({ body: String(this.sent + n) })),
      )
      this.sent += count
    } else if (choice < 0.6) {
      this.#held.push(...(await receiver.receive({ maxCount: 4, waitMs: 0 })))
    } else {
      const [message] = this.#held.splice(Math.floor(this.#random() * this.#held.length), 1)
      if (!message) return
      const verb = verbs[Math.floor(this.#random() * verbs.length)] ?? 'complete'
      const settled = await receiver[verb](message).then(
        () => true,
        (error: { code: string }) => {
          assert.equal(error.code, 'MessageLockLost')
          return false
        },
      )
      if (settled && verb === 'complete') this.completed.push(Number(message.body))
    }
  }
}

async function drain(namespace: Namespace, subQueue?: 'deadLetter'): Promise<number[]> {
  const options = { mode: 'receiveAndDelete', ...(subQueue ? { subQueue } : {}) } as const
  const receiver = namespace.openReceiver('orders', options)
  const messages = await receiver.receive({ maxCount: 2048, waitMs: 0 })
  return messages.map(({ body }) => Number(body))
}

function namespaceOf(bus: ServiceBus): Namespace {
  const namespace = bus.namespace('contoso')
  assert.ok(namespace)
  return namespace
}

function byNumber(a: number, b: number): number {
  return a - b
}

// The generator of Park and Miller: the same seed gives the same run.
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
