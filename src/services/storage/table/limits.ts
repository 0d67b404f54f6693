/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
export const entityBytesMax = 1024 * 1024
export const propertyCountMax = 252
export const propertyNameCharsMax = 255
export const propertyBytesMax = 64 * 1024
export const keyBytesMax = 1024
export const tableNameCharsMin = 3
export const tableNameCharsMax = 63

/** https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
export const transactionCountMax = 100
export const transactionBytesMax = 4 * 1024 * 1024

/** An entity in JSON, with names, types and escapes. */
export const entityBodyBytesMax = 2 * 1024 * 1024

/** https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination */
export const pageEntitiesMax = 1_000
/** Entities that one request looks at before it answers with a continuation. */
export const scannedEntitiesMax = 20_000
/** Entities that are read in one turn of the event loop. */
export const readEntitiesMax = 200
/** What one answer may hold, so that it is made in memory. */
export const pageBytesMax = 4 * 1024 * 1024

/** Writers of the same entity that were overtaken so often give up. */
export const overtakenCountMax = 200
