// Survives a crash: the session's lock, until it runs out.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import { exact, numberOf } from '../../protocols/amqp/amqp-value.ts'
import type { OutgoingLink } from '../../protocols/amqp/outgoing-link.ts'
import { sourceWith } from '../../protocols/amqp/terminus.ts'
import type { HeldSessions } from './held-sessions.ts'
import { toAmqpError } from './amqp-errors.ts'
import { ReceiverLink } from './amqp-receiver.ts'
import type { Transactions } from './amqp-transactions.ts'
import { sessionLockLost } from './errors.ts'
import { sessionWaitMsDefault } from './limits.ts'
import type { Namespace } from './namespace.ts'
import type { SessionReceiver } from './session-receiver.ts'

export interface SessionLinkOptions {
  readonly link: OutgoingLink
  readonly path: string
  /** Undefined: the next that is free. */
  readonly sessionId: string | undefined
  readonly namespace: Namespace
  readonly sessions: HeldSessions
  readonly transactions: Transactions
  readonly clock: Clock
  readonly logger: Logger
}

const dotNetEpochTicks = 621_355_968_000_000_000n

/** Locks a session and gives its messages: https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-sessions */
export async function acceptSessionLink(options: SessionLinkOptions): Promise<void> {
  const { link, path, namespace, sessions, clock, logger } = options
  const session = await accept(options)
  sessions.add(path, session)
  const watch = new LockWatch({ link, session, clock })
  const receiverLink = new ReceiverLink({
    link,
    path: namespace.entity(path).path,
    receiver: session,
    transactions: options.transactions,
    logger,
    onClosed: async () => {
      watch.stop()
      sessions.remove(path, session)
    },
  })
  const lockedUntil = exact('long', BigInt(session.lockedUntilMs) * 10_000n + dotNetEpochTicks)
  watch.start()
  receiverLink.start({
    source: sourceWith(
      link.source?.address ?? path,
      new Map([['com.microsoft:session-filter', session.sessionId]]),
    ),
    properties: new Map([['com.microsoft:locked-until-utc', lockedUntil]]),
  })
}

async function accept(options: SessionLinkOptions): Promise<SessionReceiver> {
  const { link, path, sessionId, namespace } = options
  const waitMs = numberOf(link.properties.get('com.microsoft:timeout')) ?? sessionWaitMsDefault
  const gone = new AbortController()
  const stop = (): void => gone.abort()
  const { closed } = link.session.connection
  closed.addEventListener('abort', stop, { once: true })
  try {
    const session = await namespace.acceptSession(path, {
      waitMs,
      signal: gone.signal,
      owner: undefined,
      mode: link.isPresettled ? 'receiveAndDelete' : 'peekLock',
      ...(sessionId === undefined ? {} : { sessionId }),
    })
    if (!session) throw timeout(waitMs)
    if (!link.isAttaching) {
      await session.close()
      throw timeout(waitMs)
    }
    return session
  } finally {
    closed.removeEventListener('abort', stop)
  }
}

/** Ends the link of a session whose lock ran out: its next messages are another's. */
class LockWatch {
  readonly #link: OutgoingLink
  readonly #session: SessionReceiver
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor(options: { link: OutgoingLink; session: SessionReceiver; clock: Clock }) {
    this.#link = options.link
    this.#session = options.session
    this.#clock = options.clock
  }

  start(): void {
    const waitMs = Math.max(1, this.#session.lockedUntilMs - this.#clock.now())
    this.#timer = this.#clock.after(waitMs, () => {
      if (this.#session.lockedUntilMs > this.#clock.now()) return this.start()
      this.#link.close(toAmqpError(sessionLockLost(this.#session.sessionId)))
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }
}

function timeout(waitMs: number): AmqpError {
  return new AmqpError(
    'com.microsoft:timeout',
    `The operation did not complete within the allotted timeout of ${waitMs} ms: there is no session to accept.`,
  )
}
