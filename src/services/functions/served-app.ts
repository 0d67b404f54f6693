import type { AppFolder } from './app-folder.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { FunctionRunner } from './function-runner.ts'

/** What an app serves from the moment its functions are loaded. */
export interface ServedApp {
  /** Read when asked: an app restarts and fails while it is served. */
  readonly app: {
    readonly name: string
    readonly state: string
    readonly failure: string | undefined
  }
  readonly runner: FunctionRunner
  readonly folder: AppFolder
  readonly definitions: readonly FunctionDefinition[]
  /** Whether the app has switched HTTP streams on: the library in the worker then takes requests itself. */
  readonly isStreaming: boolean
  /** Where it takes them; waits for a worker that restarts, and rejects when the app stops meanwhile. */
  readonly streamUrl: () => Promise<string>
}
