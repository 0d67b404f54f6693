/**
 * The claimable queue. A message is in one of four states:
 * ready -> leased (claim) -> removed, ready again (release, or its lease ran out), parked or moved (settle);
 * scheduled -> ready when `visibleAtMs` comes (it then gets a new sequence number at the tail).
 * A parked message is given only by its sequence number, and goes back to parked when it is released or
 * its lease runs out.
 */
export type MessageState = 'ready' | 'leased' | 'scheduled' | 'parked'

export interface AppendMessage {
  readonly kind: 'message.append'
  readonly queue: string
  readonly body: string | Uint8Array
  /** Opaque JSON text of the caller: headers, application properties. */
  readonly properties: string
  /** Messages of one group are given only to the holder of the group's lease. */
  readonly group?: string
  readonly visibleAtMs?: number
  readonly expiresAtMs?: number
  /** A second append with the same key before `untilMs` commits but adds nothing. */
  readonly dedupe?: { readonly key: string; readonly untilMs: number }
  /** W3C `traceparent` of the sender. */
  readonly trace?: string
}

export interface AppendMessageResult {
  /** Rises by one per queue, from 1. */
  readonly sequence: number
  readonly duplicate: boolean
  readonly timestampMs: number
}

/**
 * Where a message goes that its queue gives up; without `to` it is removed. There it is ready at the tail
 * with a new sequence number and without expiry; it keeps `originalSequence`, `attempts` and, to be read,
 * its `group`, but is given like a message without one.
 */
export interface MessageMove {
  readonly to?: string
  /** Opaque JSON text kept beside the properties: why it was moved. */
  readonly note?: string
}

/** What a queue does with messages nobody settles; carried by each operation, so that it is decided in the commit. */
export interface QueueRules {
  /**
   * A message whose lease ran out or was released after this many claims is moved by `exhausted`. Where
   * no operation with rules ended the lease (a group was released), the next one that has them does it.
   */
  readonly attemptsMax?: number
  readonly exhausted?: MessageMove
  /** What becomes of a message whose `expiresAtMs` passed while it was ready; default: removed. */
  readonly expired?: MessageMove
}

/** Leases up to `count` ready messages, lowest sequence first; without `group` only those that have none. */
export interface ClaimMessages {
  readonly kind: 'message.claim'
  readonly queue: string
  readonly count: number
  readonly untilMs: number
  readonly rules: QueueRules
  /** With it only messages of the group are given, and their leases live and die with the group's. */
  readonly group?: { readonly key: string; readonly token: string }
  /** Leases of an owner that died are given back by `owner.release`. */
  readonly owner?: string
  /** Remove at once instead of leasing (receive-and-delete). */
  readonly remove?: boolean
}

/** Leases one parked (or ready) message by its sequence number; gives none when there is none. */
export interface ClaimParkedMessage {
  readonly kind: 'message.claimParked'
  readonly queue: string
  readonly sequence: number
  readonly untilMs: number
  readonly group?: { readonly key: string; readonly token: string }
  readonly owner?: string
  readonly remove?: boolean
}

export interface StoredMessage {
  readonly queue: string
  readonly sequence: number
  /** The sequence number it had where and when it was first appended; differs after a move or a schedule. */
  readonly originalSequence: number
  readonly state: MessageState
  readonly body: string | Uint8Array
  readonly properties: string
  readonly note?: string
  readonly group?: string
  /** When it came to this queue (for a scheduled message: when it became ready). */
  readonly enqueuedMs: number
  readonly visibleAtMs?: number
  readonly expiresAtMs?: number
  /** How often it was claimed. */
  readonly attempts: number
  readonly leaseUntilMs?: number
  readonly trace?: string
}

export interface ClaimedMessage extends StoredMessage {
  /** Proves the lease to `settle` and `renew`; empty when the claim removed the message. */
  readonly token: string
}

export interface ClaimMessagesResult {
  readonly messages: readonly ClaimedMessage[]
}

/** What becomes of a leased message. `properties`, where given, replace the message's. */
export type SettleOutcome =
  | { readonly kind: 'remove' }
  | { readonly kind: 'release'; readonly properties?: string; readonly visibleAtMs?: number }
  | { readonly kind: 'park'; readonly properties?: string }
  | { readonly kind: 'move'; readonly move: MessageMove; readonly properties?: string }

/** Fails with `lease` when the token is not the message's or its lease (or its group's) has run out. */
export interface SettleMessage {
  readonly kind: 'message.settle'
  readonly queue: string
  readonly sequence: number
  readonly token: string
  readonly outcome: SettleOutcome
  readonly rules: QueueRules
}

/** Fails with `lease` like a settlement, and for a message claimed in a group: that lease is the group's. */
export interface RenewMessage {
  readonly kind: 'message.renew'
  readonly queue: string
  readonly sequence: number
  readonly token: string
  readonly untilMs: number
}

/** Removes a scheduled message; fails with `present` when there is none with that sequence number. */
export interface CancelMessage {
  readonly kind: 'message.cancel'
  readonly queue: string
  readonly sequence: number
}

/**
 * Applies what has come due: schedules, expired messages, exhausted leases. A bounded number at once:
 * `nextDue` lies in the past while more is left.
 */
export interface SweepQueue {
  readonly kind: 'queue.sweep'
  readonly queue: string
  readonly rules: QueueRules
}

/** Removes a queue with all its messages, groups and remembered dedupe keys. */
export interface DropQueue {
  readonly kind: 'queue.drop'
  readonly queue: string
}

/** Leases a group, or with no `group` the unleased one that holds the oldest ready message. */
export interface ClaimGroup {
  readonly kind: 'group.claim'
  readonly queue: string
  readonly group?: string
  readonly untilMs: number
  readonly owner?: string
}

/** Nothing when no group is free; a named group that another holds fails with `lease`. */
export interface ClaimGroupResult {
  readonly claimed?: { readonly group: string; readonly token: string; readonly state?: Uint8Array }
}

/** Each fails with `lease` when the token is not the group's or its lease has run out. */
export interface RenewGroup {
  readonly kind: 'group.renew'
  readonly queue: string
  readonly group: string
  readonly token: string
  readonly untilMs: number
}

export interface ReleaseGroup {
  readonly kind: 'group.release'
  readonly queue: string
  readonly group: string
  readonly token: string
}

export interface SetGroupState {
  readonly kind: 'group.setState'
  readonly queue: string
  readonly group: string
  readonly token: string
  readonly state?: Uint8Array
}

/** Makes every message and group that an owner holds ready again, and forgets that claim in `attempts`. */
export interface ReleaseOwner {
  readonly kind: 'owner.release'
  /** Every owner but this one when `except` is set: what a process that starts says of those that died. */
  readonly owner: string
  readonly except?: boolean
}

export interface BrowseQuery {
  readonly queue: string
  /** First sequence number to give. */
  readonly from: number
  readonly limit: number
  readonly group?: string
}

/** How many messages a queue holds, by state; `bodyBytes` of all of them. */
export interface QueueCounts {
  readonly ready: number
  readonly leased: number
  readonly scheduled: number
  readonly parked: number
  readonly bodyBytes: number
}

export interface StoredGroup {
  readonly group: string
  readonly state?: Uint8Array
  readonly leaseUntilMs?: number
}
