/**
 * The floor of the store's benchmark: what a thread with one SQLite connection does in the same time when
 * it knows only the statements that the work itself needs. Like the store's own thread it takes all that
 * has arrived as one transaction, flushes it to disk once and answers in one message.
 */
import { strict as assert } from 'node:assert'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { DatabaseSync } from '@photostructure/sqlite'

/** An operation: its name, then what its statement is given. */
export type BareOperation =
  | readonly ['put', partition: string, id: string, etag: string, body: string]
  | readonly ['append', properties: string, body: string]
  | readonly ['claim', until: number, token: string, count: number]
  | readonly ['settle', key: number, token: string]

assert(parentPort)
const port = parentPort
const { path }: { readonly path: string } = workerData
const database = new DatabaseSync(path)
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -65536;
  CREATE TABLE documents (key INTEGER PRIMARY KEY, partition TEXT, id TEXT, etag TEXT, body TEXT);
  CREATE UNIQUE INDEX document_ids ON documents (partition, id);
  CREATE TABLE messages (
    key INTEGER PRIMARY KEY, state INTEGER, until INTEGER, token TEXT, attempts INTEGER,
    properties TEXT, body TEXT
  );
`)
const put = database.prepare(
  'INSERT INTO documents (partition, id, etag, body) VALUES (?, ?, ?, ?) ' +
    'ON CONFLICT (partition, id) DO UPDATE SET etag = excluded.etag, body = excluded.body',
)
const append = database.prepare(
  'INSERT INTO messages (key, state, attempts, properties, body) VALUES (?, 0, 0, ?, ?)',
)
const claim = database.prepare(
  'UPDATE messages SET state = 1, until = ?, token = ?, attempts = attempts + 1 WHERE key IN ' +
    '(SELECT key FROM messages WHERE key >= ? AND state = 0 ORDER BY key LIMIT ?) ' +
    'RETURNING key, attempts, properties, body',
)
claim.setReturnArrays(true)
const settle = database.prepare('DELETE FROM messages WHERE key = ? AND token = ?')
const keys = { next: 1, head: 0 }

port.on('message', (first: readonly BareOperation[]) => {
  const results: unknown[] = []
  database.exec('BEGIN IMMEDIATE')
  for (let group: readonly BareOperation[] | undefined = first; group; group = next()) {
    for (const operation of group) results.push(run(operation))
  }
  database.exec('COMMIT')
  port.postMessage(results)
})
port.postMessage([])

function next(): readonly BareOperation[] | undefined {
  return receiveMessageOnPort(port)?.message
}

function run(operation: BareOperation): unknown {
  switch (operation[0]) {
    case 'put': {
      const [, partition, id, etag, body] = operation
      return put.run(partition, id, etag, body).changes
    }
    case 'append': {
      const [, properties, body] = operation
      keys.next += 1
      return append.run(keys.next, properties, body).lastInsertRowid
    }
    case 'claim': {
      const [, until, token, count] = operation
      const rows: readonly (readonly [number])[] = claim.all(until, token, keys.head, count)
      keys.head = Math.max(keys.head, ...rows.map(([key]) => key + 1))
      return rows
    }
    case 'settle': {
      const [, key, token] = operation
      return settle.run(key, token).changes
    }
  }
}
