// Survives a crash: the rows. Who reads what is forgotten with the readers.
import { strict as assert } from 'node:assert'
import { isInFile, type BlobFiles } from '../blob-files.ts'
import type { ByteRange, OpenBlobs } from '../blobs.ts'
import { forgottenBlobsMax } from '../limits.ts'
import type { Connection, Statement } from './connection.ts'

/**
 * Reads blobs, and removes those that nobody holds once nobody reads them. Bytes that a document refers to
 * when it is read are still there when they are opened in the same turn of the event loop.
 */
export class BlobReader {
  readonly #files: BlobFiles
  readonly #forget: (ids: readonly string[]) => void
  readonly #holds: Statement<[holds: number]>
  readonly #bytes: Statement<[bytes: Uint8Array | null]>
  readonly #released: Statement<[id: string]>
  readonly #readers = new Map<string, number>()
  readonly #waiting = new Set<string>()
  #removing: Promise<void> = Promise.resolve()

  constructor(
    connection: Connection,
    parts: { readonly files: BlobFiles; readonly forget: (ids: readonly string[]) => void },
  ) {
    this.#files = parts.files
    this.#forget = parts.forget
    this.#holds = connection.prepare('SELECT holds FROM blobs WHERE id = ?')
    this.#bytes = connection.prepare('SELECT bytes FROM blobs WHERE id = ?')
    this.#released = connection.prepare('SELECT id FROM blobs WHERE holds = 0')
  }

  /** Removes what the last run left: released rows, and files that no batch put. */
  async clean(): Promise<void> {
    this.release(this.#released.all().map(([id]) => id))
    await this.settled()
    await this.#files.removeUnknown((id) => this.#holds.get(id) !== undefined)
  }

  open(ids: readonly string[]): OpenBlobs | undefined {
    // Without holds it is being removed: what referred to it has changed, and is to be read again.
    for (const id of ids) if ((this.#holds.get(id)?.[0] ?? 0) === 0) return undefined
    for (const id of ids) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1)
    let isOpen = true
    return {
      read: (id, range) => {
        assert(isOpen, 'the blobs are closed')
        return isInFile(id) ? this.#files.read(id, range) : this.#readRow(id, range)
      },
      close: async () => {
        if (isOpen) this.#close(ids)
        isOpen = false
      },
    }
  }

  /** Blobs that may have lost their last hold. */
  release(ids: readonly string[]): void {
    const free: string[] = []
    for (const id of ids) {
      if (this.#holds.get(id)?.[0] !== 0) continue
      if (this.#readers.has(id)) this.#waiting.add(id)
      else free.push(id)
    }
    if (free.length > 0) this.#removing = this.#removing.then(() => this.#remove(free))
  }

  /** Resolves when what is free has been removed. */
  async settled(): Promise<void> {
    await this.#removing
  }

  async *#readRow(id: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    const bytes = this.#bytes.get(id)?.[0] ?? new Uint8Array()
    yield bytes.subarray(range.from, range.from + range.length)
  }

  #close(ids: readonly string[]): void {
    const free: string[] = []
    for (const id of ids) {
      const left = (this.#readers.get(id) ?? 1) - 1
      if (left > 0) this.#readers.set(id, left)
      else this.#readers.delete(id)
      if (left <= 0 && this.#waiting.delete(id)) free.push(id)
    }
    if (free.length > 0) this.release(free)
  }

  // The file goes first: a row without holds is looked at again at the next start, a file without row too.
  async #remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) if (isInFile(id)) await this.#files.remove(id).catch(() => {})
    for (let from = 0; from < ids.length; from += forgottenBlobsMax) {
      this.#forget(ids.slice(from, from + forgottenBlobsMax))
    }
  }
}
