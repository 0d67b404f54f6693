/**
 * What clients ask of `$management` beside the messages of an entity.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-request-response
 */
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import type { AmqpMessage } from '../../protocols/amqp/amqp-message.ts'
import {
  Uuid,
  ArrayOf,
  entry,
  isList,
  isMap,
  numberOf,
  textOf,
} from '../../protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../protocols/amqp/amqp-value.ts'
import type { NodeAnswer } from '../../protocols/amqp/request-node.ts'
import { statusOf, toAmqpError } from './amqp-errors.ts'
import {
  encodeReceived,
  toApplicationProperties,
  toLockedMessage,
  toOutgoingMessage,
} from './amqp-messages.ts'
import { addRule, enumerateRules, removeRule } from './amqp-rules.ts'
import type { AccessRight } from './authorization-rules.ts'
import type { SubQueue } from './entities.ts'
import { argumentError, sessionLockLost } from './errors.ts'
import type { HeldSessions } from './held-sessions.ts'
import { batchDeleteMax, peekCountMax } from './limits.ts'
import type { LockedMessage, ReceivedMessage } from './message.ts'
import type { Namespace } from './namespace.ts'
import type { Receiver } from './receiver.ts'
import type { Settlement } from './settlement.ts'
import type { SessionReceiver } from './session-receiver.ts'

export interface ManagementContext {
  readonly namespace: Namespace
  readonly path: string
  readonly subQueue: SubQueue | undefined
  readonly sessions: HeldSessions
  /** Throws unless the client has the right. */
  mustHave(right: AccessRight): Promise<void>
}

/** The body of a request. */
type Body = AmqpValue | undefined

/** What an operation answers: nothing for 204, no entry for an empty body. */
type Answer = ReadonlyMap<AmqpValue, AmqpValue> | 'nothing'

export interface ManagementOperation {
  readonly right: AccessRight
  handle(context: ManagementContext, body: Body): Promise<Answer>
}

/** Each by its name without `com.microsoft:`. */
export const managementOperations: Readonly<Record<string, ManagementOperation>> = {
  'renew-lock': { right: 'Listen', handle: renewLocks },
  'peek-message': { right: 'Listen', handle: peek },
  'schedule-message': { right: 'Send', handle: schedule },
  'cancel-scheduled-message': { right: 'Send', handle: cancelScheduled },
  'receive-by-sequence-number': { right: 'Listen', handle: receiveDeferred },
  'update-disposition': { right: 'Listen', handle: updateDisposition },
  'renew-session-lock': { right: 'Listen', handle: renewSessionLock },
  'get-session-state': { right: 'Listen', handle: getSessionState },
  'set-session-state': { right: 'Listen', handle: setSessionState },
  'get-message-sessions': { right: 'Listen', handle: listSessions },
  'batch-delete-messages': { right: 'Listen', handle: batchDelete },
  'add-rule': { right: 'Manage', handle: addRule },
  'remove-rule': { right: 'Manage', handle: removeRule },
  'enumerate-rules': { right: 'Manage', handle: enumerateRules },
}

/** The node `$management` of one entity. */
export class ManagementNode {
  readonly #context: ManagementContext

  constructor(context: ManagementContext) {
    this.#context = context
  }

