/** The widest a page of a scan or a feed may be: what one turn of the event loop reads. */
export const pageDocumentsMax = 256
export const pageBytesMax = 1_048_576

/** How many documents one step of a scan or a feed may pass over that nobody asked for. */
export const passedDocumentsMax = 1_024

/** Batches of one transaction: more wait for the next, so that no commit takes long. */
export const groupBatchesMax = 2_048

/** Messages that one operation moves on because they came due; the rest is for the next operation. */
export const dueMessagesMax = 1_000

/** Messages given back and remembered one by one before a claim looks for them from the first again. */
export const returnedMessagesMax = 1_024

/** Rows that one turn of the background sweep removes. */
export const sweptRowsMax = 1_000

/** How long the background sweep waits at least between two turns that found nothing to do. */
export const sweepIntervalMs = 1_000

/** Paths into the bodies of one collection that are indexed; each one costs time on every write. */
export const indexedPathsMax = 8

/** Documents a filtered scan reads before the path it filters by is worth an index. */
export const unindexedDocumentsMax = 2_000

/** Documents that a scan takes through an index; when more match it reads the collection in order. */
export const indexedDocumentsMax = 10_000

/** Blobs up to this size are kept in the store itself and share its commits; larger ones are files. */
export const inlineBlobBytesMax = 65_536

/** What is read from or written to the file of a blob at once. */
export const readChunkBytes = 262_144
export const writeChunkBytes = 524_288

/** Blobs that nobody holds whose rows are removed together. */
export const forgottenBlobsMax = 256

/** Database files up to this size are checked whole when they are opened; larger ones as they are read. */
export const checkedFileBytesMax = 33_554_432

/** Leases that the writer keeps in memory beside their table. */
export const knownLeasesMax = 100_000
