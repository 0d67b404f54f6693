import type { StoredDocument } from '../documents.ts'
import { sequenceOf } from './cluster-key.ts'

/** The columns that make a `StoredDocument`, in the order of `DocumentRow`. */
export const documentColumns =
  'key, timestamp, expires_at, number, etag, partition, id, trace, body'

export type DocumentRow = [
  key: number,
  timestampMs: number,
  expiresAtMs: number | null,
  number: number,
  etag: string,
  partition: string,
  id: string,
  trace: string | null,
  body: string,
]

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** A row as callers see it. */
export function toStoredDocument(collection: string, row: DocumentRow): StoredDocument {
  const [key, timestampMs, expiresAtMs, number, etag, partition, id, trace, body] = row
  const document: Writable<StoredDocument> = {
    collection,
    partition,
    id,
    body,
    etag,
    number,
    sequence: sequenceOf(key),
    timestampMs,
  }
  if (expiresAtMs !== null) document.expiresAtMs = expiresAtMs
  if (trace !== null) document.trace = trace
  return document
}