  async handle(request: AmqpMessage): Promise<NodeAnswer> {
    const name = textOf(request.applicationProperties?.get('operation')) ?? ''
    const operation = managementOperations[name.replace(/^com\.microsoft:/, '')]
    if (!operation) {
      return refusal(new AmqpError('amqp:not-implemented', `There is no operation '${name}'.`))
    }
    const { body } = request
    try {
      await this.#context.mustHave(operation.right)
      const value = body?.kind === 'value' ? body.value : undefined
      const answer = await operation.handle(this.#context, value)
      return answer === 'nothing' ? { status: 204 } : { status: 200, body: answer }
    } catch (error) {
      return refusal(toAmqpError(error))
    }
  }
}

function refusal(error: AmqpError): NodeAnswer {
  const { condition, message: description } = error
  return { status: statusOf(condition), condition, description }
}

async function renewLocks(context: ManagementContext, body: Body): Promise<Answer> {
  const receiver = openReceiver(context)
  const expirations: Date[] = []
  for (const message of lockedMessages(body)) {
    expirations.push(new Date(await receiver.renewLock(message)))
  }
  return new Map([['expirations', new ArrayOf(expirations)]])
}

async function peek(context: ManagementContext, body: Body): Promise<Answer> {
  const { namespace, path, subQueue } = context
  const sessionId = textOf(entry(body, 'session-id'))
  const maxCount = Math.min(required(body, 'message-count'), peekCountMax)
  const messages = await namespace.peek(path, {
    from: Math.max(1, required(body, 'from-sequence-number')),
    maxCount,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(subQueue === undefined ? {} : { subQueue }),
  })
  if (messages.length === 0) return 'nothing'
  const peeked = messages.map((message) => {
    const bytes = encodeReceived(message, { isPeeked: true })
    return new Map<AmqpValue, AmqpValue>([['message', bytes]])
  })
  return new Map([['messages', peeked]])
}

async function schedule(context: ManagementContext, body: Body): Promise<Answer> {
  const { namespace, path } = context
  const entries = entry(body, 'messages')
  if (!isList(entries)) throw argumentError("The list 'messages' is missing.")
  const messages = entries.map((each) => {
    const bytes = entry(each, 'message')
    if (!(bytes instanceof Uint8Array)) throw argumentError("The binary 'message' is missing.")
    return toOutgoingMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  })
  const sequences = await namespace.send(path, messages)
  return new Map([['sequence-numbers', new ArrayOf(sequences.map(BigInt))]])
}

async function cancelScheduled(context: ManagementContext, body: Body): Promise<Answer> {
  await context.namespace.cancelScheduled(context.path, sequenceNumbers(body))
  return new Map()
}

async function receiveDeferred(context: ManagementContext, body: Body): Promise<Answer> {
  const { namespace, path, subQueue } = context
  const sessionId = textOf(entry(body, 'session-id'))
  const mode = numberOf(entry(body, 'receiver-settle-mode')) === 0 ? 'receiveAndDelete' : 'peekLock'
  const receiver =
    sessionId === undefined
      ? namespace.openReceiver(path, {
          mode,
          ...(subQueue === undefined ? {} : { subQueue }),
          owner: undefined,
        })
      : heldSession(context, sessionId)
  const messages = await receiver.receiveDeferred(sequenceNumbers(body))
  return new Map([['messages', messages.map(toEntry)]])
}

async function updateDisposition(context: ManagementContext, body: Body): Promise<Answer> {
  const status = textOf(entry(body, 'disposition-status'))?.toLowerCase()
  const kind = status === undefined ? undefined : dispositions[status]
  if (!kind) throw argumentError(`There is no disposition-status '${status}'.`)
  const sessionId = textOf(entry(body, 'session-id'))
  const receiver = sessionId === undefined ? openReceiver(context) : heldSession(context, sessionId)
  const changed = entry(body, 'properties-to-modify')
  const shared = {
    kind,
    properties: isMap(changed) ? toApplicationProperties(changed) : undefined,
    reason: textOf(entry(body, 'deadletter-reason')),
    description: textOf(entry(body, 'deadletter-description')),
  }
  for (const message of lockedMessages(body)) await receiver.settle({ ...shared, message })
  return new Map()
}

const dispositions: Readonly<Record<string, Settlement['kind']>> = {
  completed: 'complete',
  abandoned: 'abandon',
  defered: 'defer',
  deferred: 'defer',
  suspended: 'deadLetter',
}

async function renewSessionLock(context: ManagementContext, body: Body): Promise<Answer> {
  const untilMs = await namedSession(context, body).renewSessionLock()
  return new Map([['expiration', new Date(untilMs)]])
}

async function getSessionState(context: ManagementContext, body: Body): Promise<Answer> {
  const state = await namedSession(context, body).getState()
  return new Map([['session-state', state ?? null]])
}

async function setSessionState(context: ManagementContext, body: Body): Promise<Answer> {
  const state = entry(body, 'session-state')
  await namedSession(context, body).setState(state instanceof Uint8Array ? state : undefined)
  return new Map()
}

async function listSessions(context: ManagementContext, body: Body): Promise<Answer> {
  const skip = numberOf(entry(body, 'skip')) ?? 0
  const top = numberOf(entry(body, 'top')) ?? 100
  const sessions = await context.namespace.sessions(context.path)
  const page = sessions.slice(skip, skip + top)
  if (page.length === 0) return 'nothing'
  return new Map<AmqpValue, AmqpValue>([
    ['skip', skip + page.length],
    ['sessions-ids', page],
  ])
}

async function batchDelete(context: ManagementContext, body: Body): Promise<Answer> {
  const { namespace, path, subQueue } = context
  const wanted = Math.min(required(body, 'message-count'), batchDeleteMax)
  const before = entry(body, 'enqueued-time-utc')
  const beforeMs = before instanceof Date ? before.getTime() : Infinity
  const receiver = namespace.openReceiver(path, {
    mode: 'receiveAndDelete',
    ...(subQueue === undefined ? {} : { subQueue }),
    owner: undefined,
  })
  const part = subQueue === undefined ? {} : { subQueue }
  let deleted = 0
  while (deleted < wanted) {
    const next = await namespace.peek(path, {
      maxCount: Math.min(wanted - deleted, peekCountMax),
      ...part,
    })
    const count = next.filter((message) => isOlder(message, beforeMs)).length
    if (count === 0) break
    const removed = await receiver.receive({ maxCount: count, waitMs: 0 })
    deleted += removed.length
    if (removed.length === 0) break
  }
  return new Map([['message-count', deleted]])
}

function isOlder(message: ReceivedMessage, beforeMs: number): boolean {
  return message.state === 'active' && message.enqueuedTimeMs < beforeMs
}

function toEntry(message: ReceivedMessage): ReadonlyMap<AmqpValue, AmqpValue> {
  const map = new Map<AmqpValue, AmqpValue>([
    ['message', encodeReceived(message, { isPeeked: false })],
  ])
  if (message.lockToken !== '') map.set('lock-token', Uuid.parse(message.lockToken))
  return map
}

function openReceiver(context: ManagementContext): Receiver {
  const { namespace, path, subQueue } = context
  return namespace.openReceiver(path, {
    mode: 'peekLock',
    ...(subQueue === undefined ? {} : { subQueue }),
    owner: undefined,
  })
}

function namedSession(context: ManagementContext, body: Body): SessionReceiver {
  const sessionId = textOf(entry(body, 'session-id'))
  if (sessionId === undefined) throw argumentError("The string 'session-id' is missing.")
  return heldSession(context, sessionId)
}

function heldSession({ sessions, path }: ManagementContext, sessionId: string): SessionReceiver {
  const session = sessions.get(path, sessionId)
  if (!session) throw sessionLockLost(sessionId)
  return session
}

function lockedMessages(body: Body): readonly LockedMessage[] {
  const tokens = entry(body, 'lock-tokens')
  if (!isList(tokens) || tokens.length === 0)
    throw argumentError("The array 'lock-tokens' is missing.")
  return tokens.map(toLockedMessage)
}

function sequenceNumbers(body: Body): readonly number[] {
  const given = entry(body, 'sequence-numbers')
  if (!isList(given)) throw argumentError("The array 'sequence-numbers' is missing.")
  return given.map((value) => numberOf(value) ?? 0)
}

function required(body: Body, name: string): number {
  const value = numberOf(entry(body, name))
  if (value !== undefined && value >= 0) return value
  throw argumentError(`The number '${name}' is missing or negative.`)
}
