import type { JsonObject, JsonValue } from '../../base/json.ts'

/** Frame types between a function app's host and its worker. The shapes follow FunctionRpc of the real host. */
export const frameTypes = {
  load: 1,
  invoke: 2,
  stop: 3,
  loaded: 10,
  loadFailed: 11,
  result: 12,
  log: 13,
} as const

/** How the bytes of a part are to be read, by the names of FunctionRpc's TypedData. */
export type PartKind =
  | 'string'
  | 'json'
  | 'bytes'
  | 'int'
  | 'double'
  | 'strings'
  | 'byteArrays'
  | 'http'

/** A value whose bytes are the parts from `at` on; `count` parts for the array kinds. */
export interface PartReference {
  readonly name: string
  readonly kind: PartKind
  readonly at: number
  readonly count?: number
  readonly http?: HttpHead
}

/** The head of an HTTP request or response; its body is the part. */
export interface HttpHead {
  readonly method?: string
  readonly url?: string
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly cookies?: readonly JsonObject[]
}

export interface LoadHead {
  readonly appDir: string
  readonly hostVersion: string
}

export interface RegisteredFunction {
  readonly functionId: string
  readonly name: string
  readonly bindings: readonly JsonObject[]
  readonly retryOptions?: JsonObject
}

export interface LoadedHead {
  readonly functions: readonly RegisteredFunction[]
  readonly capabilities: Readonly<Record<string, string>>
  readonly model: string
}

export interface InvokeHead {
  /** Number of the call on this pipe. */
  readonly call: number
  readonly invocationId: string
  readonly functionId: string
  readonly inputs: readonly PartReference[]
  readonly metadata?: JsonObject | undefined
  readonly traceparent: string
  readonly retry?:
    | {
        readonly retryCount: number
        readonly maxRetryCount: number
        readonly message?: string
      }
    | undefined
}

export interface FailureHead {
  readonly message: string
  readonly type: string
  readonly stack: string
}

export interface ResultHead {
  readonly call: number
  readonly outputs: readonly PartReference[]
  readonly failure?: FailureHead
}

export type WorkerLogLevel =
  | 'trace'
  | 'debug'
  | 'information'
  | 'warning'
  | 'error'
  | 'critical'
  | 'none'

export interface LogHead {
  /** Absent for what the worker or the app logs outside of an invocation. */
  readonly call?: number
  readonly level: WorkerLogLevel
  readonly category: string
}

/** The name under which a function's return value travels, as in the real host. */
export const returnName = '$return'

/** Anything that `JSON.parse` of a head may be trusted to be: both ends of the pipe are this program. */
export type HeadValue = JsonValue
