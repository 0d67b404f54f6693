import { wireFormat } from './flush.ts'

/** Written into the file; a file with another version is replaced. */
export const schemaVersion = 2 * 256 + wireFormat

/** `Ispn`: tells the file from any other SQLite database. */
export const applicationId = 0x49_73_70_6e

/** One row for each flush: what finds it comes before what is read of it. */
export const schema = `
  CREATE TABLE flushes (
    number INTEGER PRIMARY KEY,
    span_count INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    newest_end_ms REAL NOT NULL,
    keys BLOB NOT NULL,
    spans BLOB NOT NULL,
    lines BLOB NOT NULL,
    payloads BLOB NOT NULL
  ) STRICT;
`
