import { parseTraceparent } from '../../base/trace-context.ts'
import type { ClaimedMessage, StoredMessage } from '../../store/messages.ts'
import { copyHeaders, decodeEnvelope, decodeNote } from './envelope.ts'
import type { ReceivedMessage } from './message.ts'

/** A message as a receiver sees it. */
export function toReceivedMessage(stored: StoredMessage | ClaimedMessage): ReceivedMessage {
  const envelope = decodeEnvelope(stored.properties)
  const lockToken = 'token' in stored ? stored.token : ''
  // Filled in rather than spread together: this runs once for each message that is received.
  const message: { -readonly [Name in keyof ReceivedMessage]: ReceivedMessage[Name] } = {
    body: stored.body,
    messageId: envelope.messageId,
    sequenceNumber: stored.sequence,
    enqueuedSequenceNumber: envelope.enqueuedSequenceNumber ?? stored.originalSequence,
    enqueuedTimeMs: stored.enqueuedMs,
    lockToken,
    deliveryCount: stored.attempts,
    state: stateOf(stored),
  }
  copyHeaders(envelope, message)
  const note = decodeNote(stored.note) ?? envelope.deadLetter
  const trace = parseTraceparent(stored.trace)
  if (trace) message.trace = trace
  if (stored.expiresAtMs !== undefined) message.expiresAtMs = stored.expiresAtMs
  if (lockToken !== '' && stored.leaseUntilMs !== undefined) {
    message.lockedUntilMs = stored.leaseUntilMs
  }
  if (envelope.deadLetterSource !== undefined) message.deadLetterSource = envelope.deadLetterSource
  if (note?.reason !== undefined) message.deadLetterReason = note.reason
  if (note?.description !== undefined) message.deadLetterErrorDescription = note.description
  return message
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
