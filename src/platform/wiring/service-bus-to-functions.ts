/**
 * Messages of a Service Bus queue or subscription -> the `serviceBusTrigger` of functions.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger
 */
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  TriggerContext,
  TriggerListener,
  TriggerSource,
} from '../../services/functions/extension.ts'
import type { Entity } from '../../services/service-bus/entities.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import type { ReceivedMessage } from '../../services/service-bus/message.ts'
import type { Receiver } from '../../services/service-bus/receiver.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import { BindingReader } from './binding-reader.ts'
import type { SessionReceiver } from '../../services/service-bus/session-receiver.ts'
import { serviceBusNamespaceOf } from './service-bus-connection.ts'
import { MessageDelivery, type DeliveryOptions } from './service-bus-delivery.ts'
import { LockRenewal } from './service-bus-lock-renewal.ts'

/** How long one wait for messages lasts before the trigger looks whether it should stop. */
const receiveWaitMs = 60_000
/** Waits after a failed receive: the entity was deleted or disabled and may come back. */
const retryDelayMs = 5_000

export function serviceBusToFunctions(options: {
  serviceBus: ServiceBus
  clock: Clock
  logger: Logger
}): TriggerSource {
  return {
    type: 'servicebustrigger',
    listen: async (context) => {
      const reader = new BindingReader(context)
      const namespace = serviceBusNamespaceOf(
        options.serviceBus,
        context,
        reader.string('connection'),
      )
      const path = entityPath(reader)
      const hasSessions = reader.boolean('isSessionsEnabled') === true
      checkEntity(namespace.entity(path), { reader, hasSessions })
      const { serviceBus } = context.host
      const delivery = {
        autoComplete: reader.boolean('autoCompleteMessages') ?? serviceBus.autoCompleteMessages,
        isBinary: reader.string('dataType')?.toLowerCase() === 'binary',
      }
      const { clock, logger } = options
      const parts = { context, namespace, path, clock, logger, delivery }
      const isBatch = reader.string('cardinality')?.toLowerCase() === 'many'
      const takeTurn = hasSessions ? receiveSession : receiveMessages
      const pumps = Array.from(
        { length: hasSessions ? serviceBus.maxConcurrentSessions : 1 },
        () => new Pump(parts, (signal) => takeTurn(parts, { isBatch, signal })),
      )
      for (const pump of pumps) pump.start()
      return listenerOf(pumps, namespace, path)
    },
  }
}

function listenerOf(pumps: readonly Pump[], namespace: Namespace, path: string): TriggerListener {
  return {
    stop: async () => {
      await Promise.all(pumps.map((pump) => pump.stop()))
    },
    pending: async () => (await namespace.counts(path)).activeMessageCount,
  }
}

function entityPath(reader: BindingReader): string {
  const queue = reader.string('queueName')
  if (queue !== undefined && queue !== '') return queue
  return `${reader.required('topicName')}/Subscriptions/${reader.required('subscriptionName')}`
}

// Otherwise the function would be there and never be called.
function checkEntity(
  entity: Entity,
  { reader, hasSessions }: { readonly reader: BindingReader; readonly hasSessions: boolean },
): void {
  const { path } = entity
  if (entity.kind === 'topic') {
    throw reader.fault('queueName', `expected a queue, but '${path}' is a topic`)
  }
  if (entity.properties.requiresSession === hasSessions) return
  const expected = hasSessions ? 'false' : 'true'
  const why = hasSessions ? 'has no sessions' : 'requires sessions'
  throw reader.fault('isSessionsEnabled', `expected ${expected}, since '${path}' ${why}`)
}

interface PumpParts {
  readonly context: TriggerContext
  readonly namespace: Namespace
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  readonly delivery: DeliveryOptions
}

/** Takes turns, each until there is nothing more to receive or a receive fails, until it is stopped. */
class Pump {
  readonly #parts: PumpParts
  readonly #takeTurn: (signal: AbortSignal) => Promise<void>
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(parts: PumpParts, takeTurn: (signal: AbortSignal) => Promise<void>) {
    this.#parts = parts
    this.#takeTurn = takeTurn
  }

