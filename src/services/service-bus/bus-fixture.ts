import type { TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Span, Telemetry } from '../../base/telemetry.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { ReceivedMessage } from './message.ts'
import type { Tier } from './entity-checks.ts'
import type { Namespace } from './namespace.ts'
import type { ReceiveOptions } from './receiver.ts'
import { ServiceBus } from './service.ts'

/** A Service Bus on a store in memory with a clock that stands still: what the tests of this folder use. */
export interface TestBus {
  readonly store: Store
  readonly clock: ManualClock
  readonly bus: ServiceBus
  readonly namespace: Namespace
  readonly spans: readonly Span[]
}

export async function startTestBus(
  t: TestContext,
  options: { readonly tier?: Tier; readonly queues?: Readonly<Record<string, JsonObject>> } = {},
): Promise<TestBus> {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  const spans: Span[] = []
  const bus = newBus({ store, clock, owner: 'run-1', spans })
  await bus.start()
  const namespace = await bus.createNamespace('contoso', { tier: options.tier ?? 'Standard' })
  for (const [path, properties] of Object.entries(options.queues ?? {})) {
    await namespace.createQueue(path, properties)
  }
  t.after(async () => {
    await bus.stop()
    await store.close()
  })
  return { store, clock, bus, namespace, spans }
}

/** One more run of the service on the same store. */
export function newBus(options: {
  readonly store: Store
  readonly clock: ManualClock
  readonly owner: string
  readonly spans?: Span[]
}): ServiceBus {
  const telemetry: Telemetry = { span: (span) => options.spans?.push(span), log() {} }
  const logger = { info() {}, warn() {}, error() {}, debug() {} }
  return new ServiceBus({ ...options, telemetry, logger })
}

/** What there is now, without waiting. */
export const now: ReceiveOptions = { maxCount: 100, waitMs: 0 }

export function bodies(messages: readonly ReceivedMessage[]): readonly string[] {
  return messages.map(({ body }) =>
    typeof body === 'string' ? body : Buffer.from(body).toString(),
  )
}

/** The message that must be there. */
export function only(messages: readonly ReceivedMessage[]): ReceivedMessage {
  const [message] = messages
  if (!message || messages.length > 1) {
    throw new Error(`expected one message, but there are ${messages.length}`)
  }
  return message
}
