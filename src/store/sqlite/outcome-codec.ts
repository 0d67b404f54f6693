import { strict as assert } from 'node:assert'
import type { PutDocumentResult } from '../documents.ts'
import type {
  AppendMessageResult,
  ClaimedMessage,
  ClaimMessagesResult,
  MessageState,
} from '../messages.ts'
import type { BatchOutcome, OperationResult } from './engine.ts'
import { FlatReader, type FlatValue } from './flat-values.ts'

// Outcomes of a batch: other than so many results, one whole object.
const asObject = -1

// Results of an operation, by their shape.
const nothing = 0
const written = 1
const appended = 2
const claimed = 3
const otherwise = 4

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** Writes outcomes as a flat list. */
export function encodeOutcomes(outcomes: readonly BatchOutcome[]): readonly FlatValue[] {
  const values: FlatValue[] = []
  for (const outcome of outcomes) {
    if ('results' in outcome) {
      values.push(outcome.results.length)
      for (const result of outcome.results) encodeResult(result, values)
    } else {
      values.push(asObject, outcome)
    }
  }
  return values
}

/** Reads what `encodeOutcomes` wrote. */
export function decodeOutcomes(values: readonly FlatValue[]): BatchOutcome[] {
  const reader = new FlatReader(values)
  const outcomes: BatchOutcome[] = []
  while (!reader.isAtEnd) {
    const count = reader.number()
    if (count === asObject) {
      const outcome = reader.value()
      assert(isOutcome(outcome))
      outcomes.push(outcome)
    } else {
      const results: OperationResult[] = []
      for (let left = count; left > 0; left -= 1) results.push(decodeResult(reader))
      outcomes.push({ results })
    }
  }
  return outcomes
}

function encodeResult(result: OperationResult, values: FlatValue[]): void {
  if (result === undefined) {
    values.push(nothing)
  } else if ('created' in result) {
    values.push(written, result.created, result.number, result.sequence, result.timestampMs)
  } else if ('duplicate' in result) {
    values.push(appended, result.sequence, result.duplicate, result.timestampMs)
  } else if ('messages' in result) {
    values.push(claimed, result.messages.length)
    for (const message of result.messages) encodeMessage(message, values)
  } else {
    values.push(otherwise, result)
  }
}

function decodeResult(reader: FlatReader): OperationResult {
  switch (reader.number()) {
    case nothing:
      return undefined
    case written:
      return decodeWritten(reader)
    case appended:
      return decodeAppended(reader)
    case claimed:
      return decodeClaimed(reader)
    default: {
      const result = reader.value()
      assert(isOtherResult(result))
      return result
    }
  }
}

function decodeWritten(reader: FlatReader): PutDocumentResult {
  return {
    created: reader.flag(),
    number: reader.number(),
    sequence: reader.number(),
    timestampMs: reader.number(),
  }
}

function decodeAppended(reader: FlatReader): AppendMessageResult {
  return { sequence: reader.number(), duplicate: reader.flag(), timestampMs: reader.number() }
}

function decodeClaimed(reader: FlatReader): ClaimMessagesResult {
  const messages: ClaimedMessage[] = []
  for (let left = reader.number(); left > 0; left -= 1) messages.push(decodeMessage(reader))
  return { messages }
}

function encodeMessage(message: ClaimedMessage, values: FlatValue[]): void {
  const { queue, sequence, originalSequence, state, body, properties } = message
  values.push(queue, sequence, originalSequence, state, body, properties)
  values.push(message.enqueuedMs, message.attempts, message.token, message.note, message.group)
  values.push(message.visibleAtMs, message.expiresAtMs, message.leaseUntilMs, message.trace)
}

function decodeMessage(reader: FlatReader): ClaimedMessage {
  const message: Writable<ClaimedMessage> = {
    queue: reader.text(),
    sequence: reader.number(),
    originalSequence: reader.number(),
    state: decodeState(reader),
    body: reader.bodyValue(),
    properties: reader.text(),
    enqueuedMs: reader.number(),
    attempts: reader.number(),
    token: reader.text(),
  }
  const note = reader.optionalText()
  const group = reader.optionalText()
  const visibleAtMs = reader.optionalNumber()
  const expiresAtMs = reader.optionalNumber()
  const leaseUntilMs = reader.optionalNumber()
  const trace = reader.optionalText()
  if (note !== undefined) message.note = note
  if (group !== undefined) message.group = group
  if (visibleAtMs !== undefined) message.visibleAtMs = visibleAtMs
  if (expiresAtMs !== undefined) message.expiresAtMs = expiresAtMs
  if (leaseUntilMs !== undefined) message.leaseUntilMs = leaseUntilMs
  if (trace !== undefined) message.trace = trace
  return message
}

function decodeState(reader: FlatReader): MessageState {
  const state = reader.text()
  assert(state === 'ready' || state === 'leased' || state === 'scheduled' || state === 'parked')
  return state
}

function isOutcome(value: FlatValue): value is BatchOutcome {
  return typeof value === 'object' && ('unmet' in value || 'fault' in value)
}

function isOtherResult(value: FlatValue): value is Exclude<OperationResult, undefined> {
  return typeof value === 'object'
}
