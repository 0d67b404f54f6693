/** A longer token is refused unread: no issuer makes such, and headers end at 64 KB anyway. */
export const tokenCharactersMax = 48 * 1024

/** Keys of one key set; more are refused when the set is read. */
export const keyCountMax = 100

/** Verified tokens that are remembered; the oldest is forgotten first. */
export const verifiedTokenCountMax = 10_000
