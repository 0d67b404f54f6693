/**
 * Messages of a storage queue -> the `queueTrigger` of functions.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
 */
import type { Clock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  TriggerContext,
  TriggerListener,
  TriggerSource,
} from '../../services/functions/extension.ts'
import { queueNotFound } from '../../services/storage/queue/errors.ts'
import type { QueueRecord } from '../../services/storage/queue/queue.ts'
import type { Storage } from '../../services/storage/service.ts'
import { BindingReader } from './binding-reader.ts'
import { storageAccountOf } from './storage-connection.ts'
import { StorageQueueDelivery } from './storage-queue-delivery.ts'

/** How long a message is hidden while a function has it; that is renewed. */
const visibilityMs = 10 * 60_000
/** How often a queue that is not there is looked for. */
const missingQueuePollMs = 1_000
const retryDelayMs = 5_000
/** A message that comes later does not count as work that waits. */
const waitingMs = 15_000

export function storageQueueToFunctions(options: {
  storage: Storage
  clock: Clock
  logger: Logger
}): TriggerSource {
  return {
    type: 'queuetrigger',
    listen: async (context) => {
      const pump = new QueuePump(options, context)
      pump.start()
      return pump
    },
  }
}

/** Takes the messages of one queue for one function, `batchSize` at a time. */
class QueuePump implements TriggerListener {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #context: TriggerContext
  readonly #account: string
  readonly #queueName: string
  readonly #delivery: StorageQueueDelivery
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #loop: Promise<void> = Promise.resolve()

  constructor(parts: { storage: Storage; clock: Clock; logger: Logger }, context: TriggerContext) {
    this.#storage = parts.storage
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#context = context
    const reader = new BindingReader(context)
    const connection = reader.string('connection')
    const asked = { connection, service: 'queue' } as const
    this.#account = storageAccountOf(parts.storage, context, asked).name
    this.#queueName = reader.required('queueName').toLowerCase()
    const isBinary = reader.string('dataType')?.toLowerCase() === 'binary'
    this.#delivery = new StorageQueueDelivery(parts, { context, isBinary })
  }

  start(): void {
    this.#loop = this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await Promise.all(this.#running)
  }

  async pending(): Promise<number> {
    const running = this.#running.size
    const queue = await this.#find()
    if (!queue) return running
    const nextMs = await this.#storage.queueMessages.nextVisibleMs(queue)
    const isWaiting = nextMs !== undefined && nextMs <= this.#clock.now() + waitingMs
    return isWaiting ? Math.max(1, await this.#storage.queueMessages.count(queue)) : running
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const queue = await this.#find()
        if (queue) await this.#drain(queue, signal)
        else await this.#clock.sleep(missingQueuePollMs, signal)
      } catch (error) {
        if (signal.aborted) return
        const ids = { queue: this.#queueName, function: this.#context.functionName }
        this.#logger.warn(ids, messageOf(error))
        await this.#clock.sleep(retryDelayMs, signal).catch(() => {})
      }
    }
  }

  #find(): Promise<QueueRecord | undefined> {
    return this.#storage.queues.find(this.#account, this.#queueName)
  }

  /** Hands out messages until the queue is gone. */
  async #drain(queue: QueueRecord, signal: AbortSignal): Promise<void> {
    const { queueMessages } = this.#storage
    const { batchSize, newBatchThreshold } = this.#context.host.queues
    await queueMessages.recover(queue)
    const changes = new Changes((wake) => queueMessages.onChange(queue, wake))
    try {
      while (!signal.aborted) {
        while (this.#running.size > newBatchThreshold) await Promise.race(this.#running)
        changes.forget()
        const taking = { count: batchSize, visibilityMs, isOwned: true }
        const messages = await queueMessages.take(queue, taking)
        for (const message of messages) this.#begin(this.#delivery.deliver(queue, message))
        if (messages.length === 0) await this.#wait(queue, changes, signal)
      }
    } catch (error) {
      const isGone = error instanceof ServiceError && error.code === 'QueueNotFound'
      if (!isGone) throw error
    } finally {
      changes.stop()
    }
  }

  #begin(call: Promise<void>): void {
    const settled = call.finally(() => this.#running.delete(settled))
    this.#running.add(settled)
  }

  /** Until something changes, the next message becomes visible, or it is time to look again. */
  async #wait(queue: QueueRecord, changes: Changes, signal: AbortSignal): Promise<void> {
    // One of the same name that was made anew is another.
    if ((await this.#find())?.id !== queue.id) throw queueNotFound()
    const nextMs = await this.#storage.queueMessages.nextVisibleMs(queue)
    const untilNextMs = nextMs === undefined ? Infinity : nextMs - this.#clock.now()
    const { maxPollingIntervalMs } = this.#context.host.queues
    const waitMs = Math.max(0, Math.min(untilNextMs, maxPollingIntervalMs))
    const waiting = new AbortController()
    const ended = AbortSignal.any([waiting.signal, signal])
    try {
      await Promise.race([this.#clock.sleep(waitMs, ended).catch(() => {}), changes.next()])
    } finally {
      waiting.abort()
    }
  }
}

/** Remembers that something changed, also while nobody waits for it. */
class Changes {
  readonly stop: () => void
  #isChanged = false
  #wake: () => void = () => {}

  constructor(listen: (wake: () => void) => () => void) {
    this.stop = listen(() => {
      this.#isChanged = true
      this.#wake()
    })
  }

  forget(): void {
    this.#isChanged = false
  }

  next(): Promise<void> {
    if (this.#isChanged) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
