/**
 * What Service Bus bounds, and what this implementation bounds on top of it.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas
 */

/** Largest message of the Basic and Standard tiers, properties included. */
export const messageBytesMaxStandard = 256 * 1024
/** Largest message of the Premium tier unless the entity sets `maxMessageSizeInKilobytes`. */
export const messageBytesMaxPremium = 1024 * 1024
/** The most that `maxMessageSizeInKilobytes` may be. */
export const messageKilobytesMax = 102_400
/** All properties of a message together, system and application. */
export const headerBytesMax = 64 * 1024
/** One application property. */
export const propertyBytesMax = 32 * 1024
export const messageIdLengthMax = 128
export const sessionIdLengthMax = 128
export const partitionKeyLengthMax = 128
/** What a session may keep as its state. */
export const sessionStateBytesMaxStandard = 256 * 1024
export const sessionStateBytesMaxPremium = 1024 * 1024

export const lockDurationMsDefault = 60_000
export const lockDurationMsMin = 5_000
export const lockDurationMsMax = 300_000
export const maxDeliveryCountDefault = 10
export const maxDeliveryCountMax = 2_147_483_647
/** `TimeSpan.MaxValue`: a message with this time to live never expires. */
export const timeToLiveNever = 'P10675199DT2H48M5.4775807S'
export const timeToLiveMsMin = 1000
/** The Basic tier keeps a message for 14 days at most. */
export const timeToLiveMsMaxBasic = 14 * 86_400_000
export const duplicateWindowMsDefault = 600_000
export const duplicateWindowMsMin = 20_000
export const duplicateWindowMsMax = 7 * 86_400_000
export const maxSizeInMegabytesDefault = 1024
export const maxSizesInMegabytes = [
  1024, 2048, 3072, 4096, 5120, 10_240, 20_480, 40_960, 81_920,
] as const
/** A message is forwarded at most this often. */
export const forwardHopsMax = 4

export const entityNameLengthMax = 260
export const ruleNameLengthMax = 50
export const subscriptionNameLengthMax = 50
export const entitiesPerNamespaceMax = 10_000
export const subscriptionsPerTopicMax = 2000
export const rulesPerTopicMax = 2000
export const authorizationRulesMax = 12

/** Characters of a dead-letter reason, and of its description. */
export const deadLetterTextMax = 4096

/** Most messages that one receive or peek gives. */
export const receiveCountMax = 2048
export const peekCountMax = 250
/** Most messages one send takes. */
export const sendCountMax = 4500
/** How long an `acceptSession` or `receive` may wait; longer waits are the caller's loop. */
export const waitMsMax = 24 * 3_600_000
/** How often a receiver looks again although no commit woke it. */
export const pollMs = 1000
/** How often what has come due in queues without a receiver is applied. */
export const sweepMs = 1000
/** Messages one step of the forwarder moves in one commit. */
export const forwardBatchMax = 50
/** How long a forwarder waits after its destination refused. */
export const forwardRetryMs = 1000
/** How often a send whose topology changed meanwhile is routed again. */
export const routeAttemptsMax = 5
/** Dead letters reported per look. */
export const deadLetterPageMax = 100

/** Messages that a link of AMQP claims in one commit. */
export const claimCountMax = 128
/** How long a client waits for a session when it does not say. */
export const sessionWaitMsDefault = 60_000
/** Transactions that one connection has open. */
export const transactionsMax = 100
/** Sends and settlements of one transaction. */
export const transactionStepsMax = 4500
/** How long a transaction may stay open. */
export const transactionMsMax = 120_000
/** Messages that one batch delete removes. */
export const batchDeleteMax = 4000
/** Entries that one page of the administration has. */
export const feedCountMax = 100
/** Largest body of a request to the administration. */
export const administrationBytesMax = 1024 * 1024
