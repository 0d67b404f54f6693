import { parseTraceparent } from '../../base/trace-context.ts'
import type { ClaimedMessage, StoredMessage } from '../../store/messages.ts'
import { decodeEnvelope, decodeNote } from './envelope.ts'
import type { ReceivedMessage } from './message.ts'

/** A message as a receiver sees it. */
export function toReceivedMessage(stored: StoredMessage | ClaimedMessage): ReceivedMessage {
  const {
    hops: _hops,
    deadLetter,
    enqueuedSequenceNumber,
    ...envelope
  } = decodeEnvelope(stored.properties)
  const note = decodeNote(stored.note) ?? deadLetter
  const trace = parseTraceparent(stored.trace)
  const token = 'token' in stored ? stored.token : ''
  return {
    ...envelope,
    body: stored.body,
    sequenceNumber: stored.sequence,
    enqueuedSequenceNumber: enqueuedSequenceNumber ?? stored.originalSequence,
    enqueuedTimeMs: stored.enqueuedMs,
    ...(stored.expiresAtMs === undefined ? {} : { expiresAtMs: stored.expiresAtMs }),
    ...(token === '' || stored.leaseUntilMs === undefined
      ? {}
      : { lockedUntilMs: stored.leaseUntilMs }),
    lockToken: token,
    deliveryCount: stored.attempts,
    ...(note?.reason === undefined ? {} : { deadLetterReason: note.reason }),
    ...(note?.description === undefined ? {} : { deadLetterErrorDescription: note.description }),
    state: stateOf(stored),
    ...(trace ? { trace } : {}),
  }
}

function stateOf(stored: StoredMessage): ReceivedMessage['state'] {
  switch (stored.state) {
    case 'parked':
      return 'deferred'
    case 'scheduled':
      return 'scheduled'
    case 'ready':
    case 'leased':
      return 'active'
  }
}
