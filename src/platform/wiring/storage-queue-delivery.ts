import type { Clock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, tryParseJson } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import type { TriggerContext } from '../../services/functions/extension.ts'
import { foreverMs, popReceiptOf, type QueueMessage } from '../../services/storage/queue/message.ts'
import type { QueueRecord } from '../../services/storage/queue/queue.ts'
import type { Storage } from '../../services/storage/service.ts'
import { LockRenewal } from './service-bus-lock-renewal.ts'
import { decodeMessage } from './storage-queue-text.ts'

const poisonSuffix = '-poison'

/** Calls the function for a message, and deletes it; one that fails too often goes to the poison queue. */
export class StorageQueueDelivery {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #context: TriggerContext
  readonly #isBinary: boolean

  constructor(
    parts: { storage: Storage; clock: Clock; logger: Logger },
    binding: { readonly context: TriggerContext; readonly isBinary: boolean },
  ) {
    this.#storage = parts.storage
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#context = binding.context
    this.#isBinary = binding.isBinary
  }

  /** Never throws: a message that was lost meanwhile is another delivery's. */
  async deliver(queue: QueueRecord, message: QueueMessage): Promise<void> {
    const { functionName } = this.#context
    const ids = { queue: queue.name, function: functionName, message: message.id }
    try {
      const content = decodeMessage(message.text, this.#context.host.queues.messageEncoding)
      if (content) return await this.#call(queue, message, content)
      this.#logger.error(ids, 'the message is not base64, which host.json asks for')
      await this.#poison(queue, message)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      this.#logger.warn(ids, messageOf(error))
    }
  }

  async #call(queue: QueueRecord, message: QueueMessage, content: Buffer): Promise<void> {
    let held = message
    let renewing: Promise<unknown> = Promise.resolve()
    const visibilityMs = message.visibleMs - this.#clock.now()
    const renewal = new LockRenewal({
      clock: this.#clock,
      lockedUntilMs: message.visibleMs,
      maxMs: Infinity,
      renew: async () => {
        const change = { visibilityMs, isOwned: true }
        const update = this.#storage.queueMessages.update(queue, heldBy(held), change)
        renewing = update.catch(() => {})
        held = await update
        return held.visibleMs
      },
    })
    const text = content.toString('utf8')
    const metadata = metadataOf(message, text)
    const trace = parseTraceparent(message.trace)
    const outcome = await this.#context.invoke({
      input: this.#isBinary ? { kind: 'bytes', bytes: content } : { kind: 'string', text },
      metadata,
      bindingData: { ...fieldsOf(text), ...metadata },
      ...(trace ? { trace } : {}),
    })
    renewal.stop()
    // A renewal that is under way changes the pop receipt.
    await renewing
    if (outcome.ok) await this.#storage.queueMessages.delete(queue, heldBy(held))
    else await this.#giveBack(queue, held)
  }

  async #giveBack(queue: QueueRecord, message: QueueMessage): Promise<void> {
    const { maxDequeueCount, visibilityTimeoutMs } = this.#context.host.queues
    if (message.dequeueCount >= maxDequeueCount && !queue.name.endsWith(poisonSuffix)) {
      return this.#poison(queue, message)
    }
    const change = { visibilityMs: visibilityTimeoutMs }
    await this.#storage.queueMessages.update(queue, heldBy(message), change)
  }

  async #poison(queue: QueueRecord, message: QueueMessage): Promise<void> {
    const poison = await this.#storage.queues.ensure(queue.account, `${queue.name}${poisonSuffix}`)
    await this.#storage.queueMessages.move(queue, heldBy(message), poison)
  }
}

function heldBy(message: QueueMessage) {
  return { id: message.id, receipt: message }
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata */
function metadataOf(message: QueueMessage, text: string): JsonObject {
  const { id, insertedMs, expiresMs = foreverMs, visibleMs, dequeueCount } = message
  return {
    QueueTrigger: text,
    Id: id,
    DequeueCount: dequeueCount,
    InsertionTime: timeOf(insertedMs),
    ExpirationTime: timeOf(expiresMs),
    NextVisibleTime: timeOf(visibleMs),
    PopReceipt: popReceiptOf(message),
  }
}

/** Fields of a JSON message are what `{name}` in other bindings refers to. */
function fieldsOf(text: string): JsonObject {
  const json = text.startsWith('{') ? tryParseJson(text) : undefined
  return isJsonObject(json) ? json : {}
}

function timeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, '+00:00')
}
