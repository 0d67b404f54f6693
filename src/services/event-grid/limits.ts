/** What one publish request may carry in all: https://learn.microsoft.com/azure/event-grid/quotas-limits */
export const publishBytesMax = 1_536_000
export const eventBytesMax = 1_049_600
/** Ours: each event of a request becomes a message for each subscription that wants it. */
export const publishEventCountMax = 5_000
/** Ours: events of a request times the subscriptions that want them. */
export const deliveriesPerPublishMax = 100_000
/** Ours: deeper JSON could not be written again. */
export const jsonDepthMax = 128

/** https://learn.microsoft.com/azure/event-grid/quotas-limits#custom-topic-system-topic-and-partner-topic-resource-limits */
export const subscriptionsPerTopicMax = 500
export const domainTopicsMax = 100_000

/** https://learn.microsoft.com/azure/event-grid/event-filtering#limitations */
export const advancedFilterCountMax = 25
export const advancedFilterValueCountMax = 25
export const filterTextCharsMax = 512
/** Ours: how many names a key may have between its dots. */
export const filterKeyDepthMax = 10

/** https://learn.microsoft.com/azure/event-grid/delivery-properties */
export const deliveryAttributeCountMax = 10
export const deliveryAttributeBytesMax = 4_096

/** https://learn.microsoft.com/azure/event-grid/delivery-and-retry */
export const deliveryAttemptsMax = 30
export const timeToLiveMinutesMax = 1_440
export const eventsPerBatchMax = 5_000
export const batchKilobytesMax = 1_024
export const batchKilobytesDefault = 64
export const deliveryTimeoutMs = 30_000
/** Failures in a row after which an endpoint gets nothing for a while. */
export const unhealthyFailureCount = 10
/** How long a dead letter is tried to be stored before it is dropped. */
export const deadLetterTriesMs = 4 * 3_600_000
export const deadLetterRetryMs = 60_000

/** How long a subscriber may take to prove by hand that it wants events. */
export const validationWindowMs = 10 * 60_000
/** Between two tries to reach an endpoint that does not listen yet. */
export const validationRetryMs = 1_000

/** Deliveries of one subscription that run at the same time. */
export const parallelDeliveriesMax = 32
/** What one subscription takes from its queue at a time, but always one event. */
export const claimBytesMax = 8 * 1024 * 1024
/** Events of the first claim, before it is known how large they are. */
export const firstClaimCount = 32
/** A delivery must be over before its messages are given to another: its requests follow one another. */
export const leaseMs = 5 * 60_000
/** Looks for events whose wake-up was lost. */
export const pollMs = 30_000
/** Waits after a failure of our own. */
export const ownFailureDelayMs = 5_000
/** What is read of an answer, of which only its status counts. */
export const answerBytesMax = 64 * 1024
/** Payload that a span keeps. */
export const spanPayloadCharsMax = 64 * 1024
