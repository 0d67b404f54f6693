// Azure's own limits: https://learn.microsoft.com/azure/cosmos-db/concepts-limits

/** UTF-8 length of an item's JSON. */
export const itemBytesMax = 2 * 1024 * 1024
export const itemDepthMax = 128
export const idBytesMax = 1023
export const partitionKeyPathsMax = 3
/** UTF-8 length of a partition key value, by the version of the container's hash. */
export const partitionKeyBytesMax = { 1: 101, 2: 2048 } as const
export const resourceNameLengthMax = 255
export const uniqueKeysMax = 10
export const uniqueKeyPathsMax = 16
export const compositePathsMax = 8
export const timeToLiveSecondsMax = 2_147_483_647
export const patchOperationsMax = 10
export const batchOperationsMax = 100
export const batchBytesMax = 2 * 1024 * 1024
/** What one physical partition serves; a container has one feed range for each. */
export const rangeRequestUnitsMax = 10_000

// Our own limits.

/** Rows of a query page when the caller names no number; Azure's own default. */
export const queryPageRowsDefault = 100
export const queryPageRowsMax = 10_000
/** Queries whose next page is kept ready; beyond it the oldest starts over when its page is asked for. */
export const suspendedQueriesMax = 32
export const suspendedQueryAgeMsMax = 60_000
/** Documents that are parsed for a query before other work of the event loop gets a turn. */
export const documentsPerTurn = 200
/** Operations of one store batch when many items are written at once. */
export const bulkBatchOperationsMax = 500
/** How often a write that read before it wrote is tried again when another writer came first. */
export const contentionRetriesMax = 20
export const feedPageItemsMax = 10_000
/** Changes counted by `lag` for each range. */
export const feedLagCountMax = 10_000
/** First and longest wait before a batch that was not taken is delivered again. */
export const redeliveryDelayMs = { first: 100, longest: 30_000 } as const
/** Segments of a path: `/dbs/{}/colls/{}/docs/{}/attachments/{}`. */
export const addressSegmentsMax = 8
/** How far the time of a signature may be from the server's: Azure's own 15 minutes. */
export const tokenSkewMsMax = 15 * 60_000
/** A request as a whole: an item or a batch with its envelope. */
export const requestBytesMax = 4 * 1024 * 1024
/** What a change feed page has when its reader names no number. */
export const feedPageItemsDefault = 1_000
/** Pages of the feed that one request may pass over before it answers without changes. */
export const feedStepsMax = 64
/** Users of a database, permissions of a user, scripts of a kind of a container. */
export const namedResourcesMax = 1_000
/** How long the token of a permission is good: unless asked otherwise, at least and at most. */
export const resourceTokenSeconds = { default: 3_600, min: 10, max: 86_400 } as const
/** A stored procedure or trigger, from its first line to its last callback: Azure's own 5 seconds. */
export const scriptTimeoutMs = 5_000
export const scriptMemoryBytesMax = 64 * 1024 * 1024
export const scriptStackBytesMax = 1_048_576
/** What one run may ask of its container. */
export const scriptCallsMax = 10_000
/** The source of a script. */
export const scriptBytesMax = 256 * 1024
/** Items of a page that a script's query gives unless it says otherwise. */
export const scriptPageItemsDefault = 100
/** One call of a user-defined function, and all calls of a query: they hold up the event loop. */
export const functionCallMs = 100
export const functionQueryMs = 5_000
export const functionMemoryBytesMax = 16 * 1024 * 1024
/** How often a script is run again when another writer came first. */
export const scriptAttemptsMax = 5
