/** Log lines a function app may write in a second; more are dropped and counted. */
export const logLinesPerSecondMax = 5_000
/** Characters a function app may log in a second; what is beyond is dropped and counted. */
export const logCharsPerSecondMax = 4 * 1024 * 1024
/** Bytes that wait in a worker for the platform to read, above which its log lines are dropped. */
export const logBacklogBytesMax = 8 * 1024 * 1024
/** Characters of one log line that are kept. */
export const logLineCharsMax = 32 * 1024
/** How long the start of the platform waits for an app; one that takes longer goes on loading beside the others. */
export const startWaitMs = 10_000
/** How long an app has to load its functions. */
export const loadTimeoutMs = 60_000
/** How long invocations that run have to end when the app stops, as the real host's drain. */
export const drainTimeoutMs = 30_000
/** Invocations of one app that may wait for its worker to restart; more fail at once. */
export const pendingInvocationsMax = 10_000
/** `functionTimeout` where host.json names none, as on plans other than Consumption. */
export const functionTimeoutMsDefault = 30 * 60_000
/** The shortest `functionTimeout` that the host takes. */
export const functionTimeoutMsMin = 1_000
/** The most messages that a Storage queue gives at once. */
export const storageQueueBatchMax = 32
/** Body of a request to a function; the real host's limit for a function app is 210 MB. */
export const httpBodyBytesMax = 210 * 1024 * 1024
/** Body of a call of the admin endpoints. */
export const adminBodyBytesMax = 10 * 1024 * 1024
/** Keys that one function, or a host, may have beside each other. */
export const keysPerScopeMax = 100
/** How long an app's files must rest before it is loaded again: a build writes many. */
export const reloadQuietMs = 500
