import type { Store } from '../../store/store.ts'
import { quotaExceeded } from './errors.ts'

/**
 * Holds entities to their maximum size. Counting the bytes of a queue costs more than a send, so they are
 * counted only when what was sent since the last count could have filled it.
 */
export class Quota {
  readonly #store: Store
  readonly #bytesMost = new Map<string, number>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Lets go of a queue that was deleted. */
  forget(queue: string): void {
    this.#bytesMost.delete(queue)
  }

  async take(entity: {
    readonly path: string
    readonly queues: readonly string[]
    readonly bytes: number
    readonly bytesMax: number
  }): Promise<void> {
    const { path, queues, bytes, bytesMax } = entity
    const key = queues[0] ?? path
    const bytesMost = (this.#bytesMost.get(key) ?? bytesMax) + bytes
    if (bytesMost <= bytesMax) {
      this.#bytesMost.set(key, bytesMost)
      return
    }
    let counted = 0
    for (const queue of queues) counted += (await this.#store.countMessages(queue)).bodyBytes
    if (counted + bytes > bytesMax) throw quotaExceeded(path, counted, bytesMax)
    this.#bytesMost.set(key, counted + bytes)
  }
}
