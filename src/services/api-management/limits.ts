/** A policy document may be this long: https://learn.microsoft.com/azure/api-management/api-management-howto-policies */
export const policyBytesMax = 256 * 1024

/** Characters of a named value: https://learn.microsoft.com/azure/api-management/api-management-howto-properties */
export const namedValueLengthMax = 4096

/** A message body that a policy reads is kept in memory up to this size; many calls may do so at once. */
export const bufferedBodyBytesMax = 8 * 1024 * 1024

/** What a request to the management REST may carry. */
export const managementBodyBytesMax = 4 * 1024 * 1024

/** How long `forward-request` waits for the headers of the answer unless the policy says otherwise. */
export const forwardTimeoutMs = 300_000

/** How long `send-request` waits for the whole answer unless the policy says otherwise. */
export const sendTimeoutMs = 60_000

/** Calls that wait for the lease of one named value; more are answered with 503. */
export const leaseWaitersMax = 10_000

/** A call that does not get the lease of a named value within this time is answered with 503. */
export const leaseWaitMs = 120_000

/** How many keys the counters of rate limits remember; the longest unused goes first. */
export const countersMax = 100_000

/** The longest period of a rate limit: https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy */
export const ratePeriodSecondsMax = 300

/** The shortest period of a quota by key: https://learn.microsoft.com/azure/api-management/quota-by-key-policy */
export const quotaPeriodSecondsMin = 300

/** Entries of the built-in cache. */
export const cacheEntriesMax = 10_000

/** Bytes of all entries of the built-in cache together. */
export const cacheBytesMax = 64 * 1024 * 1024

/** How long OpenID metadata is used before it is read again. */
export const metadataLifeMs = 3_600_000

/** A token with an unknown key makes the metadata be read again at most this often. */
export const metadataRefreshMs = 300_000

/** How deep policies may be nested in a document. */
export const policyDepthMax = 32

/** Spans keep this much of a payload. */
export const spanPayloadCharsMax = 16_384

/** Policies in one document, those of its fragments with it. */
export const policyStepsMax = 10_000

/** How often `retry` may repeat: https://learn.microsoft.com/azure/api-management/retry-policy */
export const retryCountMax = 50

/** Redirects that `forward-request` and `send-request` follow. */
export const redirectsMax = 20

/** Operations that one definition may bring. */
export const importedOperationsMax = 1_000

/** How long a Liquid template may take. */
export const liquidMsMax = 1_000

/** Issuers whose metadata is kept. */
export const issuersMax = 256

/** Counters of the periods of one quota that a question answers. */
export const quotaPeriodsMax = 1_000

/** A WebSocket connection that carries nothing for this long is closed. */
export const webSocketIdleMs = 15 * 60_000

/** Traces of calls that are kept; the oldest goes first. */
export const tracesMax = 100

/** Steps that one trace tells. */
export const traceEntriesMax = 1_000

/** How long a debug token may be good: https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector */
export const debugTokenLifeMsMax = 3_600_000

/** How often secrets of vaults are read again: https://learn.microsoft.com/azure/api-management/api-management-howto-properties#key-vault-secrets */
export const vaultRefreshMs = 4 * 3_600_000

/** Steps that one `xsl-transform` may take. */
export const transformStepsMax = 5_000_000

/** A schema may be this long: https://learn.microsoft.com/azure/api-management/validate-content-policy */
export const schemaBytesMax = 4 * 1024 * 1024

/** Schemas that are kept compiled. */
export const compiledSchemasMax = 200

/** The largest body that `validate-content` may be told to take. */
export const validatedBytesMax = 102_400

/** Bytes of an event of `log-to-eventhub`; a longer one is cut: https://learn.microsoft.com/azure/api-management/log-to-eventhub-policy#usage-notes */
export const eventBytesMax = 200 * 1024

/** Connections to credential providers whose tokens are kept. */
export const connectionTokensMax = 1_000

/** The largest body that is turned into another format, or transformed. */
export const convertedBytesMax = 8 * 1024 * 1024

/** Characters of the `$filter` of a list. */
export const filterCharsMax = 4_096

/** How deep conditions of a `$filter` may be nested. */
export const filterDepthMax = 64

/** How long the policies of one call may run before other calls have their turn. */
export const turnMsMax = 20
