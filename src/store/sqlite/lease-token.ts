import { randomHex } from '../../base/ids.ts'

// A token has the shape of a UUID, since that is how Azure's protocols carry a lock token:
// the first 23 characters are random for each claim, the last 12 are the message's sequence number.
const leaseLength = 23
const tokenLength = 36

/** The part of a token that all messages of one claim share, and that the store keeps. */
export function newLease(): string {
  const hex = randomHex(8)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(13, 16)}`
}

/** The token of one message under a lease. */
export function tokenOf(lease: string, sequence: number): string {
  return `${lease}-${sequence.toString(16).padStart(12, '0')}`
}

/** The lease in a token, or `undefined` when it is no token of this message. */
export function leaseOf(token: string, sequence: number): string | undefined {
  if (token.length !== tokenLength) return undefined
  const isOfMessage = Number.parseInt(token.slice(leaseLength + 1), 16) === sequence
  return isOfMessage ? token.slice(0, leaseLength) : undefined
}
