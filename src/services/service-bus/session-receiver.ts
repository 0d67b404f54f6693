// Survives a crash: the state of a session, its lock and its messages.
import type {
  ClaimGroupResult,
  ReleaseGroup,
  RenewGroup,
  SetGroupState,
  SettleMessage,
} from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import { isAborted } from './arrivals.ts'
import {
  invalidOperation,
  messageSizeExceeded,
  sessionCannotBeLocked,
  sessionLockLost,
  serviceStopped,
} from './errors.ts'
import { waitMsMax } from './limits.ts'
import type { ApplicationProperties, LockedMessage, ReceivedMessage } from './message.ts'
import { lookAgainMs, mayHaveReady } from './ready-messages.ts'
import { MessageReceiver } from './receiver.ts'
import type { Settlement } from './settlement.ts'
import type { DeadLetterReason, ReceiveOptions, Receiver, ReceiverContext } from './receiver.ts'

export interface AcceptSessionOptions {
  /** Absent: the unlocked session whose oldest message waits longest. */
  readonly sessionId?: string
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** The run whose death frees the lock; default this one. A receiver elsewhere says undefined: nobody. */
  readonly owner?: string | undefined
  readonly mode?: 'peekLock' | 'receiveAndDelete'
}

/** Locks a session: https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-sessions */
export async function acceptSession(
  context: ReceiverContext,
  options: AcceptSessionOptions,
): Promise<SessionReceiver | undefined> {
  const { clock, arrivals } = context
  if (arrivals.stopped) throw serviceStopped()
  const signals = options.signal ? [options.signal] : []
  const untilMs = clock.now() + Math.min(options.waitMs, waitMsMax)
  for (;;) {
    const queue = sessionQueue(context)
    const seen = arrivals.version(queue)
    if (arrivals.stopped || isAborted(signals)) return undefined
    if (options.sessionId !== undefined || (await mayHaveReady(context, queue))) {
      const claimed = await claimSession(context, options)
      if (claimed) return new SessionReceiver(context, { ...options, ...claimed })
    }
    const remainingMs = untilMs - clock.now()
    if (remainingMs <= 0) return undefined
    const waitMs = Math.min(remainingMs, await lookAgainMs(context, queue))
    await arrivals.changed(queue, seen, { waitMs, signals })
  }
}

/** Receives the messages of one session in their order, while it holds the session's lock. */
export class SessionReceiver implements Receiver {
  readonly sessionId: string
  readonly #context: ReceiverContext
  readonly #token: string
  readonly #messages: MessageReceiver
  #lockedUntilMs: number

  constructor(
    context: ReceiverContext,
    session: Omit<AcceptSessionOptions, 'sessionId' | 'waitMs'> & {
      readonly sessionId: string
      readonly token: string
      readonly lockedUntilMs: number
    },
  ) {
    const { sessionId, token, owner, mode = 'peekLock' } = session
    this.sessionId = sessionId
    this.#context = context
    this.#token = token
    this.#lockedUntilMs = session.lockedUntilMs
    this.#messages = new MessageReceiver(context, {
      mode,
      owner,
      session: { key: sessionId, token },
      lockLost: () => sessionLockLost(sessionId),
    })
  }

  get lockedUntilMs(): number {
    return this.#lockedUntilMs
  }

  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    return this.#messages.receive(options)
  }

  receiveDeferred(sequences: readonly number[]): Promise<readonly ReceivedMessage[]> {
    return this.#messages.receiveDeferred(sequences)
  }

  complete(message: LockedMessage): Promise<void> {
    return this.#messages.complete(message)
  }

  abandon(message: LockedMessage, properties?: ApplicationProperties): Promise<void> {
    return this.#messages.abandon(message, properties)
  }

  defer(message: LockedMessage, properties?: ApplicationProperties): Promise<void> {
    return this.#messages.defer(message, properties)
  }

  deadLetter(message: LockedMessage, why?: DeadLetterReason): Promise<void> {
    return this.#messages.deadLetter(message, why)
  }

  settle(settlement: Settlement): Promise<void> {
    return this.#messages.settle(settlement)
  }

  settlementOf(settlement: Settlement): Promise<SettleMessage> {
    return this.#messages.settlementOf(settlement)
  }

  /** Messages of a session have no lock of their own: this renews the session's. */
  renewLock(): Promise<number> {
    return this.renewSessionLock()
  }

  async renewSessionLock(): Promise<number> {
    const untilMs = lockedUntilMs(this.#context)
    await this.#write({ kind: 'group.renew', ...this.#lease(), untilMs })
    this.#lockedUntilMs = untilMs
    return untilMs
  }

  /** What a receiver of the session last set, or undefined. */
  async getState(): Promise<Uint8Array | undefined> {
    const { queue, group } = this.#lease()
    const stored = await this.#context.store.getGroup(queue, group)
    return stored?.state
  }

  /** Keeps a state with the session until it is set again; undefined removes it. */
  async setState(state: Uint8Array | undefined): Promise<void> {
    const bytesMax = this.#context.stateBytesMax()
    if (state && state.length > bytesMax) throw messageSizeExceeded(state.length, bytesMax)
    await this.#write({ kind: 'group.setState', ...this.#lease(), ...(state ? { state } : {}) })
  }

  /** Gives the session back: its messages can be received by the next one who accepts it. */
  async close(): Promise<void> {
    await this.#messages.close()
    try {
      await this.#context.store.write([{ kind: 'group.release', ...this.#lease() }])
    } catch (error) {
      // A lock that has run out needs no release.
      if (!(error instanceof ExpectationFailed)) throw error
    }
  }

  #lease(): { readonly queue: string; readonly group: string; readonly token: string } {
    const { queue } = this.#context.entity().sources.active
    return { queue, group: this.sessionId, token: this.#token }
  }

  async #write(operation: RenewGroup | ReleaseGroup | SetGroupState): Promise<void> {
    try {
      await this.#context.store.write([operation])
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      throw sessionLockLost(this.sessionId)
    }
  }
}

async function claimSession(
  context: ReceiverContext,
  options: AcceptSessionOptions,
): Promise<{ sessionId: string; token: string; lockedUntilMs: number } | undefined> {
  const { sessionId, owner } = options
  const untilMs = lockedUntilMs(context)
  const { claimed } = await context.store
    .write([
      {
        kind: 'group.claim',
        queue: sessionQueue(context),
        untilMs,
        ...(sessionId === undefined ? {} : { group: sessionId }),
        ...(owner === undefined ? {} : { owner }),
      },
    ])
    .then(([result]): ClaimGroupResult => result)
    .catch((error: unknown) => {
      if (!(error instanceof ExpectationFailed)) throw error
      throw sessionCannotBeLocked(sessionId ?? '')
    })
  return claimed && { sessionId: claimed.group, token: claimed.token, lockedUntilMs: untilMs }
}

function sessionQueue(context: ReceiverContext): string {
  const { properties, sources, path } = context.entity()
  if (properties.requiresSession) return sources.active.queue
  throw invalidOperation(`The entity '${path}' does not require sessions: none can be accepted.`)
}

function lockedUntilMs(context: ReceiverContext): number {
  return context.clock.now() + context.entity().properties.lockDurationMs
}
