/** https://learn.microsoft.com/rest/api/storageservices/put-message */
export const messageBytesMax = 64 * 1024
/** The element around a message, and what escapes add to it. */
export const messageBodyBytesMax = 512 * 1024
export const timeToLiveSecondsDefault = 7 * 86_400
export const visibilitySecondsMax = 7 * 86_400

/** https://learn.microsoft.com/rest/api/storageservices/get-messages */
export const messageCountMax = 32
export const visibilitySecondsDefault = 30

/** https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata */
export const queueNameCharsMin = 3
export const queueNameCharsMax = 63

/** Takers of one queue that were overtaken so often give up. */
export const overtakenTakesMax = 200

/** Messages that are looked through for an id whose pop receipt leads nowhere. */
export const searchedMessagesMax = 10_000
