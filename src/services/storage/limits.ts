/** https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs */
export const blockBytesMax = 4_000 * 1024 * 1024
export const putBlobBytesMax = 5_000 * 1024 * 1024
/** What an HTTP server of the Blob endpoint accepts: a large upload may take an hour. */
export const blobHttpLimits = {
  bodyBytesMax: putBlobBytesMax,
  requestTimeoutMs: 3_600_000,
} as const
export const appendBlockBytesMax = 100 * 1024 * 1024
export const pageBytesMax = 4 * 1024 * 1024
export const pageSize = 512
export const pageBlobBytesMax = 8 * 1024 ** 4
export const committedBlockCountMax = 50_000
export const uncommittedBlockCountMax = 100_000
export const appendBlockCountMax = 50_000
export const blockIdBytesMax = 64

/** A page blob is a list of what was written to it; one that is more scattered is refused to grow. */
export const pageExtentCountMax = 50_000

/** Blocks that nobody committed are dropped after a week. */
export const uncommittedLifeMs = 7 * 86_400_000

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
export const blobNameCharsMax = 1_024
export const pathSegmentCountMax = 254
export const metadataBytesMax = 8 * 1024

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-tags */
export const tagCountMax = 10
export const tagNameCharsMax = 128
export const tagValueCharsMax = 256

/** Bodies that are XML or part of a protocol, not a blob. */
export const xmlBodyBytesMax = 16 * 1024 * 1024
export const xmlDepthMax = 12
export const batchBodyBytesMax = 4 * 1024 * 1024
export const batchRequestCountMax = 256

/** https://learn.microsoft.com/rest/api/storageservices/list-blobs */
export const pageItemsMax = 5_000
/** Blobs that one search by tags looks at before it answers with a marker. */
export const searchedBlobsMax = 20_000
/** Documents that one listing passes over before it answers with a marker. */
export const listedDocumentsMax = 20_000

/** A range with an MD5 or CRC64 of it may have so many bytes. */
export const hashedRangeBytesMax = 4 * 1024 * 1024

/** https://learn.microsoft.com/rest/api/storageservices/lease-blob */
export const leaseSecondsMin = 15
export const leaseSecondsMax = 60
export const breakSecondsMax = 60

/** Identifiers of one stored access policy list. */
export const accessPolicyCountMax = 5

/** Writers of the same blob that were overtaken so often give up. */
export const overtakenCountMax = 200

/** Blobs that a directory holds and that are renamed or deleted together. */
export const directoryEntriesMax = 20_000
/** Paths whose ACL one request changes: https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-acl-javascript */
export const aclPathsMax = 2_000
/** Paths that one recursive delete takes before it answers with a continuation. */
export const deletedPathsMax = 5_000

/** Events that are handed over at a time, and the wait after one that was not taken. */
export const eventBatchMax = 64
export const eventLeaseMs = 60_000
export const eventRetryMs = 1_000

/** How often the service looks for what has come to its end: blocks, deleted blobs and containers. */
export const sweepIntervalMs = 60_000
export const sweptItemsMax = 500

/** A user delegation key lives a week at most. */
export const delegationKeyLifeMs = 7 * 86_400_000

/** A request's headers and its signature may be this old. */
export const requestSkewMs = 15 * 60_000

/** https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services */
export const corsRuleCountMax = 5

/** Bytes that nobody wrote are read in parts of this size. */
export const zeroChunkBytes = 262_144

/** What one look at the changed blobs takes at once, how often it looks, and when it tries again. */
export const watchedPageMax = 256
export const watcherPollMs = 10_000
export const watcherRetryMs = 1_000
