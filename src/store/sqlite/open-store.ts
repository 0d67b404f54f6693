import { strict as assert } from 'node:assert'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { randomHex } from '../../base/ids.ts'
import type { Logger } from '../../base/logger.ts'
import { BlobFiles } from '../blob-files.ts'
import type { Store } from '../store.ts'
import { Connection } from './connection.ts'
import { StoreLock } from './store-lock.ts'
import { LocalWriter } from './local-writer.ts'
import { checkFile, createSchema, StoreFileError } from './schema.ts'
import { SqliteStore } from './sqlite-store.ts'
import { ThreadWriter } from './thread-writer.ts'
import type { Committed } from './writer.ts'

export interface SqliteStoreOptions {
  /** A file, made when there is none, or `:memory:`. */
  readonly path: string
  readonly clock: Clock
  readonly logger?: Logger
}

/**
 * Opens the store in a file. One that is in use, damaged, not a store or of a newer version is refused
 * with a `StoreFileError` and left as it is.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  if (options.path === ':memory:') return openInMemory(options)
  const lock = takeLock(options.path)
  try {
    checkFile(options.path)
    return await openFile(options, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function takeLock(path: string): StoreLock {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return new StoreLock(path)
  } catch (error) {
    if (error instanceof StoreFileError) throw error
    throw new StoreFileError(
      'StoreUnavailable',
      `${path} cannot be opened (${messageOf(error)}). Name a file in a folder that may be written.`,
      { cause: error },
    )
  }
}

function openInMemory(options: SqliteStoreOptions): Store {
  const { path, clock, logger } = options
  const connection = new Connection(path, { readOnly: false, busyTimeoutMs: 0 })
  checkSqliteVersion(connection)
  createSchema(connection)
  const line = newLine()
  const writer = new LocalWriter(connection, line.committed)
  const folder = join(tmpdir(), `interline-blobs-${randomHex(8)}`)
  const files = new BlobFiles(folder, { isTemporary: true })
  const reader = connection
  const store = new SqliteStore({ path, clock, logger, writer, reader, files, onClosed() {} })
  line.connect(store)
  return store
}

async function openFile(options: SqliteStoreOptions, lock: StoreLock): Promise<Store> {
  const { path, clock, logger } = options
  const line = newLine()
  const writer = await ThreadWriter.start(path, line.committed)
  const reader = new Connection(path, { readOnly: true, busyTimeoutMs: 1_000 })
  checkSqliteVersion(reader)
  const onClosed = () => lock.release()
  const files = new BlobFiles(`${path}.blobs`, { isTemporary: false })
  const store = new SqliteStore({ path, clock, logger, writer, reader, files, onClosed })
  line.connect(store)
  await store.cleanBlobs()
  return store
}

// The writer is there before the store that hears of its commits.
function newLine(): { committed: Committed; connect(store: SqliteStore): void } {
  let receiver: SqliteStore | undefined
  return {
    committed: (outcome) => receiver?.committed(outcome),
    connect: (store) => {
      receiver = store
    },
  }
}

// Older versions can damage a file that several connections use: https://sqlite.org/wal.html
function checkSqliteVersion(connection: Connection): void {
  const [version] = connection.prepare<[string]>('SELECT sqlite_version()').get() ?? ['']
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const number = major * 1_000_000 + minor * 1_000 + patch
  assert(number >= 3_051_003, `SQLite ${version} is too old: 3.51.3 or later is needed`)
}
