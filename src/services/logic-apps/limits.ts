/** https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-config */

/** One definition file. */
export const definitionBytesMax = 8_388_608

/** A message that an action or trigger takes. */
export const messageBytesMax = 104_857_600

/** What the management REST shows of inputs and outputs in place; more is behind a link. */
export const inlineContentBytesMax = 32_768

/** How long a caller waits for the answer of a run, and an action for that of another service. */
export const requestTimeoutMs = 225_000

/** How long a run may go on, and how long its history is kept. */
export const runTimeoutMs = 90 * 86_400_000
export const retentionMs = 90 * 86_400_000

/** A stateless run. */
export const statelessRunTimeoutMs = 300_000

/** Items of one trigger event that each start a run. */
export const splitOnMax = 100_000
export const splitOnConcurrentMax = 100

/** Runs of one trigger at the same time where its definition limits them. */
export const concurrentRunsMax = 100

/** Runs that wait at one trigger that limits them, beside those that run. */
export const waitingRunsDefault = 10
export const waitingRunsMax = 200

/** Retries of one action: default of the default policy, and most. */
export const retryDefault = { count: 4, intervalMs: 7_500, minimumMs: 5_000, maximumMs: 45_000 }
export const retryCountMax = 90

/** Pages that one action follows, and bytes of one chunk. */
export const pagesMax = 1_000
export const chunkBytes = 5_242_880

/** How long the wait between two looks at an asynchronous operation is, where the other side does not say. */
export const asyncPollMsDefault = 20_000

/** JavaScript of an action: https://learn.microsoft.com/azure/logic-apps/logic-apps-add-run-inline-code#limits */
export const codeMsMax = 5_000
export const codeCharactersMax = 1_024 * 64
export const codeMemoryBytesMax = 67_108_864

/** A Liquid template: time to render, and bytes. */
export const liquidMsMax = 5_000
export const liquidBytesMax = 8_388_608

/** XML that is transformed in place, in about 5 ms; more is transformed in a thread, which copies it. */
export const xmlCharactersInPlaceMax = 65_536

/** Steps that a map may take in place: about 50 ms. One that needs more starts again in a thread. */
export const inPlaceStepsMax = 1_000_000

/** Threads of transformations, how long they may work on one, what may wait for them, and for how many apps each keeps what it compiled. */
export const transformThreadsMax = 2
export const transformMsMax = 120_000
export const transformsWaitingMax = 1_000
export const compiledAppsMax = 50

/** The stack of a thread lets templates call each other as deep as their own limit says. */
export const threadStackMegabytes = 16
export const threadMemoryMegabytesMax = 1_024

/** XML that is read as a whole. */
export const xmlBytesMax = 52_428_800

/** Messages that a batch collects before it is sent in any case. */
export const batchMessagesMax = 8_000

/** Runs that one page of the management REST shows. */
export const runsPageMax = 250
export const runsPageDefault = 30

/** How long the wait for a file to rest is before an app is loaded again. */
export const reloadQuietMs = 300

/** Runs of an app that have something to do, above which its pushing triggers slow down, and for how long at most. */
export const busyRunsMax = 2_000
export const busyWaitMs = { step: 20, max: 1_000 }

/** Parts of one multipart body that are read. */
export const multipartPartsMax = 1_000

/** How long the wait before another try to open a trigger is. */
export const openRetryMs = 5_000

/** How long a pushing trigger waits whose workflow takes no more runs. */
export const throttledWaitMs = 1_000

/** A delay that is longer is no work that the platform waits for when it is to end once it is idle. */
export const longDelayMs = 15_000

/** Workflows of one app. */
export const workflowsMax = 1_000

/** Signatures of addresses that are kept so that they are not computed again. */
export const keptSignaturesMax = 200
