import { strict as assert } from 'node:assert'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Store } from '../store.ts'
import { Connection } from './connection.ts'
import { Engine } from './engine.ts'
import { createSchema } from './schema.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { Writer } from './writer.ts'

/** Opens the store in a file, or in memory with the path `:memory:`. */
export async function openSqliteStore(options: {
  readonly path: string
  readonly clock: Clock
  readonly logger?: Logger
}): Promise<Store> {
  const { path, clock, logger } = options
  const connection = new Connection(path, { readOnly: false, busyTimeoutMs: 0 })
  checkSqliteVersion(connection)
  createSchema(connection)
  const engine = new Engine(connection)
  const writer: Writer = {
    write: async (group) => engine.apply(group),
    close: async () => {},
  }
  return new SqliteStore({ path, clock, writer, reader: connection, logger })
}

// Older versions can damage a file that several connections use: https://sqlite.org/wal.html#walresetbug
function checkSqliteVersion(connection: Connection): void {
  const [version] = connection.prepare<[string]>('SELECT sqlite_version()').get() ?? ['']
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const number = major * 1_000_000 + minor * 1_000 + patch
  assert(number >= 3_051_003, `SQLite ${version} is too old: 3.51.3 or later is needed`)
}
