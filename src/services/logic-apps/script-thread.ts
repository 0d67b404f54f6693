import type { ScriptAnswer, ScriptRequest } from './script-request.ts'
import { WorkerThread } from './worker-thread.ts'

/** Runs the JavaScript of actions in a thread. */
export class ScriptThread {
  readonly #thread = new WorkerThread<ScriptRequest, ScriptAnswer>(
    new URL('./script-worker.js', import.meta.url),
  )

  async run(request: ScriptRequest): Promise<ScriptAnswer> {
    try {
      return await this.#thread.ask(request)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return { error: { kind: 'failed', message } }
    }
  }

  stop(): Promise<void> {
    return this.#thread.stop()
  }
}
