/**
 * Messages of a Service Bus queue or subscription -> the triggers `serviceBus` of workflows; with the actions it is the
 * whole provider. https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/servicebus/#triggers
 */
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  ServiceProvider,
  ServiceProviderListen,
  ServiceProviderListener,
} from '../../services/logic-apps/service-provider.ts'
import type { ReceivedMessage } from '../../services/service-bus/message.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import type { Receiver } from '../../services/service-bus/receiver.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import {
  logicAppsToServiceBus,
  messageBody,
  namespaceOf,
  queuePath,
  subscriptionPath,
} from './logic-apps-to-service-bus.ts'
import { LockRenewal } from './service-bus-lock-renewal.ts'

/** Messages of one event, where the trigger does not say. */
const batchSizeDefault = 32
/** How long one wait for messages lasts before the trigger looks whether it should stop. */
const receiveWaitMs = 60_000
/** How long the wait after a failure is: the entity was deleted, or the workflow takes no more runs for now. */
const retryDelayMs = 1_000
/** How long a lock is kept while a workflow takes no more runs. */
const renewMsMax = 300_000

interface TriggerParts {
  readonly serviceBus: ServiceBus
  readonly clock: Clock
  readonly logger: Logger
}

/** The service provider `serviceBus`. */
export function serviceBusToLogicApps(parts: TriggerParts): ServiceProvider {
  const onQueue = (completes: boolean) => (listen: ServiceProviderListen) =>
    new MessageListener(parts, listen, { path: queuePath(listen.parameters), completes })
  const onTopic = (completes: boolean) => (listen: ServiceProviderListen) =>
    new MessageListener(parts, listen, { path: subscriptionPath(listen.parameters), completes })
  return {
    id: 'serviceBus',
    actions: logicAppsToServiceBus(parts.serviceBus),
    triggers: {
      receiveQueueMessages: onQueue(true),
      receiveTopicMessages: onTopic(true),
      receiveQueueMessage: onQueue(true),
      receiveTopicMessage: onTopic(true),
      // The workflow completes, abandons or dead-letters what these lock.
      peekLockQueueMessagesV2: onQueue(false),
      peekLockTopicMessagesV2: onTopic(false),
      peekLockQueueMessages: onQueue(false),
      peekLockTopicMessages: onTopic(false),
    },
  }
}

class MessageListener implements ServiceProviderListener {
  readonly #parts: TriggerParts
  readonly #listen: ServiceProviderListen
  readonly #target: { readonly path: string; readonly completes: boolean }
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #delivering = 0

  constructor(
    parts: TriggerParts,
    listen: ServiceProviderListen,
    target: { path: string; completes: boolean },
  ) {
    this.#parts = parts
    this.#listen = listen
    this.#target = target
  }

  async start(): Promise<void> {
    // Looked up now, so that a trigger whose entity is not there says so when it is opened.
    const namespace = this.#namespace()
    namespace.entity(this.#target.path)
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async pending(): Promise<number> {
    if (!this.#target.completes) return this.#delivering
    const { activeMessageCount } = await this.#namespace().counts(this.#target.path)
    return activeMessageCount
  }

  #namespace(): Namespace {
    return namespaceOf(this.#parts.serviceBus, this.#listen.connection)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const { clock, logger } = this.#parts
    const { workflow, trigger, parameters } = this.#listen
    while (!signal.aborted) {
      try {
        if (isTrue(parameters['isSessionsEnabled'])) await this.#takeSession(signal)
        else await this.#takeMessages(signal)
      } catch (error) {
        if (signal.aborted) return
        logger.warn({ workflow, trigger, entity: this.#target.path }, messageOf(error))
        await clock.sleep(retryDelayMs, signal).catch(() => {})
      }
    }
  }

  async #takeMessages(signal: AbortSignal): Promise<void> {
    const receiver = this.#namespace().openReceiver(this.#target.path, { mode: 'peekLock' })
    try {
      while (!signal.aborted) await this.#takeBatch(receiver, { signal, waitMs: receiveWaitMs })
    } finally {
      await receiver.close()
    }
  }

  async #takeSession(signal: AbortSignal): Promise<void> {
    const { path } = this.#target
    const session = await this.#namespace().acceptSession(path, { waitMs: receiveWaitMs, signal })
    if (!session) return
    try {
      for (let count = 1; count > 0 && !signal.aborted;) {
        count = await this.#takeBatch(session, { signal, waitMs: retryDelayMs })
      }
    } finally {
      await session.close()
    }
  }

  async #takeBatch(
    receiver: Receiver,
    wait: { signal: AbortSignal; waitMs: number },
  ): Promise<number> {
    const messages = await receiver.receive({
      maxCount: batchSize(this.#listen.parameters),
      ...wait,
    })
    if (messages.length === 0) return 0
    this.#delivering += messages.length
    try {
      await this.#deliver(receiver, messages)
    } finally {
      this.#delivering -= messages.length
    }
    return messages.length
  }

  async #deliver(receiver: Receiver, messages: readonly ReceivedMessage[]): Promise<void> {
    const traces = messages.map(({ trace }) => trace)
    const [first] = traces
    const renewal = new LockRenewal({
      clock: this.#parts.clock,
      lockedUntilMs: messages[0]?.lockedUntilMs,
      maxMs: renewMsMax,
      renew: async () => {
        const renewed = await Promise.all(messages.map((message) => receiver.renewLock(message)))
        return renewed[0] ?? 0
      },
    })
    try {
      await this.#listen.fire({
        body: messages.map(messageBody),
        itemTraces: traces,
        // What is locked and not completed comes again because the workflow wants it to.
        ...(this.#target.completes
          ? { keys: messages.map((message) => keyOf(this.#target.path, message)) }
          : {}),
        ...(first ? { trace: first } : {}),
      })
    } catch (error) {
      await Promise.allSettled(messages.map((message) => receiver.abandon(message)))
      throw error
    } finally {
      renewal.stop()
    }
    if (!this.#target.completes) return
    // A lock that ran out meanwhile is another delivery's: it starts its own runs.
    const settled = await Promise.allSettled(messages.map((message) => receiver.complete(message)))
    for (const result of settled) {
      if (result.status === 'rejected') {
        this.#parts.logger.warn({ entity: this.#target.path }, messageOf(result.reason))
      }
    }
  }
}

/** A queue that is made anew counts from 1 again, at another time. */
function keyOf(path: string, { sequenceNumber, enqueuedTimeMs }: ReceivedMessage): string {
  return `${path.toLowerCase()}/${sequenceNumber}/${enqueuedTimeMs}`
}

function batchSize(parameters: JsonObject): number {
  const size = Number(parameters['maxMessageBatchSize'])
  return Number.isInteger(size) && size > 0 ? size : batchSizeDefault
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}
