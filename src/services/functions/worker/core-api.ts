import type { Hooks } from './hooks.ts'
import type { FunctionMetadata, ProgrammingModel, UserFunction } from './core-types.ts'
import type { RegisteredFunction, WorkerLogLevel } from '../worker-protocol.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../../base/json.ts'

export interface LoadedFunction {
  readonly metadata: FunctionMetadata
  readonly callback: UserFunction
}

/** Writes a line of the app: the invocation's call number is absent outside of invocations. */
export type WriteLog = (line: {
  call?: number
  level: WorkerLogLevel
  category: string
  message: string
}) => void

/** What `require('@azure/functions-core')` gives to the library of an app. */
export class CoreApi {
  readonly functions = new Map<string, LoadedFunction>()
  readonly hooks: Hooks
  readonly #writeLog: WriteLog
  readonly #hostVersion: string
  #model: ProgrammingModel | undefined
  #locked = false

  constructor(options: { hooks: Hooks; writeLog: WriteLog; hostVersion: string }) {
    this.hooks = options.hooks
    this.#writeLog = options.writeLog
    this.#hostVersion = options.hostVersion
  }

  get model(): ProgrammingModel | undefined {
    return this.#model
  }

  /** After the start of the app no function can be registered any more, as in the real worker. */
  lock(): void {
    this.#locked = true
  }

  /** The module object itself. */
  get exports(): object {
    return {
      version: '3.12.0',
      hostVersion: this.#hostVersion,
      registerFunction: (metadata: FunctionMetadata, callback: UserFunction) =>
        this.#registerFunction(metadata, callback),
      registerHook: (name: string, callback: (context: object) => unknown) =>
        new Disposable(this.hooks.add(name, callback)),
      setProgrammingModel: (model: ProgrammingModel) => {
        this.#model = model
      },
      getProgrammingModel: () => this.#model,
      log: (level: WorkerLogLevel, category: string, message: string) =>
        this.#writeLog({ level, category, message }),
      Disposable,
    }
  }

  /** The functions as the host needs to know them. */
  registered(): RegisteredFunction[] {
    return [...this.functions].map(([functionId, { metadata }]) => {
      const retry: unknown = metadata.retryOptions
      return {
        functionId,
        name: metadata.name,
        bindings: rawBindings(metadata),
        ...(isJsonObject(retry) ? { retryOptions: retry } : {}),
      }
    })
  }

  #registerFunction(metadata: FunctionMetadata, callback: UserFunction): Disposable {
    if (this.#locked) throw new Error('A function can only be registered during app startup.')
    const functionId = metadata.functionId ?? metadata.name
    if (this.functions.has(functionId)) {
      throw new Error(
        `A function with id "${functionId}" has already been registered by this app. Function names must be unique.`,
      )
    }
    this.functions.set(functionId, { metadata, callback })
    return new Disposable(() => {
      if (this.#locked) throw new Error('A function can only be disposed during app startup.')
      this.functions.delete(functionId)
    })
  }
}

/** What registrations return: `dispose()` takes them back. */
class Disposable {
  readonly #callback: () => void

  constructor(callback: () => void) {
    this.#callback = callback
  }

  static from(...disposables: { dispose(): void }[]): Disposable {
    return new Disposable(() => disposables.forEach((disposable) => disposable.dispose()))
  }

  dispose(): void {
    this.#callback()
  }
}

function rawBindings(metadata: FunctionMetadata): JsonObject[] {
  if (metadata.rawBindings) return metadata.rawBindings.map(parseJson).filter(isJsonObject)
  return Object.entries(metadata.bindings).map(([name, binding]) => ({ ...binding, name }))
}
