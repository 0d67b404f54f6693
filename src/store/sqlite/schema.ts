import { strict as assert } from 'node:assert'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import { checkedFileBytesMax } from '../limits.ts'
import { Connection } from './connection.ts'

// The version of the tables below; a store of a newer one is not opened.
const schemaVersion = 1

// "ILst" in the file's header: tells a store from any other SQLite database.
const applicationId = 0x494c7374

const tables = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  timestamp INTEGER NOT NULL
);
INSERT INTO meta VALUES (1, 0, 0);

CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL, dropped INTEGER NOT NULL);
CREATE UNIQUE INDEX collection_names ON collections (name) WHERE dropped = 0;

CREATE TABLE documents (
  key INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  expires_at INTEGER,
  number INTEGER NOT NULL,
  etag TEXT NOT NULL,
  partition TEXT NOT NULL,
  id TEXT NOT NULL,
  trace TEXT,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX document_ids ON documents (collection, partition, id);
CREATE INDEX document_expiries ON documents (collection, expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE unique_keys (
  collection INTEGER NOT NULL,
  partition TEXT NOT NULL,
  value TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (collection, partition, value)
) WITHOUT ROWID;
CREATE INDEX unique_key_holders ON unique_keys (collection, partition, id);

CREATE TABLE queues (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  dropped INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  leased INTEGER NOT NULL,
  scheduled INTEGER NOT NULL,
  parked INTEGER NOT NULL,
  body_bytes INTEGER NOT NULL
);
CREATE UNIQUE INDEX queue_names ON queues (name) WHERE dropped = 0;

CREATE TABLE messages (
  key INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,
  state INTEGER NOT NULL,
  due_at INTEGER,
  attempts INTEGER NOT NULL,
  group_key TEXT,
  moved_group TEXT,
  original INTEGER NOT NULL,
  enqueued_at INTEGER NOT NULL,
  expires_at INTEGER,
  properties TEXT NOT NULL,
  note TEXT,
  trace TEXT,
  body
);
CREATE INDEX message_dues ON messages (queue, state, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_groups ON messages (queue, group_key, state) WHERE group_key IS NOT NULL;

CREATE TABLE leases (
  key INTEGER PRIMARY KEY,
  due_at INTEGER,
  attempts INTEGER NOT NULL,
  lease TEXT NOT NULL,
  owner TEXT,
  group_lease TEXT
);
CREATE INDEX lease_groups ON leases (group_lease) WHERE group_lease IS NOT NULL;

CREATE TABLE groups (
  queue INTEGER NOT NULL,
  name TEXT NOT NULL,
  state BLOB,
  token TEXT,
  lease_until INTEGER,
  owner TEXT,
  PRIMARY KEY (queue, name)
) WITHOUT ROWID;
CREATE INDEX group_leases ON groups (queue, lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE dedupe_keys (
  queue INTEGER NOT NULL,
  value TEXT NOT NULL,
  until INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (queue, value)
) WITHOUT ROWID;
CREATE INDEX dedupe_ends ON dedupe_keys (until);
`

// Tables that stores made before them get when they are opened.
const laterTables = `
CREATE TABLE IF NOT EXISTS blobs (
  id TEXT PRIMARY KEY,
  holds INTEGER NOT NULL,
  length INTEGER NOT NULL,
  bytes BLOB
);
CREATE INDEX IF NOT EXISTS released_blobs ON blobs (id) WHERE holds = 0;

CREATE TABLE IF NOT EXISTS counters (
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  value INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (collection, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counter_ends ON counters (expires_at) WHERE expires_at IS NOT NULL;
`

export type StoreFileFault =
  | 'StoreInUse'
  | 'StoreNewer'
  | 'StoreCorrupt'
  | 'StoreForeign'
  | 'StoreUnavailable'

/** A store's file cannot be used as it is; the message says what to do about it. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError'
  readonly code: StoreFileFault

  constructor(code: StoreFileFault, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
  }
}

/** Refuses a file that is not a sound store of this version, and leaves it as it is. */
export function checkFile(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return
  if (!hasSqliteHeader(path)) {
    throw new StoreFileError(
      'StoreForeign',
      `${path} is not a store: it is no SQLite database. Move it away, or name another file.`,
    )
  }
  let connection: Connection | undefined
  try {
    connection = new Connection(path, { readOnly: true, busyTimeoutMs: 1_000 })
    checkIdentity(connection, path)
    if (statSync(path).size <= checkedFileBytesMax) checkPages(connection)
  } catch (error) {
    if (error instanceof StoreFileError) throw error
    throw new StoreFileError(
      'StoreCorrupt',
      `${path} is damaged (${messageOf(error)}). Restore it from a backup, or move it away to start empty.`,
      { cause: error },
    )
  } finally {
    connection?.close()
  }
}

/** Creates the tables in an empty database, in one transaction: a crash leaves it empty or complete. */
export function createSchema(connection: Connection): void {
  connection.exec('BEGIN IMMEDIATE')
  if (pragma(connection, 'user_version') === 0) {
    connection.exec(tables)
    connection.exec(`PRAGMA application_id = ${applicationId}`)
    connection.exec(`PRAGMA user_version = ${schemaVersion}`)
  }
  connection.exec(laterTables)
  connection.exec('COMMIT')
  assert(pragma(connection, 'user_version') === schemaVersion)
}

function hasSqliteHeader(path: string): boolean {
  const header = Buffer.alloc(16)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, header.length, 0)
  } finally {
    closeSync(file)
  }
  return header.toString('latin1') === 'SQLite format 3\0'
}

function checkIdentity(connection: Connection, path: string): void {
  const version = pragma(connection, 'user_version')
  const identity = pragma(connection, 'application_id')
  const [objects] = connection.prepare<[number]>('SELECT count(*) FROM sqlite_schema').get() ?? [0]
  // A store whose making was cut short: empty, to be made again.
  if (identity === 0 && version === 0 && objects === 0) return
  if (identity !== applicationId) {
    throw new StoreFileError(
      'StoreForeign',
      `${path} is a SQLite database of another program. Move it away, or name another file.`,
    )
  }
  if (version > schemaVersion) {
    throw new StoreFileError(
      'StoreNewer',
      `${path} was written by a newer version (schema ${version}, this one knows ${schemaVersion}). ` +
        'Use that version, or name another file.',
    )
  }
}

function checkPages(connection: Connection): void {
  const [answer] = connection.prepare<[string]>('PRAGMA quick_check(1)').get() ?? ['']
  if (answer !== 'ok') throw new Error(answer)
}

function pragma(connection: Connection, name: string): number {
  const [value] = connection.prepare<[number]>(`PRAGMA ${name}`).get() ?? [0]
  return value
}
