import { existsSync } from 'node:fs'
import { Connection, isBusy } from './connection.ts'
import { StoreFileError } from './schema.ts'

/**
 * Keeps a second process from a store: an exclusive transaction on a database of its own beside it. The
 * operating system ends it with the process, however that ends, so a lock never stays behind.
 */
export class StoreLock {
  readonly #connection: Connection

  constructor(path: string) {
    this.#connection = new Connection(`${path}.lock`, { readOnly: false, busyTimeoutMs: 0 })
    try {
      this.#connection.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      this.#connection.close()
      if (!isBusy(error)) throw error
      throw new StoreFileError(
        'StoreInUse',
        `${path} is already in use by another process. Stop that one, or name another file.`,
        { cause: error },
      )
    }
  }

  release(): void {
    this.#connection.close()
  }
}

/** Refuses what must not be done to a store that a process has open. */
export function assertNotInUse(path: string): void {
  if (existsSync(path)) new StoreLock(path).release()
}
