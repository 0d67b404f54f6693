/** A part of a frame above this size is sent in chunks, so that small frames can pass it. */
export const chunkBytes = 256 * 1024
/** One frame with all its parts; a larger one is a fault of the sender. */
export const messageBytesMax = 256 * 1024 * 1024
/** Bytes waiting for a slow reader above which `send` reports that the writer should wait. */
export const writeBufferBytesMax = 4 * 1024 * 1024
/** A line of a child's standard output above this length is cut. */
export const outputLineCharsMax = 16 * 1024
/** Lines a child may print in a second; more are dropped and counted. */
export const outputLinesPerSecondMax = 2_000
/** Characters a child may print in a second; then it has to wait for the rest of the second. */
export const outputCharsPerSecondMax = 8 * 1024 * 1024
/** Waits between restarts of a child that keeps ending. */
export const restartDelaysMs = [0, 250, 1_000, 2_000, 5_000, 10_000, 30_000] as const
/** A child that ran this long starts again at the first delay. */
export const restartResetMs = 60_000
