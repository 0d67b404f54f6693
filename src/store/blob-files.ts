// Survives a crash: every file that was on disk when its batch committed. Files that no batch put are removed
// at the next start.
import { mkdir, open, readdir, rm, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { randomHex } from '../base/ids.ts'
import type { ByteRange, ByteSource, StagedBlob } from './blobs.ts'
import { inlineBlobBytesMax, readChunkBytes, writeChunkBytes } from './limits.ts'

const shards = 16

/** The files of a store's blobs: each is written once, in a folder of its own. */
export class BlobFiles {
  readonly #folder: string
  readonly #isTemporary: boolean
  readonly #folders = new Map<string, Promise<Folder>>()
  readonly #staged = new Set<string>()

  constructor(folder: string, options: { readonly isTemporary: boolean }) {
    this.#folder = folder
    this.#isTemporary = options.isTemporary
  }

  /** Takes the bytes of a source in; what is not small is on disk when it resolves. */
  async stage(source: ByteSource): Promise<StagedBlob> {
    const chunks: Uint8Array[] = []
    let length = 0
    const iterator = iterate(source)
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      chunks.push(next.value)
      length += next.value.byteLength
      if (length > inlineBlobBytesMax) return this.#stageFile(chunks, iterator)
    }
    return { id: `i${randomHex(12)}`, length, bytes: Buffer.concat(chunks) }
  }

  /** Forgets staged bytes that no batch will put; those that one has put stay. */
  async discard(blob: StagedBlob): Promise<void> {
    if (!this.#staged.has(blob.id)) return
    await this.remove(blob.id)
    this.#staged.delete(blob.id)
  }

  /** From now on the store knows of the file. */
  committed(id: string): void {
    this.#staged.delete(id)
  }

  async remove(id: string): Promise<void> {
    await unlink(this.#pathOf(id)).catch(ignoreMissing)
  }

  async *read(id: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    const file = await open(this.#pathOf(id), 'r')
    try {
      let position = range.from
      const end = range.from + range.length
      while (position < end) {
        const buffer = Buffer.allocUnsafe(Math.min(readChunkBytes, end - position))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
        if (bytesRead === 0) throw new Error(`the file of blob ${id} ends at byte ${position}`)
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  /** Removes the files that the store does not know: those of writes that a crash cut off. */
  async removeUnknown(isKnown: (id: string) => boolean): Promise<number> {
    let removed = 0
    for (const shard of await readdir(this.#folder).catch(() => [])) {
      for (const id of await readdir(join(this.#folder, shard)).catch(() => [])) {
        if (this.#staged.has(id) || isKnown(id)) continue
        await this.remove(id)
        removed += 1
      }
    }
    return removed
  }

  async close(): Promise<void> {
    const folders = await Promise.allSettled(this.#folders.values())
    this.#folders.clear()
    for (const each of folders) if (each.status === 'fulfilled') await each.value.close()
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true })
  }

  async #stageFile(
    first: readonly Uint8Array[],
    rest: AsyncIterator<Uint8Array>,
  ): Promise<StagedBlob> {
    const id = `f${randomHex(12)}`
    this.#staged.add(id)
    try {
      const folder = await this.#folderOf(id)
      const length = await writeFile(this.#pathOf(id), first, rest)
      await folder.sync()
      return { id, length }
    } catch (error) {
      await rest.return?.()
      await this.discard({ id, length: 0 }).catch(() => {})
      throw error
    }
  }

  #pathOf(id: string): string {
    return join(this.#folder, shardOf(id), id)
  }

  #folderOf(id: string): Promise<Folder> {
    const shard = shardOf(id)
    const known = this.#folders.get(shard)
    if (known) return known
    const opened = Folder.open(this.#folder, shard)
    this.#folders.set(shard, opened)
    opened.catch(() => this.#folders.delete(shard))
    return opened
  }
}

/** True for bytes that are in a file, and not in the store itself. */
export function isInFile(id: string): boolean {
  return id.startsWith('f')
}

/** A folder whose entries are made durable; those that ask while it is being done share the next turn. */
class Folder {
  readonly #handle: FileHandle | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  private constructor(handle: FileHandle | undefined) {
    this.#handle = handle
  }

  static async open(parent: string, name: string): Promise<Folder> {
    const path = join(parent, name)
    await mkdir(path, { recursive: true })
    // Windows makes entries durable by itself and refuses to be asked.
    if (process.platform === 'win32') return new Folder(undefined)
    const above = await open(parent, 'r')
    try {
      await above.sync()
    } finally {
      await above.close()
    }
    return new Folder(await open(path, 'r'))
  }

  sync(): Promise<void> {
    if (!this.#handle) return Promise.resolve()
    this.#next ??= this.#syncAfter(this.#running)
    return this.#next
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => {})
    await this.#next
    await this.#handle?.close()
  }

  async #syncAfter(running: Promise<void> | undefined): Promise<void> {
    await running?.catch(() => {})
    this.#running = this.#next
    this.#next = undefined
    await this.#handle?.sync()
  }
}

async function writeFile(
  path: string,
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    let waiting = [...first]
    let waitingBytes = bytesIn(waiting)
    let length = 0
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      waiting.push(next.value)
      waitingBytes += next.value.byteLength
      if (waitingBytes < writeChunkBytes) continue
      length += await writeAll(file, waiting)
      waiting = []
      waitingBytes = 0
    }
    length += await writeAll(file, waiting)
    await file.sync()
    return length
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<number> {
  if (chunks.length === 0) return 0
  const length = bytesIn(chunks)
  const { bytesWritten } = await file.writev([...chunks])
  if (bytesWritten === length) return length
  // The system took a part only, which happens when a disk is nearly full.
  const rest = Buffer.concat(chunks).subarray(bytesWritten)
  for (let offset = 0; offset < rest.byteLength;) {
    offset += (await file.write(rest, offset)).bytesWritten
  }
  return length
}

function bytesIn(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
}

async function* iterate(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield* source
}

function shardOf(id: string): string {
  return (Number.parseInt(id.slice(1, 3), 16) % shards).toString(16)
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
