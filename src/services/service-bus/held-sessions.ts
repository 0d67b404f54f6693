import type { SessionReceiver } from './session-receiver.ts'

/** The sessions that one connection has locked, by entity and session. */
export class HeldSessions {
  readonly #held = new Map<string, SessionReceiver>()

  add(path: string, session: SessionReceiver): void {
    this.#held.set(keyOf(path, session.sessionId), session)
  }

  remove(path: string, session: SessionReceiver): void {
    const key = keyOf(path, session.sessionId)
    if (this.#held.get(key) === session) this.#held.delete(key)
  }

  get(path: string, sessionId: string): SessionReceiver | undefined {
    return this.#held.get(keyOf(path, sessionId))
  }
}

function keyOf(path: string, sessionId: string): string {
  return `${path.toLowerCase()}\0${sessionId}`
}