  start(): void {
    this.#loop = this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { path, context, logger, clock } = this.#parts
    while (!signal.aborted) {
      try {
        await this.#takeTurn(signal)
      } catch (error) {
        if (signal.aborted) return
        logger.warn({ entity: path, function: context.functionName }, messageOf(error))
        await clock.sleep(retryDelayMs, signal).catch(() => {})
      }
    }
  }
}

interface Turn {
  readonly isBatch: boolean
  readonly signal: AbortSignal
}

/** Receives and hands out messages; at most `maxConcurrentCalls` run at a time. */
async function receiveMessages(parts: PumpParts, turn: Turn): Promise<void> {
  const receiver = parts.namespace.openReceiver(parts.path, { mode: 'peekLock' })
  try {
    await pump(parts, receiver, turn)
  } finally {
    await receiver.close()
  }
}

/** Takes one session and hands out its messages in their order. */
async function receiveSession(parts: PumpParts, turn: Turn): Promise<void> {
  const { namespace, path, context } = parts
  const { signal } = turn
  const session = await namespace.acceptSession(path, { waitMs: receiveWaitMs, signal })
  if (!session) return
  try {
    const idleMs = context.host.serviceBus.sessionIdleTimeoutMs
    await pump(parts, session, { ...turn, idleMs, session })
  } finally {
    await session.close()
  }
}

interface PumpOptions extends Turn {
  /** Ends after so long without a message; without it only the signal ends it. */
  readonly idleMs?: number
  /** Its messages are handed out in their order, and its lock is kept while it waits for the next. */
  readonly session?: SessionReceiver
}

async function pump(parts: PumpParts, receiver: Receiver, options: PumpOptions): Promise<void> {
  const { serviceBus } = parts.context.host
  const delivery = new MessageDelivery(parts, receiver)
  const running = new Set<Promise<void>>()
  const parallel = options.session || options.isBatch ? 1 : serviceBus.maxConcurrentCalls
  try {
    while (!options.signal.aborted) {
      while (running.size >= parallel) await Promise.race(running)
      const first = await receiveNext(parts, receiver, {
        ...options,
        maxCount: options.isBatch ? serviceBus.maxMessageBatchSize : parallel - running.size,
      })
      const messages = options.isBatch
        ? await fillBatch(parts, receiver, { first, signal: options.signal })
        : first
      if (messages.length === 0 && options.idleMs !== undefined) return
      const calls = options.isBatch
        ? messages.length > 0
          ? [delivery.deliverBatch(messages)]
          : []
        : messages.map((message) => delivery.deliver(message))
      for (const call of calls) {
        const settled = call.finally(() => running.delete(settled))
        running.add(settled)
      }
    }
  } finally {
    await Promise.all(running)
  }
}

async function receiveNext(
  parts: PumpParts,
  receiver: Receiver,
  options: PumpOptions & { readonly maxCount: number },
): Promise<readonly ReceivedMessage[]> {
  const { session, signal, maxCount } = options
  const waitMs = options.idleMs ?? receiveWaitMs
  const renewal = new LockRenewal({
    clock: parts.clock,
    lockedUntilMs: session?.lockedUntilMs,
    maxMs: waitMs,
    renew: () => session?.renewSessionLock() ?? Promise.reject(new Error('There is no session.')),
  })
  try {
    return await receiver.receive({ maxCount, waitMs, signal })
  } finally {
    renewal.stop()
  }
}

/** Waits for `minMessageBatchSize` messages, for `maxBatchWaitTime` but never longer than half of a lock. */
async function fillBatch(
  parts: PumpParts,
  receiver: Receiver,
  options: { first: readonly ReceivedMessage[]; signal: AbortSignal },
): Promise<readonly ReceivedMessage[]> {
  const { minMessageBatchSize, maxMessageBatchSize, maxBatchWaitMs } = parts.context.host.serviceBus
  const messages = [...options.first]
  const lockedUntilMs = messages[0]?.lockedUntilMs
  if (lockedUntilMs === undefined) return messages
  const startMs = parts.clock.now()
  const endMs = startMs + Math.min(maxBatchWaitMs, (lockedUntilMs - startMs) / 2)
  while (messages.length < minMessageBatchSize && !options.signal.aborted) {
    const waitMs = endMs - parts.clock.now()
    if (waitMs <= 0) break
    const maxCount = maxMessageBatchSize - messages.length
    messages.push(...(await receiver.receive({ maxCount, waitMs, signal: options.signal })))
  }
  return messages
}
