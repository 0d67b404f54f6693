/** Spans and log lines that wait for the next flush; more are dropped and counted. */
export const pendingSpansMax = 20_000
export const pendingLogsMax = 20_000
export const pendingCharsMax = 32 * 1024 * 1024

/** What has come is handed to the worker thread this often. */
export const flushIntervalMs = 250

/** Handed over at once: more would hold the event loop for longer than a few milliseconds. */
export const flushItemsMax = 1_000

/** Flushes the worker thread has not confirmed; until it has, spans wait in the buffer. */
export const unconfirmedFlushesMax = 2

/** Of the worker thread: nearly everything it makes is gone by the next flush, and more only takes memory. */
export const youngGenerationMbMax = 8

/** What is kept of each text. */
export const payloadCharsMax = 16 * 1024
export const reasonCharsMax = 2_048
export const logCharsMax = 8 * 1024
export const linksMax = 1_000

/** What the file holds; the oldest goes first. */
export const keptSpansMax = 200_000
export const keptLogsMax = 200_000
export const keptBytesMax = 256 * 1024 * 1024

/** A segment holds at most this share of what the file does: the oldest is dropped whole. */
export const segmentShare = 0.1

/** Encoded bytes of the segments whose spans, and of those whose lines, are held decoded. */
export const decodedBytesMax = 4 * 1024 * 1024

/** What one answer holds. */
export const traceSpansMax = 1_000
export const traceLogsMax = 1_000
export const recentTracesMax = 200
export const invocationsMax = 200

/** Traces that a filtered list looks at before it gives what it has. */
export const scannedTracesMax = 2_000

/** How many batches after one another a trace is followed through. */
export const continuationsMax = 50

/** Nodes and arrows of the flow map; what goes beyond is counted as omitted. */
export const flowNodesMax = 400
export const flowArrowsMax = 1_200

/** Spans remembered to draw the arrows to the ones they cause, and causes not seen yet. */
export const rememberedSpansMax = 20_000
export const awaitedSpansMax = 20_000
export const awaitedEffectsMax = 1_000

/** Pages that watch the console at once. */
export const watchersMax = 16

/** A watching page is told of changes at most this often. */
export const liveIntervalMs = 500

/** A comment is sent after this long without news, so that a dead connection is noticed. */
export const liveHeartbeatMs = 15_000

/** A page that has this much unread is told nothing more until it has read it. */
export const liveUnreadBytesMax = 1024 * 1024
