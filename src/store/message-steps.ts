/** Steps that the tests of messages share. */
import { strict as assert } from 'node:assert'
import type {
  AppendMessage,
  ClaimedMessage,
  ClaimMessages,
  MessageState,
  QueueRules,
  SettleOutcome,
} from './messages.ts'
import type { Store } from './store.ts'

export const queue = 'orders'
export const leaseMs = 1_000
export const rules: QueueRules = {
  attemptsMax: 2,
  exhausted: { to: 'dead', note: '{"why":"attempts"}' },
  expired: { to: 'dead', note: '{"why":"expiry"}' },
}
export const leaseLost = { name: 'ExpectationFailed', expectation: 'lease' }

export function append(
  body: string | Uint8Array,
  rest: Partial<AppendMessage> = {},
): AppendMessage {
  return { kind: 'message.append', queue, body, properties: '{}', ...rest }
}

export function claim(untilMs: number, rest: Partial<ClaimMessages> = {}): ClaimMessages {
  return { kind: 'message.claim', queue, count: 10, untilMs, rules: {}, ...rest }
}

export function settle(message: ClaimedMessage, outcome: SettleOutcome, by: QueueRules = {}) {
  const { sequence, token } = message
  return {
    kind: 'message.settle',
    queue: message.queue,
    sequence,
    token,
    outcome,
    rules: by,
  } as const
}

export function bodies(messages: readonly { readonly body: string | Uint8Array }[]): unknown[] {
  return messages.map(({ body }) => body)
}

export async function claimOne(store: Store, untilMs: number): Promise<ClaimedMessage> {
  const [{ messages }] = await store.write([claim(untilMs, { count: 1 })])
  const [message] = messages
  assert.ok(message)
  return message
}

export async function browse(store: Store, name = queue) {
  return store.browse({ queue: name, from: 0, limit: 100 })
}

/** The counts of a queue, which the engine keeps, are those of the messages that are there. */
export async function checkCounts(store: Store, name = queue): Promise<void> {
  const messages = await browse(store, name)
  const inState = (state: MessageState) => messages.filter((m) => m.state === state).length
  const bytes = messages.map(({ body }) => Buffer.byteLength(body))
  assert.deepEqual(await store.countMessages(name), {
    ready: inState('ready'),
    leased: inState('leased'),
    scheduled: inState('scheduled'),
    parked: inState('parked'),
    bodyBytes: bytes.reduce((sum, next) => sum + next, 0),
  })
}
