// Survives a crash: what was posted to an action that waits, until the action has taken it.
import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'

const collection = 'logic-apps/callbacks'

/** Hands what is posted to the address of a waiting action to that action. */
export class CallbackWaits {
  readonly #store: Store
  readonly #app: string
  readonly #waiting = new Map<string, (value: Value) => void>()

  constructor(store: Store, app: string) {
    this.#store = store
    this.#app = app
  }

  /** Keeps what was posted; resolves when it is durable. A second post is not taken. */
  async post(runId: string, key: string, value: Value): Promise<boolean> {
    const document = this.#document(runId, key)
    const body = `{"value":${writeJson(value)}}`
    try {
      const put = {
        kind: 'document.put',
        ...document,
        body,
        etag: '"1"',
        expect: 'absent',
      } as const
      await this.#store.write([put])
    } catch (error) {
      if (error instanceof ExpectationFailed) return false
      throw error
    }
    this.#waiting.get(`${runId}\n${key}`)?.(value)
    return true
  }

  /** Resolves with what is, or was, posted. */
  async wait(runId: string, key: string, signal: AbortSignal): Promise<Value> {
    const posted = new Promise<Value>((resolve, reject) => {
      this.#waiting.set(`${runId}\n${key}`, resolve)
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    try {
      const stored = await this.#store.getDocument(this.#document(runId, key))
      if (stored) {
        posted.catch(() => {})
        return valueOf(stored.body)
      }
      return await posted
    } finally {
      this.#waiting.delete(`${runId}\n${key}`)
    }
  }

  #document(runId: string, key: string) {
    return { collection, partition: `${this.#app}/${runId}`, id: key }
  }
}

function valueOf(body: string): Value {
  const value = readJson(body)
  return value !== null && typeof value === 'object' && 'value' in value
    ? (value['value'] ?? null)
    : null
}
