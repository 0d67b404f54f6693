/** Written into the file; a file with another version is replaced. */
export const schemaVersion = 1

/** `Ispn`: tells the file from any other SQLite database. */
export const applicationId = 0x49_73_70_6e

export const schema = `
  CREATE TABLE spans (
    seq INTEGER PRIMARY KEY,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    parent_id TEXT,
    links TEXT,
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    resource TEXT NOT NULL,
    start_ms REAL NOT NULL,
    duration_ms REAL NOT NULL,
    failed INTEGER NOT NULL,
    reason TEXT,
    payload_hash TEXT,
    payload_chars INTEGER
  ) STRICT;
  CREATE INDEX spans_by_trace ON spans (trace_id);
  CREATE INDEX invocations ON spans (resource, seq) WHERE operation = 'invoke';

  CREATE TABLE links (
    target_trace_id TEXT NOT NULL,
    target_span_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX links_by_target ON links (target_trace_id);
  CREATE INDEX links_by_seq ON links (seq);

  CREATE TABLE traces (
    trace_id TEXT PRIMARY KEY,
    start_ms REAL NOT NULL,
    continues INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX traces_by_start ON traces (start_ms) WHERE continues = 0;
  CREATE INDEX traces_by_seq ON traces (last_seq);

  CREATE TABLE payloads (hash TEXT PRIMARY KEY, text TEXT NOT NULL, last_seq INTEGER NOT NULL) STRICT;
  CREATE INDEX payloads_by_seq ON payloads (last_seq);

  CREATE TABLE logs (
    seq INTEGER PRIMARY KEY,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    source TEXT NOT NULL,
    time_ms REAL NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX logs_by_trace ON logs (trace_id);
`
