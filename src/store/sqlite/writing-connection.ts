import { strict as assert } from 'node:assert'
import { Connection } from './connection.ts'
import { createSchema } from './schema.ts'

// Pages of 4 KiB that the log may grow by before they are copied into the file.
const checkpointPages = 4_000
const cacheKibibytes = 65_536

/** Opens the one connection that writes to a file: a commit is on disk when it returns. */
export function openForWriting(path: string): Connection {
  const connection = new Connection(path, { readOnly: false, busyTimeoutMs: 5_000 })
  createSchema(connection)
  const [mode] = connection.prepare<[string]>('PRAGMA journal_mode = WAL').get() ?? ['']
  assert(mode === 'wal')
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
  connection.exec(`PRAGMA cache_size = -${cacheKibibytes}`)
  return connection
}

/** Moves the log into the file and closes it. */
export function closeWriting(connection: Connection): void {
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  connection.close()
}
